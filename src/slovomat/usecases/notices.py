"""Notices: who runs low, and whose plan ends soon. Each is told once, however often somebody looks."""

from collections.abc import Callable

from slovomat.ports.env import Env
from slovomat.ports.mail import LetterKind
from slovomat.ports.outbox import EndingPlan, LowBalance, SoldUntold
from slovomat.ports.store import Store
from slovomat.usecases.letters import Letters

_AT_ONCE = 500
_DAYS_BEFORE = ((3, 1), (1, 0))
"""Within three days but not within one; within one: who has so little left is not told of three."""


_LATE_MS = 3 * 86_400_000
"""A receipt that a node could not write is written by the next one, within that time."""
_OVERLAP_MS = 10 * 60_000


class Notices:
    """Looks for those who are to be told; many nodes may look at the same time."""

    def __init__(self, store: Store, env: Env, site: Callable[[], str]) -> None:
        self._outbox = store.outbox
        self._letters = Letters(store, env)
        self._env = env
        self._site = site
        self._sold_after_ms = env.now_ms() - _LATE_MS

    async def balances(self) -> None:
        """Tells those whose paid requests run low, once a pack."""
        after_id, found = 0, await self._outbox.low_on_balance(0, self._env.now_ms(), _AT_ONCE)
        while found:
            for low in found:
                await self._tell_low(low)
            after_id = found[-1].account_id
            found = await self._outbox.low_on_balance(after_id, self._env.now_ms(), _AT_ONCE)

    async def plans(self) -> None:
        """Tells those whose plan ends, three days and one day before."""
        for days, beyond in _DAYS_BEFORE:
            for ending in await self._outbox.plans_ending(days, beyond, self._env.now_ms(), _AT_ONCE):
                await self._tell_ending(ending, days)

    async def receipts(self) -> None:
        """Tells buyers what they have paid for: once a payment, whatever crashed meanwhile."""
        now_ms = self._env.now_ms()
        found = await self._outbox.sold_untold(self._sold_after_ms, _AT_ONCE)
        for sold in found:
            await self._tell_sold(sold)
        if len(found) < _AT_ONCE:
            self._sold_after_ms = max(self._sold_after_ms, now_ms - _OVERLAP_MS)

    async def _tell_sold(self, sold: SoldUntold) -> None:
        await self._letters.write(
            LetterKind.RECEIPT,
            sold.account_id,
            sold.email,
            sold.language,
            {
                "order": sold.order,
                "title": sold.title,
                "amount_kopecks": sold.amount_kopecks,
                "currency": sold.currency,
                "link": f"{self._site()}/orders/{sold.order}",
            },
            once=f"{LetterKind.RECEIPT} {sold.payment}",
        )

    async def _tell_low(self, low: LowBalance) -> None:
        await self._letters.write(
            LetterKind.LOW_BALANCE,
            low.account_id,
            low.email,
            low.language,
            {"left": low.left, "threshold": low.threshold, "link": f"{self._site()}/price"},
            once=f"{LetterKind.LOW_BALANCE} {low.account_id} {low.pack}",
        )

    async def _tell_ending(self, ending: EndingPlan, days: int) -> None:
        await self._letters.write(
            LetterKind.PLAN_ENDING,
            ending.account_id,
            ending.email,
            ending.language,
            {
                "plan": ending.plan,
                "days": days,
                "ends_at_ms": ending.ends_at_ms,
                "link": f"{self._site()}/subscription",
            },
            once=f"{LetterKind.PLAN_ENDING} {ending.period} {days}",
        )
