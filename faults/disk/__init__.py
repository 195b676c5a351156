"""A disk that fails under a running service, and what a power cut leaves of its files."""
