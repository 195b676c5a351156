"""An upstream that is given no more generations at once than it carries."""

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from slovomat.domain.events import Completion, Done, Failure
from slovomat.ports.upstream import Call, Deliver, Readiness, Upstream

T = TypeVar("T")


def limited(upstream: Upstream) -> Upstream:
    """The upstream under its own limit; one without a limit is given back as it is."""
    return Limited(upstream) if upstream.concurrency else upstream


class Limited:
    """The port Upstream with a place for each generation, plain or streamed; who waits is served in turn.

    The wait has no limit of its own: the caller's time and patience are the caller's matter.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._free = upstream.concurrency
        self._queue: deque[_Placed[Any]] = deque()
        self._serving = False

    @property
    def name(self) -> str:
        """The upstream's name."""
        return self._upstream.name

    @property
    def model(self) -> str:
        """The upstream's model."""
        return self._upstream.model

    @property
    def concurrency(self) -> int:
        """How many places there are."""
        return self._upstream.concurrency

    def readiness(self) -> Readiness:
        """The upstream's readiness, however many wait."""
        return self._upstream.readiness()

    async def start(self) -> None:
        """Start the upstream."""
        await self._upstream.start()

    async def stop(self) -> None:
        """Stop the upstream."""
        await self._upstream.stop()

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """One plain generation, once there is a place."""
        return self._queued(_Placed(self, lambda: self._upstream.complete(body_rest)))

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """One streamed generation, once there is a place."""
        return self._queued(_Placed(self, lambda: self._upstream.stream(body_rest, deliver)))

    def left(self, call: "_Placed[Any]") -> None:
        """It waits no more."""
        if call in self._queue:
            self._queue.remove(call)

    def freed(self) -> None:
        """A generation has ended."""
        self._free += 1
        self._serve()

    def _queued(self, call: "_Placed[T]") -> "_Placed[T]":
        self._queue.append(call)
        self._serve()
        return call

    def _serve(self) -> None:
        """A loop, and not each end beginning the next: a thousand may end at once."""
        if self._serving:
            return
        self._serving = True
        try:
            while self._free and self._queue:
                self._free -= 1
                self._queue.popleft().begin()
        finally:
            self._serving = False


class _Placed(Call[T]):
    """A call that waits for its place, and then is what it waited for."""

    __slots__ = ("_begin", "_call", "_limited", "_paused")

    def __init__(self, limited: Limited, begin: Callable[[], Call[T]]) -> None:
        super().__init__()
        self._limited = limited
        self._begin = begin
        self._call: Call[T] | None = None
        self._paused = False

    def begin(self) -> None:
        """Take the place; a bug gives it back."""
        try:
            self._call = self._begin()
        except Exception as error:
            self.fail(error)
            self._limited.freed()
            return
        if self._paused:
            self._call.pause()
        self._call.then(self._ended)

    def pause(self) -> None:
        """Pause what serves it, or will."""
        self._paused = True
        if self._call is not None:
            self._call.pause()

    def resume(self) -> None:
        """Resume it."""
        self._paused = False
        if self._call is not None:
            self._call.resume()

    def _ended(self, call: Call[T]) -> None:
        """Who waited goes first: a call that it makes now waits behind those that came before."""
        error = call.exception()
        try:
            if error is not None:
                self.fail(error)
            else:
                self.resolve(call.result())
        finally:
            self._limited.freed()

    def _leave(self) -> None:
        if self._call is None:
            self._limited.left(self)
        else:
            self._call.abandon()
