"""The protocols that the use cases need of the world."""
