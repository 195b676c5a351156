"""HTTP: the entry, the hot routes, the pages."""
