"""What may end a generation from outside, without cancelling the code that settles it."""

import asyncio
from types import TracebackType


class Departure:
    """The client's leaving and the service's stopping, each told once by whoever sees it.

    They end only the wait that opted in with `async with client.ends_here():`, which also has the request's
    deadline. It is a task's own cancellation, asked for once and swallowed at the block's end, as in
    asyncio.timeout: a scope of a library costs several times as much, on every call.
    """

    __slots__ = ("_asked_before", "_deadline_s", "_ended", "_task", "_timer", "drained", "left", "stays")

    def __init__(self, deadline_s: float) -> None:
        self.left = False
        self.drained = False
        self.stays = False
        """The generation goes on without the client: what was paid for is kept for a repeat."""
        self._deadline_s = deadline_s
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked_before = 0
        self._ended = False

    def depart(self) -> None:
        """The client is gone; a wait under way ends now, unless the generation stays."""
        self.left = True
        if not self.stays:
            self._end()

    def drain(self) -> None:
        """The service stops; a wait under way ends now."""
        self.drained = True
        self._end()

    def ends_here(self) -> "Departure":
        """Within this block a departure cancels what is awaited, and nothing beyond it."""
        return self

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        assert self._task is not None  # noqa: S101 - there is one wherever something can be awaited
        self._asked_before = self._task.cancelling()
        self._ended = False
        self._timer = self._task.get_loop().call_later(self._deadline_s, self._end)
        if self.drained or (self.left and not self.stays):
            self._end()

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        task, self._task = self._task, None
        if self._timer is not None:
            self._timer.cancel()
        if task is None or not self._ended:
            return False
        if kind is None:
            await self._outlive(task)
        asked_by_others = task.uncancel() > self._asked_before
        return kind is asyncio.CancelledError and not asked_by_others

    async def _outlive(self, task: asyncio.Task[object]) -> None:
        """What was awaited came first: the cancellation still on its way must not hit the next wait."""
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            if task.cancelling() > self._asked_before + 1:
                raise

    def _end(self) -> None:
        """Asks once: a second cancellation would reach into the closing of the upstream's connection."""
        if self._task is not None and not self._ended:
            self._ended = True
            self._task.cancel()
