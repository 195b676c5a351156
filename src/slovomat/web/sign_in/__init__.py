"""Signing up and in, and what belongs to it."""
