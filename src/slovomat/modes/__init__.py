"""Prompt modes: packaged files, and the loader that checks and renders them."""
