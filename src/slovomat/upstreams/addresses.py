"""The addresses of one host, looked up once a minute at most."""

import asyncio
import socket
from typing import Any

_KEPT_S = 60.0


class Addresses:
    """What the resolver said; who comes while it is asked waits for that answer."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._found: list[Any] = []
        self._found_s = 0.0
        self._asking = asyncio.Lock()

    async def get(self) -> list[Any]:
        """As getaddrinfo gives them, and raises."""
        loop = asyncio.get_running_loop()
        async with self._asking:
            if not self._found or loop.time() - self._found_s > _KEPT_S:
                self._found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                self._found_s = loop.time()
            return self._found

    def forget(self) -> None:
        """Nobody answered there: the host may have moved."""
        self._found = []
