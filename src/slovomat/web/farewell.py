"""The ends of connections: a peer that leaves breaks nothing, and one that is sent away sees why."""

import asyncio
from typing import Any

_LINGER_S = 2.0


class Link:
    """A transport to which may be written until the protocol learns that the peer has left.

    Between the two, uvloop takes a write for a fault of the program.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Sends, while there is somebody to send to."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Farewell:
    """A transport whose close says goodbye first.

    Closing while the peer still sends resets the connection, and the answer may be lost on its way. So
    the sending half is closed at once, and the rest when the peer has closed its own, or after a moment.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop

    def write(self, data: bytes) -> None:
        """As a transport does."""
        self._transport.write(data)

    def is_closing(self) -> bool:
        """As a transport does."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Closes in two steps."""
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()
            self._loop.call_later(_LINGER_S, self._transport.close)
        else:
            self._transport.close()
