"""What nobody else will close: holds whose process died, leases that lapsed, texts past their time."""

from collections.abc import Container

import msgspec

from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.ports.env import Env
from slovomat.ports.store import Store

_BATCH = 500
_STEADY_S = 600.0
_JUMP_MS = 60_000


class SweepRules(msgspec.Struct, frozen=True, kw_only=True):
    """How long things are kept; `owner` is this process."""

    owner: str
    results_ms: int
    job_wait_ms: int
    idempotency_ms: int


class _SteadyClock:
    """Believes the wall clock only after it has kept pace for ten minutes with the one that never jumps.

    What is deleted by the word of a clock that was wrong for a moment does not come back.
    """

    def __init__(self, env: Env) -> None:
        self._env = env
        self._offset_ms = self._offset()
        self._since_s = env.monotonic_s()

    def is_believed(self) -> bool:
        offset_ms = self._offset()
        if abs(offset_ms - self._offset_ms) > _JUMP_MS:
            self._since_s = self._env.monotonic_s()
        self._offset_ms = offset_ms
        return self._env.monotonic_s() - self._since_s >= _STEADY_S

    def _offset(self) -> int:
        return self._env.now_ms() - int(self._env.monotonic_s() * 1000)


class Sweep:
    """Runs on a timer and at start. Each step may be repeated, and may run on many nodes at once."""

    def __init__(self, store: Store, env: Env, rules: SweepRules, live: Container[GenerationId]) -> None:
        self._store = store
        self._env = env
        self._rules = rules
        self._live = live
        self._clock = _SteadyClock(env)

    async def after_restart(self) -> None:
        """The one process of this database has just started: whatever is open, its owner is dead."""
        now_ms = self._env.now_ms()
        await self._store.take_over(self._rules.owner, now_ms, lease_before_ms=1 << 62)
        while orphans := await self._store.orphaned_holds(self._rules.owner, _BATCH):
            for hold in orphans:
                await self._expire(hold, "restart")

    async def holds(self) -> int:
        """Expires holds past their time, but for those that this process still works on."""
        found = await self._store.expired_holds(self._env.now_ms(), _BATCH)
        dead = [hold for hold in found if hold not in self._live]
        for hold in dead:
            await self._expire(hold, "expired")
        return len(dead)

    async def leases(self) -> int:
        """Queues again what a silent worker had taken."""
        now_ms = self._env.now_ms()
        return await self._store.take_over(self._rules.owner, now_ms, lease_before_ms=now_ms)

    async def overdue(self) -> int:
        """Releases jobs that have waited for too long: every id reaches its end in bounded time."""
        if not self._clock.is_believed():
            return 0
        now_ms = self._env.now_ms()
        return await self._store.fail_overdue(now_ms - self._rules.job_wait_ms, now_ms, _BATCH)

    async def prune(self) -> int:
        """Drops texts and idempotency keys past their time."""
        if not self._clock.is_believed():
            return 0
        now_ms = self._env.now_ms()
        results, keys = now_ms - self._rules.results_ms, now_ms - self._rules.idempotency_ms
        return await self._store.prune(results, keys, now_ms, _BATCH)

    async def _expire(self, hold: GenerationId, reason: str) -> None:
        closing = Closing(id=hold, state=HoldState.EXPIRED, reason=reason)
        await self._store.close(closing, self._env.now_ms())
