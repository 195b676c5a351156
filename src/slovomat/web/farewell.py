"""The ends of connections: a peer that leaves breaks nothing, and one that is sent away sees why."""

import asyncio
from typing import Any

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

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


class ClosedByEnd:
    """An application for HTTP/1.0, which has no chunks: only the connection's end ends an answer of
    untold length."""

    def __init__(self, app: ASGI3Application, cycle: RequestResponseCycle) -> None:
        self._app = app
        self._cycle = cycle

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """The application's own answer, unframed."""
        cycle, measured = self._cycle, False

        async def unframed(message: ASGISendEvent) -> None:
            nonlocal measured
            if message["type"] == "http.response.start":
                measured = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
                cycle.chunked_encoding = None if measured else False
            elif message["type"] == "http.response.body" and not measured:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, unframed)
