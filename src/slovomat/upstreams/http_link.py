"""One connection to the upstream: requests out, responses parsed, one call at a time.

llhttp parses, and is left as strict as it is. What it lets pass and we do not: a transfer coding other than
`chunked`, a switch of protocols, bytes between responses, and heads, trailers or interim responses without
end.
"""

import asyncio
import math
from typing import TYPE_CHECKING, cast

import httptools

from slovomat.domain.events import Failure
from slovomat.upstreams import http_failure
from slovomat.upstreams.http_recipient import Headers, Recipient, Remainder
from slovomat.upstreams.openai_form import failed

if TYPE_CHECKING:
    from slovomat.upstreams.http_pool import HTTPPool

_HEAD_BYTES = 16_384
_LINE_BYTES = 64
"""What a line of the head counts more than its length: a bound of their number."""
_STALE_S = 1.0
"""A kept connection that ends within so long, unheard, had been given up before the request arrived."""
_LINGER_S = 0.25
"""How long a response may take to end after all that counts has come, for its connection to be kept."""

STOPPED = failed("the upstream was stopped")


class ForeignError(Exception):
    """The response is not one that we asked for; says why, in our words alone."""


class HTTPLink(asyncio.Protocol):
    """A connection, in use or kept for later use.

    One timer serves all its calls: it wakes when the earliest limit may have been reached, finds that it has
    moved, and sleeps again.
    """

    __slots__ = (
        *("_call", "_headers", "_parser", "_pieces", "_pool", "_timer", "_timer_s", "_transport"),
        *("_answered", "_complete", "_head_bytes", "_headed", "_keep", "_mute_bytes", "_open"),
        *("_sent_s", "_touched"),
    )

    def __init__(self, pool: "HTTPPool") -> None:
        self._pool = pool
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._call: Recipient | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_s = math.inf
        self._answered = False
        self._open = False

    # For calls

    def send(self, call: Recipient, request: bytes, due_s: float) -> None:
        """Send this, and give the call what comes back; `due_s`: its first limit."""
        self._call = call
        self._headers: Headers = {}
        self._headed = self._complete = self._touched = self._keep = False
        self._head_bytes = self._mute_bytes = 0
        self._sent_s = self._pool.loop.time()
        self._transport.write(request)
        if due_s < self._timer_s:
            self.watch(due_s)

    def watch(self, due_s: float) -> None:
        """The call's limit may be reached then, and not earlier."""
        if due_s < self._timer_s:
            self._stop_timer()
            self._timer = self._pool.loop.call_at(due_s, self._wake)
            self._timer_s = due_s

    def pause(self) -> None:
        """Read no more: the upstream will feel it."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        self._transport.resume_reading()

    def leave(self) -> None:
        """The call has what it wants. The connection is kept if the response ends by itself, and soon."""
        if self._complete:
            self._release()
            return
        assert self._call is not None  # noqa: S101 - it is leaving
        if self._call.paused:
            self._transport.resume_reading()
        self._call = Remainder(self._pool.loop.time() + _LINGER_S)
        self.watch(self._call.due_s())

    def close(self) -> None:
        """Break the connection off at once; the call hears nothing more."""
        self._call = None
        self._part()
        self._transport.abort()

    def abort(self) -> None:
        """Break the connection off; the call is told."""
        call = self._call
        self.close()
        if call is not None:
            call.broken(STOPPED)

    # For the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = cast("asyncio.Transport", transport)
        self._open = True
        self._pool.joined(self)

    def data_received(self, data: bytes) -> None:
        """One read."""
        call = self._call
        if call is None:  # nothing was asked: whatever it is, the next call must not take it for its own
            self.close()
            return
        self._touched = True
        self._mute_bytes += len(data)
        fault = self._parse(data)
        pieces = self._pieces
        if pieces:
            self._pieces = []
            call.body(pieces[0] if len(pieces) == 1 else b"".join(pieces))
            if self._call is not call:
                return
        if self._complete:
            self._release()
            call.whole()
        elif fault is not None or self._mute_bytes > _HEAD_BYTES:
            self.close()
            call.broken(fault or failed("not HTTP: the head is too long"))
        elif pieces:
            call.moved()

    def eof_received(self) -> None:
        """The upstream closes."""
        self._ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._ended(exc)

    # For the parser

    def on_message_begin(self) -> None:
        """The first byte of a response."""
        if self._complete:
            raise ForeignError("a second response")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head, or of the trailer."""
        self._head_bytes += len(name) + len(value) + _LINE_BYTES
        if self._head_bytes > _HEAD_BYTES:
            raise ForeignError("the head is too long")
        if not self._headed:
            name, headers = name.lower(), self._headers
            headers[name] = headers[name] + b", " + value if name in headers else value

    def on_headers_complete(self) -> None:
        """The head is there."""
        status = self._parser.get_status_code()
        if status == 101:
            raise ForeignError("a switch of protocols")
        if status < 200:
            self._headers = {}
            return
        coding = self._headers.get(b"transfer-encoding")
        if coding is not None and coding.lower() != b"chunked":
            raise ForeignError("an unknown transfer coding")
        self._headed = True
        assert self._call is not None  # noqa: S101 - without one nothing is parsed
        self._call.head(status, self._headers)

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        self._mute_bytes = 0
        self._pieces.append(data)

    def on_message_complete(self) -> None:
        """The response ended, or an interim one did."""
        self._complete = self._headed
        self._keep = self._parser.should_keep_alive()

    def _parse(self, data: bytes) -> Failure | None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._keep = False
            told = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else error
            if not isinstance(told, ForeignError | httptools.HttpParserError | httptools.HttpParserUpgrade):
                raise told or error from None
            return failed(f"not HTTP: {told}")
        return None

    # Its end

    def _release(self) -> None:
        """The response is whole: keep the connection, if both sides have nothing more to say on it."""
        call, self._call = self._call, None
        if not self._answered:
            self._answered = True
            self._pool.remember(self._transport)
        kept = self._keep and self._open and not self._transport.get_write_buffer_size()
        if not kept or not self._pool.keep(self):
            self.close()
            return
        if call is not None and call.paused:
            self._transport.resume_reading()

    def _ended(self, exc: Exception | None) -> None:
        call, self._call = self._call, None
        self._part()
        if call is None:
            return
        if self._headed and exc is None and self._ends_with_connection():
            call.whole()
        elif self._answered and not self._touched and self._pool.loop.time() - self._sent_s < _STALE_S:
            call.unheard()
        elif exc is not None:
            call.broken(http_failure.broken(exc))
        else:
            when = "in the middle of" if self._headed else "before"
            call.broken(failed(f"the connection was closed {when} the answer"))

    def _ends_with_connection(self) -> bool:
        """RFC 9112, 6.3: a body without a length goes on until the connection ends."""
        return b"content-length" not in self._headers and b"transfer-encoding" not in self._headers

    def _part(self) -> None:
        if self._open:
            self._open = False
            self._stop_timer()
            self._pool.parted(self)

    def _wake(self) -> None:
        self._timer, self._timer_s = None, math.inf
        call = self._call
        if call is None:
            return
        due_s = call.due_s()
        if due_s <= self._pool.loop.time():
            self.close()
            call.late()
        else:
            self.watch(due_s)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._timer_s = None, math.inf
