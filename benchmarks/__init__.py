"""What a request costs the service itself, measured from outside: `./dev bench`."""
