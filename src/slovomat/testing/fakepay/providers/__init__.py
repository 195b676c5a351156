"""One module a provider; each has its `PROVIDER` and its `Shop`."""
