"""Closing a connection so that its peer sees the last answer."""

import asyncio

_LINGER_S = 2.0


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
