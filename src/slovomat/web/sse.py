"""A chat stream on its way to the client, as server-sent events."""

import asyncio
from collections.abc import Awaitable, Callable

from slovomat.dialects import openai_answer
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import StoredAnswer
from slovomat.web.exchange import Exchange, Header

CONTENT_TYPE = b"text/event-stream; charset=utf-8"
_DONE = b"data: [DONE]\n\n"
_COMMENT = b": keep-alive\n\n"


class EventStream:
    """The Sink of a stream. Nothing is sent before the first piece, so that an early failure is an
    ordinary error answer; only a long silence sends the headers and a comment."""

    def __init__(
        self,
        exchange: Exchange,
        headers: list[Header],
        *,
        frame: openai_answer.Frame,
        keep: bool,
        clock: Callable[[], float],
        refuse: Callable[[Refusal], Awaitable[None]],
        error_body: Callable[[Refusal], bytes],
    ) -> None:
        self._exchange = exchange
        self._headers = headers
        self._frame = frame
        self._kept: list[bytes] | None = [] if keep else None
        self._clock = clock
        self._started = False
        self._refuse = refuse
        self._error_body = error_body
        self._quiet_since_s = clock()
        self._stuck_since_s: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def piece(self, data: bytes) -> None:
        """One chunk. A line break in it is space between JSON tokens, and would end the SSE field."""
        line = openai_answer.chunk(data, self._frame).replace(b"\n", b" ")
        frame = b"data: " + line + b"\n\n"
        if self._kept is not None:
            self._kept.append(frame)
        await self._send(frame)

    async def whole(self) -> None:
        """`[DONE]`, and the end."""
        await self._send(_DONE, more=False)

    async def broken(self, refusal: Refusal) -> None:
        """An error answer, or an error event when pieces are out already; never a `[DONE]`."""
        if not self._started:
            await self._refuse(refusal)
            return
        await self._send(b"data: " + self._error_body(refusal) + b"\n\n", more=False)

    @property
    def waiting(self) -> bool:
        """Whether a piece waits for the client to read."""
        return self._stuck_since_s is not None

    def kept(self) -> StoredAnswer:
        """The whole stream, for repeats."""
        return StoredAnswer(200, CONTENT_TYPE.decode(), b"".join([*(self._kept or []), _DONE]))

    async def tend(self, now_s: float, keepalive_s: float, stall_s: float) -> None:
        """Called about once a second: a comment after long silence; a client that does not read has left."""
        if self._stuck_since_s is not None:
            if now_s - self._stuck_since_s > stall_s:
                self._exchange.client.depart()
        elif now_s - self._quiet_since_s >= keepalive_s:
            try:
                await self._send(_COMMENT)
            except asyncio.CancelledError:  # the caller's patience ended: the comment was not sent
                self._stuck_since_s = None
                raise

    async def _send(self, frame: bytes, more: bool = True) -> None:
        if self._exchange.client.left:
            return
        self._stuck_since_s = self._clock()
        async with self._one_at_a_time:
            if not self._started:
                headers = [(b"content-type", CONTENT_TYPE), *self._headers]
                await self._exchange.start(200, headers)
                self._started = True
            await self._exchange.write(frame, more)
        self._stuck_since_s = None
        self._quiet_since_s = self._clock()
