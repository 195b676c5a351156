"""An event loop that does nothing by itself: whoever holds it lets it turn, and lets time pass."""

import asyncio
import contextlib
import math
from asyncio import events
from collections.abc import Iterator
from typing import Any

_TURNS_MAX = 10_000


class _NoSockets:
    """What stands for the selector."""

    def select(self, _timeout: float | None) -> list[Any]:
        return []

    def close(self) -> None:
        """Nothing is open."""


class StillLoop(asyncio.BaseEventLoop):
    """The loop. `now_s`: its clock; `faults`: what came out of callbacks and tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.faults: list[str] = []
        self._selector = _NoSockets()
        self._clock_resolution = 1e-9
        self._work: set[asyncio.Task[Any]] = set()
        self.set_debug(False)
        self.set_exception_handler(lambda _loop, told: self.faults.append(f"{told['message']}: {told!r}"))
        self.set_task_factory(self._make_task)

    def time(self) -> float:
        """Seconds since its beginning."""
        return self.now_s

    @property
    def next_due_s(self) -> float:
        """When the next timer rings."""
        return min((timer.when() for timer in self._scheduled if not timer.cancelled()), default=math.inf)  # type: ignore[attr-defined]

    def turn(self, turns: int = 1) -> None:
        """Runs what is ready, so many times."""
        for _ in range(turns):
            self._run_once()  # type: ignore[attr-defined]

    def settle(self) -> None:
        """Turns until nothing is ready."""
        for _ in range(_TURNS_MAX):
            if not self._ready:  # type: ignore[attr-defined]
                return
            self.turn()
        raise AssertionError("callbacks follow each other without end")

    def wait(self, seconds: float) -> None:
        """Time passes; whatever is due comes."""
        self.now_s += seconds
        self.turn()
        self.settle()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Within, it is the loop that runs. On leaving, its tasks are ended and it is closed."""
        events._set_running_loop(self)
        try:
            yield
        finally:
            for task in tuple(self._work):
                task.cancel()
            self.settle()
            events._set_running_loop(None)
            self.close()

    def _make_task(self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody waits in a selector."""
