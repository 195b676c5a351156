"""Streams of an upstream: what they must be read as, and how they are spoilt."""
