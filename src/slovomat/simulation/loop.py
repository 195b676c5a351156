"""An event loop of asyncio whose time is virtual: it jumps to the next timer, and never sleeps.

Callbacks keep asyncio's promised order. Timers come late by a seeded hair, as they do in life, and that is
what orders those that were due together.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar, TypeVarTuple

from slovomat.simulation.dice import Dice

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_LATE_S = 0.0003
_CLEANUPS_MAX = 100
_TURNS_MAX = 20_000
"""More turns of the loop at one instant are a loop without end."""


class StuckError(Exception):
    """Nothing can happen any more, or things happen without end and time stands still."""


class Life:
    """One life of a process: what belongs to it runs only while it lives and is not stopped.

    Death is that of `kill -9`: nothing of it ever runs again, no `finally` either.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.stopped = False
        self.draining = False
        self.stopped_until_s = -1.0
        """When it was last set going again."""
        self._missed: list[_Turn] = []
        self.context = copy_context()
        self.context.run(LIFE.set, self)

    def die(self) -> None:
        """The end."""
        self.alive = False
        self._missed.clear()

    def stop(self) -> None:
        """SIGSTOP: from now on time passes without it."""
        self.stopped = True

    def go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """SIGCONT: what it missed comes at once, in its order."""
        self.stopped = False
        self.stopped_until_s = loop.time()
        missed, self._missed = self._missed, []
        for turn in missed:
            loop.call_soon(turn, context=self.context)

    def misses(self, turn: "_Turn") -> None:
        """A callback came due while it was stopped."""
        self._missed.append(turn)


LIFE: ContextVar[Life | None] = ContextVar("LIFE", default=None)
"""To which life the running code belongs; None: to the world outside."""


class _Turn:
    """A callback of a process, which asks at its turn whether the process can still run it."""

    __slots__ = ("args", "callback", "context", "handle", "life")

    def __init__(self, life: Life, context: Context, callback: Callable[..., object], args: Any) -> None:
        self.life = life
        self.context = context
        self.callback = callback
        self.args = args
        self.handle: asyncio.Handle | None = None

    def __call__(self) -> None:
        life = self.life
        if life.stopped:
            life.misses(self)
        elif life.alive and not (self.handle is not None and self.handle.cancelled()):
            self.callback(*self.args)


class _Task(asyncio.Task[T]):
    """A task whose place in a set does not depend on its address."""

    def __init__(self, number: int, coro: Coroutine[Any, Any, T], **options: Any) -> None:
        self._number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


class _Timetable:
    """What stands for the selector: waiting is a jump of the clock."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop
        self._turns = 0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise StuckError("nothing is ready and no timer is set")
        self._turns += 1
        if timeout > 0:
            self._loop.now_s += timeout
            self._turns = 0
        elif self._turns > _TURNS_MAX:
            raise StuckError("callbacks follow each other without end while time stands still")
        return []

    def close(self) -> None:
        """Nothing is open."""


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop. `now_s`: virtual seconds since its beginning."""

    def __init__(self, dice: Dice) -> None:
        super().__init__()
        self.now_s = 0.0
        self._dice = dice
        self._selector = _Timetable(self)
        self._clock_resolution = 1e-9
        self._tasks: list[_Task[Any]] = []
        self.on_bug: Callable[[BaseException], None] = lambda _error: None
        """Is told of every task that ended by an exception."""
        self.set_debug(False)
        self.set_task_factory(self._make_task)

    def time(self) -> float:
        """Virtual seconds."""
        return self.now_s

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's, for who still lives."""
        context = copy_context() if context is None else context
        life = context.get(LIFE)
        if life is None or isinstance(callback, _Turn):
            return super().call_soon(callback, *args, context=context)
        turn = _Turn(life, context, callback, args)
        turn.handle = super().call_soon(turn, context=context)
        return turn.handle

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's, a hair late."""
        when += _LATE_S * self._dice.throw()
        context = copy_context() if context is None else context
        life = context.get(LIFE)
        if life is None:
            return super().call_at(when, callback, *args, context=context)
        turn = _Turn(life, context, callback, args)
        turn.handle = handle = super().call_at(when, turn, context=context)
        return handle

    def spawn(self, life: Life, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task of this life."""
        return self.create_task(work, context=life.context.copy())

    def bury(self) -> None:
        """Ends the loop: what was still under way is closed without being heard."""
        for task in self._tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                _close(task.get_coro())
        self._tasks.clear()
        self.close()

    def _make_task(self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> "_Task[Any]":
        task: _Task[Any] = _Task(len(self._tasks), coro, loop=loop, **options)
        self._tasks.append(task)
        task.add_done_callback(self._ended, context=Context())
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.on_bug(error)

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """The collector's hour is nobody's seed: what it finds is closed by `bury`'s hand or not at all."""

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none: whatever comes from outside comes by a timer."""

    def _write_to_self(self) -> None:
        """Nobody waits in a selector."""


def _close(coro: Any) -> None:
    """Lets a coroutine's own clean-up run against a dead world, as often as it waits for something in it."""
    for _ in range(_CLEANUPS_MAX):
        try:
            coro.close()
        except (Exception, BaseExceptionGroup):  # noqa: S112 - the dead have nothing to say
            continue
        return
