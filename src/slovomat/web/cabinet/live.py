"""A generation on its way to a page: the stream's sink, and the events that the page reads."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from slovomat.domain.events import Done, Failure
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import StoredAnswer
from slovomat.ports.upstream import Call

_WAITING_MAX = 256
"""Pieces that a slow reader may leave waiting before the upstream is asked to pause."""
_SILENCE_S = 15.0
_COMMENT = b": keep-alive\n\n"
_encode = msgspec.json.encode


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []


_read = msgspec.json.Decoder(_Chunk).decode


class LiveText:
    """The Sink of a page's stream. `text`: all that has come so far."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._call: Call[Done | Failure] | None = None
        self._paused = False
        self._said: list[str] = []
        self.refusal: Refusal | None = None

    @property
    def text(self) -> str:
        """What the model has said."""
        return "".join(self._said)

    def flows_from(self, call: Call[Done | Failure]) -> None:
        """Whom to ask for a pause."""
        self._call = call

    def pieces(self, chunks: list[bytes]) -> None:
        """The words in them go on; the rest of a chunk is no matter of the page's."""
        words = "".join(choice.delta.content or "" for chunk in chunks for choice in _read(chunk).choices[:1])
        if not words:
            return
        self._said.append(words)
        self._waiting.put_nowait(event("text", {"text": words}))
        if self._waiting.qsize() > _WAITING_MAX and self._call is not None and not self._paused:
            self._paused = True
            self._call.pause()

    def whole(self) -> None:
        """Nothing more comes, and all is well."""
        self._waiting.put_nowait(None)

    async def broken(self, refusal: Refusal) -> None:
        """Nothing more comes, and the price is back."""
        self.refusal = refusal
        self._waiting.put_nowait(None)

    @property
    def waiting(self) -> bool:
        """Whether a piece waits for the reader."""
        return not self._waiting.empty()

    def kept(self) -> StoredAnswer:
        """Nothing is kept for repeats: the page sends no idempotency key."""
        raise AssertionError("asked for under an idempotency key only")

    async def frames(self) -> AsyncIterator[bytes]:
        """The events as they come, a comment in long silence; ends with the generation."""
        while True:
            try:
                async with asyncio.timeout(_SILENCE_S):
                    frame = await self._waiting.get()
            except TimeoutError:
                yield _COMMENT
                continue
            if frame is None:
                return
            yield frame
            self._go_on()

    def _go_on(self) -> None:
        if self._paused and self._call is not None and self._waiting.empty():
            self._paused = False
            self._call.resume()


def event(name: str, facts: dict[str, object]) -> bytes:
    """A server-sent event."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), _encode(facts))
