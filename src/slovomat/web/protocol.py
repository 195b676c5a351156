"""uvicorn's HTTP protocol with the limits that strangers need, and news of a client's leaving.

Parsing stays with llhttp, which refuses smuggled and malformed requests. What is added: bounds on the
head's size and on the time a request may take to arrive, and a Departure told when the peer is gone.
"""

import asyncio
from typing import Any, ClassVar, cast

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from slovomat.usecases.departure import Departure

DEPARTURE, TOO_SLOW = "slovomat.departure", "slovomat.too_slow"
_DISCARD_MAX_BYTES = 8 << 20
"""So much of a refused body is read and dropped, that its sender may see the answer."""

_REASONS = {
    400: (b"Bad Request", b"malformed HTTP"),
    408: (b"Request Timeout", b"the request took too long to arrive"),
    431: (b"Request Header Fields Too Large", b"too many or too large headers"),
}


class HTTPLimits(msgspec.Struct, frozen=True, kw_only=True):
    """See slovomat.settings."""

    headers_max: int
    headers_max_bytes: int
    header_timeout_s: float
    body_timeout_s: float


class _HeadTooLargeError(Exception):
    """Raised inside a parser callback, to stop the parser."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. `check_slowness` is called about once a second."""

    limits: ClassVar[HTTPLimits]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._head_bytes = 0
        self._discarded_bytes = 0
        self._refusal = 400
        self._reading_since: float | None = self.loop.time()

    def data_received(self, data: bytes) -> None:
        if self._reading_since is None:
            self._reading_since = self.loop.time()
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.headers_max_bytes:
                self._refuse(431)

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= self.limits.headers_max:
            self._refusal = 431
            raise _HeadTooLargeError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.cycle.response_complete:
            self._discarded_bytes += len(body)
            if self._discarded_bytes > _DISCARD_MAX_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        self._in_head = True
        self._reading_since = None
        self._discarded_bytes = 0
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        cycles = [cycle for cycle, _ in self.pipeline]
        if self.cycle is not None and not self.cycle.response_complete:
            cycles.append(self.cycle)
        super().connection_lost(exc)
        for cycle in cycles:
            departure = cast("dict[str, Any]", cycle.scope).get(DEPARTURE)
            if isinstance(departure, Departure):
                departure.depart()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's name for every broken head
        self._refuse(self._refusal)

    def check_slowness(self, now_s: float) -> None:
        """Cuts off a sender whose request takes too long to arrive."""
        if self._reading_since is None or self.transport is None or self.transport.is_closing():
            return
        taken_s = now_s - self._reading_since
        if self._in_head:
            if taken_s > self.limits.header_timeout_s:
                self._refuse(408)
        elif taken_s > self.limits.body_timeout_s:
            self._stop_waiting_for_body()

    def _stop_waiting_for_body(self) -> None:
        if self.cycle.response_started:
            self.transport.close()
            return
        cast("dict[str, Any]", self.cycle.scope)[TOO_SLOW] = True
        self.cycle.message_event.set()

    def _refuse(self, status: int) -> None:
        """Answers what never became a request, and closes."""
        if self.transport.is_closing():
            return
        phrase, words = _REASONS[status]
        body = b'{"error":{"message":"%s","type":"invalid_request_error","param":null,"code":null}}' % words
        head = b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\n" % (status, phrase)
        self.transport.write(head + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)
        self.transport.close()


def guarded_protocol(limits: HTTPLimits) -> type[asyncio.Protocol]:
    """The protocol class with these limits, for uvicorn's `http=`."""
    return type("GuardedProtocol", (GuardedProtocol,), {"limits": limits})
