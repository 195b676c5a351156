"""Fail the k-th operation: a server that dies at any point of a generation's life."""
