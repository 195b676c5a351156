"""A deadline that blames others only for their own delay."""

import asyncio
from collections.abc import Callable

_LATE_S = 0.01


class Patience:
    """Calls `lost` after so many seconds, unless it is ended before.

    When the event loop was late itself, answers may lie there unread: then it waits as long once more.
    """

    def __init__(self, seconds: float, lost: Callable[[], None]) -> None:
        self._seconds = seconds
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + seconds
        self._timer = self._loop.call_at(self._due, self._look)

    def end(self) -> None:
        """Nothing is waited for any more."""
        self._timer.cancel()

    def _look(self) -> None:
        if self._loop.time() - self._due > _LATE_S:
            self._timer = self._loop.call_later(self._seconds, self._lost)
        else:
            self._lost()
