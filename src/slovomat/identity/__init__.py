"""Issuers of identities."""
