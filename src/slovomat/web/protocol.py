"""uvicorn's HTTP protocol with the limits that strangers need, and news of a client's leaving.

Parsing stays with llhttp, which refuses smuggled and malformed requests. What is added: bounds on the
size of a request and on the time it may take to arrive, a strict reading of the headers that decide
where a request ends and whose it is, and a Departure told when the peer is gone. A request that is
refused here becomes one with a FAULT, which the application answers in the dialect of its path, in its
turn after the requests before it.
"""

import asyncio
import re
from typing import Any, ClassVar, cast

import httptools
import msgspec
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from slovomat.domain.refusal import Code
from slovomat.usecases.departure import Departure
from slovomat.web.farewell import ClosedByEnd, Farewell, Link
from slovomat.web.patience import Inlet, Outlet, Pace, cut

DEPARTURE, FAULT = "slovomat.departure", "slovomat.fault"
_ONCE = frozenset({b"host", b"authorization", b"idempotency-key", b"content-encoding"})
"""Headers of which two would mean different things to different readers."""
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_REQUEST_LINE = re.compile(rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\S{1,2000}) HTTP/1\.[01]\r\n")


class HTTPLimits(msgspec.Struct, frozen=True, kw_only=True):
    """See slovomat.settings. `message_max_bytes`: of a body as it travels, chunk sizes and all."""

    headers_max: int
    headers_max_bytes: int
    message_max_bytes: int
    header_timeout_s: float
    body_timeout_s: float
    client_stall_s: float
    connections_max: int


class _BadHeadError(Exception):
    """Raised inside a parser callback, to stop the parser; `_fault` says why."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. `check_slowness` is called about once a second."""

    limits: ClassVar[HTTPLimits]
    flow: Inlet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._begun = self._completed = False
        self._replaying = self._deaf = False
        self._fault = Code.HTTP_BROKEN
        self._head_bytes = self._head_bytes_read = self._message_bytes = 0
        self._reading_since: float | None = self.loop.time()
        self._current: RequestResponseCycle | None = None
        self._pace, self._outlet = Pace(), Outlet()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", Link(transport)))
        self.flow = Inlet(self.transport)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._deaf:
            self._count_message(len(data))
            return
        if self._reading_since is None:
            self._reading_since = self.loop.time()
        self._completed = False
        self._feed(data)
        if self._deaf:
            return
        if self._completed and not self._begun and not self._answering and not self.pipeline:
            self._await_next()  # it was answered before it was whole
        if self._in_head:
            self._head_bytes_read = 0 if self._completed else self._head_bytes_read + len(data)
            if self._head_bytes_read > self.limits.headers_max_bytes:
                self._refuse_head(Code.HEADERS_TOO_LARGE)
        else:
            self._count_message(len(data))

    def _await_next(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _count_message(self, read_bytes: int) -> None:
        self._message_bytes += read_bytes
        if self._message_bytes <= self.limits.message_max_bytes:
            return
        if self._deaf:
            self.transport.close()
        else:
            self._refuse_body(Code.BODY_TOO_LARGE)

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                self._stay_with_http1()
            except httptools.HttpParserError as error:
                self._refuse_unreadable(data, error)
                return

    def _refuse_unreadable(self, data: bytes, error: Exception) -> None:
        if not self._in_head:
            self._refuse_body(Code.HTTP_BROKEN)
            return
        unknown_method = isinstance(error, httptools.HttpParserInvalidMethodError)
        line = None if self._completed else _REQUEST_LINE.match(data)
        if line is not None and (unknown_method or line[1] == b"CONNECT"):
            self.url, self._fault = line[2], Code.METHOD_WRONG
        self._refuse_head(self._fault)

    def _stay_with_http1(self) -> None:
        """Goes on as if no upgrade had been asked for (RFC 9110, 7.8): the parser would skip the body."""
        framing = [name + b": " + value for name, value in self.headers if name in _FRAMING]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._replaying = True
        self.parser.feed_data(b"\r\n".join([b"POST / HTTP/1.1", *framing, b"\r\n"]))
        self._replaying = False

    def on_message_begin(self) -> None:
        if not self._replaying:
            super().on_message_begin()
            self._begun = True
            self._head_bytes = 0
            self._reading_since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        if not self._replaying:
            self._count_head(len(url))
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if (
            self._replaying or not self._in_head
        ):  # trailers are no headers: whoever reads the body is past them
            return
        self._count_head(len(name) + len(value) + 4)
        if len(self.headers) >= self.limits.headers_max:
            self._stop(Code.HEADERS_TOO_LARGE)
        super().on_header(name, value)

    def _count_head(self, read_bytes: int) -> None:
        self._head_bytes += read_bytes
        if self._head_bytes > self.limits.headers_max_bytes:
            self._stop(Code.HEADERS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        if self._replaying:
            return
        self._check_headers()
        super().on_headers_complete()
        self._in_head = False
        self._message_bytes = 0
        self._pace.restart()
        if self.pipeline:
            self.flow.read_ahead(len(self.pipeline), self._head_bytes)
        if len(self.connections) > self.limits.connections_max:
            cast("dict[str, Any]", self.cycle.scope)[FAULT] = Code.OVERLOADED
            self.cycle.keep_alive = False

    def _check_headers(self) -> None:
        version = self.parser.get_http_version()
        names = [name for name, _ in self.headers]
        repeated = any(names.count(name) > 1 for name in _ONCE.intersection(names))
        hostless = version == "1.1" and b"host" not in names
        if version not in {"1.0", "1.1"} or repeated or hostless:
            self._stop(Code.HTTP_BROKEN)
        if b"transfer-encoding" in names:
            codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
            if codings != [b"chunked"] or version == "1.0":
                self._stop(Code.HTTP_BROKEN)

    def _stop(self, fault: Code) -> None:
        self._fault = fault
        raise _BadHeadError

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.pipeline:
            self.flow.read_ahead(len(self.pipeline), len(body))

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._in_head = self._completed = True
        self._begun = False
        self._reading_since = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and not self.transport.is_closing():
            self.flow.caught_up()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.pipeline.clear()
        cycle = self._current  # uvicorn tells the last one that was read
        if cycle is None or cycle.response_complete:
            return
        cycle.disconnected = True
        cycle.message_event.set()
        departure = cast("dict[str, Any]", cycle.scope).get(DEPARTURE)
        if isinstance(departure, Departure):
            departure.depart()

    def check_slowness(self, now_s: float) -> None:
        """Cuts off a peer that takes too long to send its request, or to take its answer."""
        if self._outlet.stuck_s(self.transport, self.flow.write_paused, now_s) > self.limits.client_stall_s:
            cut(self.transport)
        elif self._deaf or self._reading_since is None or self.transport.is_closing():
            return
        elif self.pipeline or (self._in_head and self._answering):
            self._reading_since = now_s  # it is read for later: its time begins when its turn comes
            self._pace.restart()
        elif self._in_head:
            if now_s - self._reading_since > self.limits.header_timeout_s:
                self._refuse_head(Code.TOO_SLOW)
        elif self._body_is_late(now_s, now_s - self._reading_since):
            self._refuse_body(Code.TOO_SLOW)

    def _body_is_late(self, now_s: float, taken_s: float) -> bool:
        if self.flow.read_paused:
            self._pace.restart()
        slow = self._pace.too_slow(now_s, self._message_bytes)
        return slow or taken_s > self.limits.body_timeout_s

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse_body(self, fault: Code) -> None:
        """The request that is being read cannot be read to its end: nothing after it can either."""
        self._deaf = True
        if self.cycle.response_started:
            self.transport.close()
            return
        cast("dict[str, Any]", self.cycle.scope)[FAULT] = fault
        self.cycle.keep_alive = False
        self.cycle.message_event.set()

    def _refuse_head(self, fault: Code) -> None:
        """What never became a request is answered like one, in its turn, and nothing after it."""
        self._deaf = True
        if self.transport.is_closing():
            return
        if not self._begun:  # else the request before this one would lose its scope
            self.on_message_begin()
        path = re.split(rb"[?#]", self.url, maxsplit=1)[0]
        path = path if path.startswith(b"/") else b"/"
        scope = cast("dict[str, Any]", self.scope)
        scope.update(method="GET", raw_path=path, path=path.decode("latin-1"), query_string=b"")
        scope[FAULT] = fault
        waits = self._answering
        self.cycle = self._last_cycle()
        if waits:
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cycle
        old = cycle.scope["http_version"] == "1.0"
        super()._start_asgi_task(cycle, ClosedByEnd(app, cycle) if old else app)

    def _last_cycle(self) -> RequestResponseCycle:
        return RequestResponseCycle(
            scope=self.scope,
            transport=cast("asyncio.Transport", Farewell(self.transport, self.loop)),
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )


def guarded_protocol(limits: HTTPLimits) -> type[asyncio.Protocol]:
    """The protocol class with these limits, for uvicorn's `http=`."""
    return type("GuardedProtocol", (GuardedProtocol,), {"limits": limits})
