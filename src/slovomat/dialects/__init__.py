"""Wire formats: bytes to Request, outcome to bytes. A dialect does not know another."""
