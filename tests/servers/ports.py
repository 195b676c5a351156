"""Ports for servers that are killed and started again."""

import secrets
import socket

_FIRST, _COUNT = 12_000, 18_000
"""Below the ports that the system gives to outgoing connections: none takes a server's while it is down."""


def free_port() -> int:
    """Finds a port on 127.0.0.1 that nobody listens on."""
    while True:
        port = _FIRST + secrets.randbelow(_COUNT)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
