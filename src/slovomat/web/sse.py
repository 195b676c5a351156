"""A chat stream on its way to the client, as server-sent events."""

from collections.abc import Awaitable, Callable

from slovomat.dialects import openai_answer
from slovomat.domain.events import Done, Failure
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import StoredAnswer
from slovomat.ports.upstream import Call
from slovomat.web.exchange import Exchange

CONTENT_TYPE = b"text/event-stream; charset=utf-8"
_DONE = b"data: [DONE]\n\n"
_COMMENT = b": keep-alive\n\n"


class EventStream:
    """The Sink of a stream. Nothing is sent before the first piece, so that an early failure is an
    ordinary error answer; only a long silence sends the headers and a comment."""

    def __init__(
        self,
        exchange: Exchange,
        block: bytes,
        *,
        frame: openai_answer.Frame,
        keep: bool,
        clock: Callable[[], float],
        refuse: Callable[[Refusal], Awaitable[None]],
        error_body: Callable[[Refusal], bytes],
    ) -> None:
        self._exchange = exchange
        self._block = b"content-type: %b\r\n%b" % (CONTENT_TYPE, block)
        self._frame = frame
        self._kept: list[bytes] | None = [] if keep else None
        self._clock = clock
        self._refuse = refuse
        self._error_body = error_body
        self._call: Call[Done | Failure] | None = None
        self._quiet_since_s = clock()
        self._stuck_since_s: float | None = None
        self._refusing = False
        exchange.on_room = self._go_on

    def flows_from(self, call: Call[Done | Failure]) -> None:
        """The upstream's call, which waits while the client does not read."""
        self._call = call

    def pieces(self, chunks: list[bytes]) -> None:
        """Chunks that came together. A line break in one is space in its JSON, and would end its field."""
        frames = b"".join([b"data: %b\n\n" % self._line(chunk) for chunk in chunks])
        if self._kept is not None:
            self._kept.append(frames)
        self._send(frames)

    def _line(self, chunk: bytes) -> bytes:
        line = openai_answer.chunk(chunk, self._frame)
        return line.replace(b"\n", b" ") if b"\n" in line else line

    def whole(self) -> None:
        """`[DONE]`, and the end."""
        self._send(_DONE)
        self._end()

    async def broken(self, refusal: Refusal) -> None:
        """An error answer, or an error event when pieces are out already; never a `[DONE]`."""
        if not self._exchange.started:
            self._refusing = True
            await self._refuse(refusal)
            return
        self._send(b"data: " + self._error_body(refusal) + b"\n\n")
        self._end()

    @property
    def waiting(self) -> bool:
        """Whether a piece waits for the client to read."""
        return self._stuck_since_s is not None

    def kept(self) -> StoredAnswer:
        """The whole stream, for repeats."""
        return StoredAnswer(200, CONTENT_TYPE.decode(), b"".join([*(self._kept or []), _DONE]))

    def tend(self, now_s: float, keepalive_s: float, stall_s: float) -> None:
        """Called about once a second: a comment after long silence; a client that does not read has left."""
        if self._stuck_since_s is not None:
            if now_s - self._stuck_since_s > stall_s:
                self._exchange.client.depart()
        elif now_s - self._quiet_since_s >= keepalive_s and not self._refusing:
            self._send(_COMMENT)

    def let_go(self) -> None:
        """It is over: whom it knows must not keep it, nor all that it keeps, from being forgotten."""
        self._exchange.on_room = self._call = None

    def _send(self, frames: bytes) -> None:
        exchange = self._exchange
        if exchange.client.left:
            return
        if not exchange.started:
            exchange.start(200, self._block)
        exchange.write(frames)
        self._quiet_since_s = self._clock()
        if exchange.full and self._stuck_since_s is None:
            self._stuck_since_s = self._quiet_since_s
            if self._call is not None:
                self._call.pause()

    def _go_on(self) -> None:
        if self._stuck_since_s is not None:
            self._stuck_since_s = None
            self._quiet_since_s = self._clock()
            if self._call is not None:
                self._call.resume()

    def _end(self) -> None:
        if self._exchange.started and not self._exchange.client.left:
            self._exchange.end()
