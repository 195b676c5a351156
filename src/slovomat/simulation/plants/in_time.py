"""Bugs of order: what is skipped, told to nobody, forgotten, or done too early."""

import asyncio

import msgspec

from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.request import StoredAnswer
from slovomat.later import Later
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits
from slovomat.ports.store import Store
from slovomat.ports.upstream import Upstream
from slovomat.ports.watch import Watch
from slovomat.simulation.composition import SECRET, Composition
from slovomat.usecases.callers import Callers
from slovomat.usecases.departure import Departure
from slovomat.usecases.jobs import JobRunner
from slovomat.usecases.settle import Settler
from slovomat.usecases.sweep import Sweep
from slovomat.worker import Worker


class SettlementSkippedOnCancellation(Composition):
    """A client that leaves cancels the task that should settle."""

    def leave(self, _client: Departure, handler: asyncio.Task[None]) -> None:
        """As many frameworks do."""
        handler.cancel()

    def settler(self, store: Store, env: Env, watch: Watch) -> Settler:
        """One that a cancellation reaches."""

        class _Settler(Settler):
            def close(self, closing: Closing, answer: StoredAnswer | None = None) -> Later[bool]:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise asyncio.CancelledError
                return super().close(closing, answer)

        return _Settler(store, env, watch)


class LostWakeUp(Composition):
    """A worker rests until it is woken, and forgets that it was."""

    def worker(self, runner: JobRunner, store: Store, upstream: Upstream, env: Env, owner: str) -> Worker:
        """One that does not look by itself."""

        class _Worker(Worker):
            async def _rest(self) -> None:
                self._wake.clear()
                await self._wake.wait()

        return _Worker(runner, store, upstream, env, self.worker_rules(owner))


class NoHeartbeat(Composition):
    """Leases are never extended."""

    def worker(self, runner: JobRunner, store: Store, upstream: Upstream, env: Env, owner: str) -> Worker:
        """One without a heart."""

        class _Worker(Worker):
            async def heartbeat(self) -> None:
                await asyncio.Event().wait()

        return _Worker(runner, store, upstream, env, self.worker_rules(owner))


class KeyNeverForgotten(Composition):
    """A key once seen opens for ever."""

    def callers(self, store: Store, env: Env, limits: Limits) -> Callers:
        """A cache that is never emptied."""

        class _Callers(Callers):
            async def refresh(self) -> None:
                await asyncio.sleep(0)

        return _Callers(store, env, limits, SECRET, 300)


class LivingHoldsExpire(Composition):
    """The sweep expires what is under way, before its time."""

    def sweep(self, store: Store, env: Env, _settler: Settler, worker: Worker, owner: str) -> Sweep:
        """One that does not ask who is at work."""
        return Sweep(store, _Ahead(env), self.sweep_rules(owner), (), worker.running)


class _Ahead:
    """An Env whose wall clock is ahead."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self.monotonic_s = env.monotonic_s
        self.random_bytes = env.random_bytes
        self.chance = env.chance

    def now_ms(self) -> int:
        """By a minute and a half."""
        return self._env.now_ms() + 95_000


class ChargedForNothing(Composition):
    """A client that left before the first piece pays."""

    def settler(self, store: Store, env: Env, watch: Watch) -> Settler:
        """One that takes every departure for a delivery."""

        class _Settler(Settler):
            def close(self, closing: Closing, answer: StoredAnswer | None = None) -> Later[bool]:
                if closing.reason == "client_left":
                    closing = msgspec.structs.replace(closing, state=HoldState.SETTLED)
                return super().close(closing, answer)

        return _Settler(store, env, watch)
