"""What nobody else will close: holds whose process died, leases that lapsed, texts past their time."""

import math
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.ports.env import Env
from slovomat.ports.store import OpenHold, Store, StoreUnavailableError
from slovomat.usecases.accounts import FREE_PLAN

_BATCH = 500
_DAY_MS = 86_400_000
_STEADY_S = 600.0
_JUMP_MS = 60_000
_ASKED_MS = 90_000
"""Nobody waits longer for a hold: an older one on which nobody works was asked for in vain."""


Running = Callable[[], AbstractAsyncContextManager[Collection[GenerationId]]]
"""The jobs under way in this process, true for as long as it is entered."""


class SweepRules(msgspec.Struct, frozen=True, kw_only=True):
    """How long things are kept; `owner` is this process, `hold_ms` the time that its holds are opened for."""

    owner: str
    lease_ms: int
    results_ms: int
    job_wait_ms: int
    idempotency_ms: int
    hold_ms: int


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
    """Runs on a timer and at start. Each step may be repeated, and may run on many nodes at once.

    `live`, `running`: the direct generations and the jobs under way in this process.
    """

    def __init__(
        self,
        store: Store,
        env: Env,
        rules: SweepRules,
        live: Collection[GenerationId],
        running: Running,
    ) -> None:
        self._store = store
        self._env = env
        self._rules = rules
        self._live = live
        self._running = running
        self._clock = _SteadyClock(env)
        self._answers_since_s = env.monotonic_s()

    async def at_start(self) -> None:
        """Where nobody else serves the database, whatever is open has a dead owner."""
        await self._store.beat(self._rules.owner, (), self._env.now_ms(), self._rules.lease_ms)
        if not self._store.shared:
            await self._store.alone(self._rules.owner)
            await self.leases()
            await self.orphans()

    async def others(self) -> int:
        """What dead nodes left behind. After an outage all seem dead, until each had time for a heartbeat."""
        if self._store.shared:
            try:
                await self._store.ping()
            except StoreUnavailableError:
                self._answers_since_s = math.inf
                raise
            now_s = self._env.monotonic_s()
            self._answers_since_s = min(self._answers_since_s, now_s)
            if now_s - self._answers_since_s < self._rules.lease_ms / 1000:
                return 0
        return await self.orphans() + await self.leases()

    async def holds(self) -> int:
        """Expires this process's holds past their time, but for those that it still works on.

        Committed while its caller was told that the database is away: such a hold does not wait for its time.
        """
        before_ms = self._env.now_ms() + max(0, self._rules.hold_ms - _ASKED_MS)
        found = await self._store.expired_holds(self._rules.owner, before_ms, _BATCH + len(self._live))
        dead = [hold for hold in found if hold.id not in self._live]
        return await self._expire(dead, "expired")

    async def orphans(self) -> int:
        """Expires the holds of processes that do not live."""
        expired, dead = 0, 1
        while dead:
            found = await self._store.orphaned_holds(self._env.now_ms(), _BATCH)
            dead = await self._expire([hold for hold in found if hold.id not in self._live], "restart")
            expired += dead
        return expired

    async def leases(self) -> int:
        """Queues again what a silent worker had taken."""
        now_ms, requeued, batch = self._env.now_ms(), 0, _BATCH
        async with self._running() as live:
            while batch == _BATCH:
                batch = await self._store.take_over(self._rules.owner, live, now_ms, _BATCH)
                requeued += batch
        return requeued

    async def overdue(self) -> int:
        """Releases jobs that have waited for too long: every id reaches its end in bounded time."""
        if not self._clock.is_believed():
            return 0
        now_ms = self._env.now_ms()
        return await self._store.fail_overdue(now_ms - self._rules.job_wait_ms, now_ms, _BATCH)

    async def periods(self) -> int:
        """Ends what has run out of the plans that were bought; debts are paid by what came back to life."""
        now_ms = self._env.now_ms()
        if not self._clock.is_believed() or not await self._store.shop.sweep_due(now_ms):
            return 0
        await self._store.shop.pay_debts(now_ms, _BATCH)
        return await self._store.shop.end_periods(now_ms, FREE_PLAN, _BATCH)

    async def prune(self) -> int:
        """Drops texts and idempotency keys past their time."""
        if not self._clock.is_believed():
            return 0
        now_ms = self._env.now_ms()
        results, keys = now_ms - self._rules.results_ms, now_ms - self._rules.idempotency_ms
        kept = await self._store.history.prune(results, _BATCH)
        return kept + await self._store.prune(results, keys, now_ms, _BATCH)

    async def bury(self) -> int:
        """Forgets processes that have been silent for a day."""
        return await self._store.bury(self._env.now_ms() - _DAY_MS, _BATCH)

    async def _expire(self, holds: Sequence[OpenHold], reason: str) -> int:
        now_ms = self._env.now_ms()
        for hold in holds:
            closing = Closing(id=hold.id, account_id=hold.account_id, state=HoldState.EXPIRED, reason=reason)
            await self._store.close(closing, now_ms)
        return len(holds)
