"""One call over a link, from its connection to its end, under its limits of time and size."""

import asyncio
from enum import Enum
from typing import TypeVar

from slovomat.domain.events import Failure
from slovomat.ports.upstream import Call
from slovomat.upstreams import http_failure
from slovomat.upstreams.http_coding import CodingError, Inflater
from slovomat.upstreams.http_pool import HTTPPool
from slovomat.upstreams.http_recipient import Headers
from slovomat.upstreams.openai_form import failed
from slovomat.upstreams.tasked import Tasked

T = TypeVar("T")
LAST_WORDS_S = 2.0
"""How long a whole answer may wait for what usually follows it: its usage, and the mark of its end."""


class Phase(Enum):
    """How far the answer is, as far as the limits go."""

    SILENT = "first byte"
    SPEAKING = "gap"
    FINISHED = "last words"
    """All that counts has come; what may still follow has one short time for all of it."""


class HTTPCall(Call[T]):
    """What plain and streamed calls share: being a link's Recipient.

    A call on a kept connection that the upstream closed at once, before a byte came back, is repeated on a
    new one: it had been given up before the request arrived. In every other case the upstream may have begun
    to generate, and another try is the caller's to decide.
    """

    __slots__ = (
        *(
            "_began_s",
            "_dial",
            "_dial_timer",
            "_finished_s",
            "_inflater",
            "_left_bytes",
            "_link",
            "_moved_s",
            "_phase",
        ),
        *("_pool", "_request", "_watched", "paused"),
    )

    def __init__(self, pool: HTTPPool, request: bytes) -> None:
        super().__init__()
        self._pool = pool
        self._request = request
        self._began_s = pool.loop.time()
        self._moved_s = self._finished_s = 0.0
        self._phase = self._watched = Phase.SILENT
        self._left_bytes = pool.config.max_response_bytes
        self._inflater: Inflater | None = None
        self._dial: Tasked[None] | None = None
        self._dial_timer: asyncio.TimerHandle | None = None
        self.paused = False
        self._link = link = pool.take()
        if link is None:
            self._connect()
        else:
            link.send(self, request, self._began_s + pool.silence_s)

    def pause(self) -> None:
        """Stops reading from the connection; only the time for the whole call runs on."""
        if not self.paused and not self.done():
            self.paused = True
            if self._link is not None:
                self._link.pause()

    def resume(self) -> None:
        """Reads on; the gap begins anew."""
        if self.paused and not self.done():
            self.paused = False
            if self._link is not None:
                self._moved_s = self._finished_s = self._pool.loop.time()
                self._link.resume()
                self._link.watch(self.due_s())

    # As a Recipient

    def due_s(self) -> float:
        """When the limit is reached that counts now."""
        return self._limit()[1]

    def late(self) -> None:
        """A limit was reached."""
        self._link = None
        self._break(http_failure.timed_out(self._limit()[0]))

    def head(self, status: int, headers: Headers) -> None:
        """The response's head."""
        coding = headers.get(b"content-encoding")
        if coding is not None and coding.lower() != b"identity":
            self._inflater = Inflater(coding.lower())
        self._begin(status, headers)

    def body(self, data: bytes) -> None:
        """What came of the body in one read."""
        if self._inflater is not None:
            try:
                data = self._inflater.feed(data, self._left_bytes + 1)
            except CodingError as error:
                self._close()
                self._break(failed(f"{error}"))
                return
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            self._close()
            self._overflow()
        else:
            self._take(data)

    def moved(self) -> None:
        """The silence is over; the next limit is watched when it is another one."""
        self._moved_s = self._pool.loop.time()
        if self._phase is not self._watched and self._link is not None:
            self._watched, self._finished_s = self._phase, self._moved_s
            self._link.watch(self.due_s())

    def whole(self) -> None:
        """All has come."""
        self._link = None
        try:
            if self._inflater is not None:
                self._inflater.end()
        except CodingError as error:
            self._break(failed(f"{error}"))
        else:
            self._end()

    def broken(self, failure: Failure) -> None:
        """The connection is gone, or was not made."""
        self._close()
        self._break(failure)

    def unheard(self) -> None:
        """Once more, on a new connection."""
        self._link = None
        self._connect()

    # What the kinds of calls differ in

    def _begin(self, status: int, headers: Headers) -> None:
        """The response begins."""
        raise NotImplementedError

    def _take(self, data: bytes) -> None:
        """A piece of the body, uncompressed."""
        raise NotImplementedError

    def _overflow(self) -> None:
        """The body is longer than the limit."""
        raise NotImplementedError

    def _end(self) -> None:
        """The body is whole."""
        raise NotImplementedError

    def _break(self, failure: Failure) -> None:
        """There will be no more."""
        raise NotImplementedError

    # Its connection

    def _connect(self) -> None:
        """Begin to make a connection; only this wait needs a timer of its own."""
        self._pool.connecting.add(self)
        config, began_s = self._pool.config, self._began_s
        limits = (
            (self._pool.loop.time() + config.connect_timeout_s, "connect"),
            (began_s + config.first_byte_timeout_s, "first byte"),
            (began_s + config.total_timeout_s, "total"),
        )
        due_s, limit = min(limits)
        late = http_failure.timed_out(limit)
        self._dial_timer = self._pool.loop.call_at(due_s, self.broken, late)
        self._dial = Tasked(self._dialled())
        self._dial.then(self._bug)

    async def _dialled(self) -> None:
        try:
            link = await self._pool.connect()
        except (OSError, RuntimeError) as error:
            self._stop_dialling()
            self.broken(http_failure.broken(error))
            return
        self._stop_dialling()
        self._link = link
        if self.paused:
            link.pause()
        link.send(self, self._request, self.due_s())

    def _bug(self, dial: Tasked[None]) -> None:
        """What ended the dialling unforeseen goes to who waits."""
        error = dial.exception()
        if error is not None:
            self._stop_dialling()
            self.fail(error)

    def _stop_dialling(self) -> None:
        self._pool.connecting.discard(self)
        if self._dial_timer is not None:
            self._dial_timer.cancel()
        self._dial = self._dial_timer = None

    def _close(self) -> None:
        """Let go of the connection at once, made or not."""
        dial, link, self._link = self._dial, self._link, None
        self._stop_dialling()
        if dial is not None:
            dial.abandon()
        if link is not None:
            link.close()

    _leave = _close

    def _limit(self) -> tuple[str, float]:
        config = self._pool.config
        total_s = self._began_s + config.total_timeout_s
        if self.paused:
            return "total", total_s
        if self._phase is Phase.SILENT:
            due_s = self._began_s + config.first_byte_timeout_s
        elif self._phase is Phase.SPEAKING:
            due_s = self._moved_s + config.gap_timeout_s
        else:
            due_s = self._finished_s + min(LAST_WORDS_S, config.gap_timeout_s)
        return (self._phase.value, due_s) if due_s < total_s else ("total", total_s)
