"""A call that is a coroutine, in a task of its own: for what is not driven by a socket's callbacks."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from slovomat.ports.upstream import Call

T = TypeVar("T")


class Tasked(Call[T]):
    """The coroutine's result; abandoning it cancels the task. `reading` is clear while the call is paused."""

    __slots__ = ("_reading", "_task")

    def __init__(self, work: Coroutine[Any, Any, T], reading: asyncio.Event | None = None) -> None:
        super().__init__()
        self._reading = reading
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(self._ended)

    def pause(self) -> None:
        """The coroutine is asked to wait."""
        if self._reading is not None:
            self._reading.clear()

    def resume(self) -> None:
        """It may go on."""
        if self._reading is not None:
            self._reading.set()

    def _leave(self) -> None:
        self._task.cancel()

    def _ended(self, task: "asyncio.Task[T]") -> None:
        if task.cancelled():
            self.cancel()
        elif (error := task.exception()) is not None:
            self.fail(error)
        else:
            self.resolve(task.result())
