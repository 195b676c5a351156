"""A service to look around in: made-up people with a month of history, and no money that is real."""
