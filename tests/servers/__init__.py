"""Real servers for the tests, out of Python wheels: no system package, no container."""
