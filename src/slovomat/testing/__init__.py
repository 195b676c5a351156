"""What stands in for the outside world: for tests, and for the demonstration."""
