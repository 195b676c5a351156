"""The desk's figures, kept for a few seconds: reloading the page costs nothing."""

import asyncio

import msgspec

from slovomat.domain.days import Calendar
from slovomat.ports.desk import PaymentCounts
from slovomat.ports.store import Store
from slovomat.usecases.reports import Dashboard, DayReport, UpstreamPrices, dashboard
from slovomat.usecases.takings import DayTakings, takings_by_day
from slovomat.web.admin.desk import Desk

_KEPT_S = 5.0
_MONTH_MS = 31 * 86_400_000


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The last 31 days, the oldest first, and what waits now."""

    days: tuple[DayReport, ...]
    money: tuple[DayTakings, ...]
    seen: Dashboard
    payments: PaymentCounts
    letters: int

    @property
    def today(self) -> DayReport:
        """The last day."""
        return self.days[-1]

    @property
    def month_kopecks(self) -> int:
        """Revenue of all days."""
        return sum(one.kopecks for one in self.money)

    @property
    def cost_kopecks(self) -> int:
        """What the upstream took for it."""
        return sum(one.cost_kopecks for one in self.days)


class Boards:
    """The latest figures; those who ask at the same time are told the same."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.store
        self._env = desk.env
        self._currency = desk.settings.currency
        self._calendar = Calendar(desk.settings.time_zone)
        self._prices = UpstreamPrices(
            prompt_kopecks=desk.settings.upstream_price_prompt_kopecks_per_million,
            completion_kopecks=desk.settings.upstream_price_completion_kopecks_per_million,
        )
        self._latest: Board | None = None
        self._until_s = 0.0
        self._turn = asyncio.Lock()

    async def latest(self) -> Board:
        """No older than a few seconds."""
        async with self._turn:
            if self._latest is None or self._env.monotonic_s() >= self._until_s:
                self._latest = await self._read(self._store)
                self._until_s = self._env.monotonic_s() + _KEPT_S
            return self._latest

    async def _read(self, store: Store) -> Board:
        now_ms = self._env.now_ms()
        seen = await dashboard(store, self._calendar, now_ms, self._prices)
        return Board(
            days=seen.days,
            money=tuple(await takings_by_day(store, self._calendar, now_ms, self._currency)),
            seen=seen,
            payments=await store.desk.payment_counts(now_ms - _MONTH_MS),
            letters=await store.outbox.waiting(),
        )
