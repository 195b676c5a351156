"""The protocol with a way past ASGI: a request that came whole, under a known head, is handed on at once.

Whatever is unusual, a first request, a body in pieces, a pipeline, goes the common way, through the parser.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from slovomat.web.direct import Connection, DirectExchange
from slovomat.web.heads import Head, Heads
from slovomat.web.protocol import FAULT, GuardedProtocol, HTTPLimits

E = TypeVar("E")
_AHEAD_MAX_BYTES = 65_536


class Door(Protocol, Generic[E]):
    """Whoever answers requests that came whole."""

    def hot(self, path: str) -> E | None:
        """The endpoint of a POST to this path, if it is one for requests that come whole."""

    def take(self, connection: Connection, head: Head[E], body: bytes) -> DirectExchange:
        """Answers one, perhaps before this returns."""


class DirectProtocol(GuardedProtocol):
    """One connection. While a direct exchange is under way, what comes is kept for after it."""

    door: ClassVar[Door[Any]]
    heads: ClassVar[Heads[Any]]
    address: str
    send: Callable[[bytes], None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exchange: DirectExchange | None = None
        self._busy = self._last = False
        self._ahead = bytearray()
        self._idle_since_s: float | None = None
        self._common: tuple[object, bytes] = (None, b"")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self.send = self.transport.write

    def data_received(self, data: bytes) -> None:
        if self._busy or self._ahead:
            self._read_ahead(data)
            return
        if self._between_requests:
            if self.flow.write_paused:
                self._read_ahead(data)
                return
            found = self.heads.find(data)
            if found is not None and len(self.connections) <= self.limits.connections_max:
                self._take(*found)
                return
            self._idle_since_s = None
            super().data_received(data)
            self._learn(data)
        else:
            super().data_received(data)

    @property
    def _between_requests(self) -> bool:
        return self._in_head and not (self._begun or self._deaf or self.pipeline or self._answering)

    def _take(self, head: Head[Any], body: bytes) -> None:
        self._unset_keepalive_if_required()
        self._reading_since = self._idle_since_s = None
        self._head_bytes_read = 0
        self._busy = True
        try:
            exchange = self.door.take(cast("Connection", self), head, body)
        except BaseException:
            self.transport.close()
            raise
        if self._busy:
            self._exchange = exchange

    def _learn(self, data: bytes) -> None:
        """A request that was all that came, and that nothing was wrong with, may come again."""
        cycle = self.cycle
        if not self._completed or self._deaf or self.pipeline or cycle is None or not cycle.keep_alive:
            return
        scope = cast("dict[str, Any]", cycle.scope)
        if scope is self.scope and scope["method"] == "POST" and FAULT not in scope:
            self.heads.learn(data, scope["raw_path"], self.headers)

    def _read_ahead(self, data: bytes) -> None:
        self._ahead += data
        if len(self._ahead) > _AHEAD_MAX_BYTES:
            self.flow.pause_reading()

    # What the exchange asks for, beside `address` and `send`

    @property
    def full(self) -> bool:
        """Whether the peer is slow to read."""
        return self.flow.write_paused

    def common_block(self) -> bytes:
        """The server's own headers, which it renews every second."""
        listed = self.server_state.default_headers
        if self._common[0] is not listed:
            self._common = (listed, b"".join([b"%b: %b\r\n" % header for header in listed]))
        return self._common[1] + (b"connection: close\r\n" if self._last else b"")

    def answered(self, *, whole: bool) -> None:
        """The next request's turn, if there is to be one."""
        self._busy, self._exchange = False, None
        self._idle_since_s = self.loop.time()
        self.server_state.total_requests += 1
        if not whole or self._last:
            self.transport.close()
        elif self._ahead and not self.flow.write_paused:
            self.loop.call_soon(self._catch_up)

    def _catch_up(self) -> None:
        if self._busy or not self._ahead or self.transport.is_closing():
            return
        data = bytes(self._ahead)
        self._ahead.clear()
        self.flow.caught_up()
        self.data_received(data)

    # What the server and the transport tell

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._exchange is not None and self._exchange.on_room is not None:
            self._exchange.on_room()
        if self._ahead and not self._busy:
            self.loop.call_soon(self._catch_up)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._ahead.clear()
        if self._exchange is not None:
            self._exchange.client.depart()

    def shutdown(self) -> None:
        """What is under way is answered; then the connection closes."""
        if self._busy:
            self._last = True
        else:
            super().shutdown()

    def check_slowness(self, now_s: float) -> None:
        """The same, and whether the connection has been idle for too long."""
        super().check_slowness(now_s)
        idle_since_s = None if self._busy else self._idle_since_s
        if idle_since_s is not None and now_s - idle_since_s > self.timeout_keep_alive:
            self.transport.close()


def direct_protocol(limits: HTTPLimits, door: Door[Any]) -> type[asyncio.Protocol]:
    """The protocol class with these limits and this door, for uvicorn's `http=`."""
    return type(
        "DirectProtocol", (DirectProtocol,), {"limits": limits, "door": door, "heads": Heads(door.hot)}
    )
