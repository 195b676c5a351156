"""An account looks back: its generations page by page or all, and a month of days."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.ports.env import Env
from slovomat.ports.history import HistoryQuery, HistoryRow, UsageDay
from slovomat.ports.store import Store

MONTH_DAYS = 31
_EXPORT_BATCH = 500
_STEPS_MAX = 50
"""So many steps in a row: what is left waits for the next time, a few seconds later."""


async def export(store: Store, query: HistoryQuery) -> AsyncIterator[tuple[HistoryRow, ...]]:
    """All generations that the query means, the newest first, some hundreds at a time."""
    asked = msgspec.structs.replace(query, limit=_EXPORT_BATCH)
    while True:
        page = await store.history.page(asked)
        if page.rows:
            yield page.rows
        if page.before is None:
            return
        asked = msgspec.structs.replace(asked, before=page.before)


def last_days(today: str, count: int = MONTH_DAYS) -> list[str]:
    """The last days up to today, the oldest first."""
    end = date.fromisoformat(today)
    return [(end - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]


async def month(store: Store, account_id: AccountId, today: str) -> list[UsageDay]:
    """The account's last 31 days, those without a generation too. `today`: by the service's calendar."""
    days = last_days(today)
    known = {one.day: one for one in await store.history.usage(account_id, days[0])}
    nothing = UsageDay(day="", generations=0, spent_requests=0, returned_requests=0)
    return [known.get(day) or msgspec.structs.replace(nothing, day=day) for day in days]


class Looking:
    """Takes note of what was generated, every few seconds, beside the calls."""

    def __init__(self, store: Store, env: Env) -> None:
        self._store = store
        self._env = env

    async def advance(self) -> None:
        """All that is new, unless there is very much of it."""
        for _ in range(_STEPS_MAX):
            if not await self._store.history.advance(self._env.now_ms()):
                return
