"""The port to whatever generates text."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import msgspec

from slovomat.domain.events import Completion, Done, Failure
from slovomat.later import Later

T = TypeVar("T")


class Readiness(msgspec.Struct, frozen=True):
    """Whether a call could succeed now, and if not, why, and what the operator should do, in both languages.

    Customers read these words too: no paths, no addresses.
    """

    ready: bool
    detail: str = ""
    remedy: str = ""
    detail_ru: str = ""
    remedy_ru: str = ""
    passing: bool = True
    """Whether it gets better by itself; false: only the operator can mend it."""


Deliver = Callable[[list[bytes]], None]
"""Takes the chunks of a stream that came together, each as JSON in the OpenAI form, without SSE framing."""


class Call(Later[T | None], Generic[T]):
    """A generation under way: awaited for how it ended, None when it was abandoned."""

    __slots__ = ()

    @classmethod
    def ended(cls, result: T) -> "Call[T]":
        """One that has ended already."""
        call = cls()
        call.resolve(result)
        return call

    def abandon(self) -> None:
        """Nobody wants it any more: closes the upstream's connection at once. Later than the end, nothing."""
        if not self.done():
            self._leave()
            self.resolve(None)

    def cancel(self, msg: str | None = None) -> bool:
        """The task that waits is cancelled: abandoned as well, for nobody else waits."""
        if not super().cancel(msg):
            return False
        self._leave()
        return True

    def pause(self) -> None:
        """The reader of a stream is slow: deliver no more than is on its way already."""

    def resume(self) -> None:
        """It reads again."""

    def _leave(self) -> None:
        """Let go of what serves it."""


class Upstream(Protocol):
    """An OpenAI-compatible chat service. Failures are values; exceptions are bugs.

    Bodies are complete JSON of `POST /chat/completions`, without `model` and without the
    opening brace: the adapter puts `{"model": ..., ` in front. A call begins at once, and is
    awaited when it suits; nothing is delivered before the method has returned.
    """

    @property
    def name(self) -> str:
        """A short name for logs, metrics and the generation's record."""

    @property
    def model(self) -> str:
        """The model that the operator named."""

    @property
    def concurrency(self) -> int:
        """How many generations it carries at once; 0 is no limit."""

    def readiness(self) -> Readiness:
        """What is known now, without a call."""

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """One plain generation; one call upstream, no retry."""

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """One streamed generation; one call upstream, no retry. Nothing is delivered after its end."""

    async def start(self) -> None:
        """Open what it needs (sessions, a child process). Does not wait for a model to load."""

    async def stop(self) -> None:
        """Close everything that start opened."""
