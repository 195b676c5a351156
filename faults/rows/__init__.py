"""The rows: each module here has a `ROWS`."""
