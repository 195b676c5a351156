"""What somebody sees of their account first: what is left, until when, and what became of it lately."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.caller import KeyPolicy, Plan
from slovomat.domain.days import Calendar
from slovomat.domain.ids import KeyId
from slovomat.ports.env import Env
from slovomat.ports.history import HistoryQuery, HistoryRow, UsageDay
from slovomat.ports.shop import Period
from slovomat.ports.store import Account, BalanceQuery, KeyRow, PackRow, Store
from slovomat.usecases.history import month

_ANY_KEY = KeyPolicy(id=KeyId(0))
_LAST_ROWS = 5


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of today and of packs, the plan's time, a month of days, the last generations.

    `begins_at_ms`: when the daily requests start anew. `api_requests`: what a key without bounds can spend.
    """

    plan: Plan
    today_requests: int
    packs_requests: int
    api_requests: int
    begins_at_ms: int
    debt_requests: int
    packs: Sequence[PackRow]
    period: Period | None
    days: Sequence[UsageDay]
    last: Sequence[HistoryRow]
    keys: Sequence[KeyRow]

    @property
    def all_requests(self) -> int:
        """What can be spent on the site."""
        return self.today_requests + self.packs_requests

    @property
    def spent_today(self) -> int:
        """Of the plan's daily requests, those that are gone or set aside."""
        return max(0, self.plan.daily_requests - self.today_requests)


async def overview(store: Store, env: Env, calendar: Calendar, account: Account) -> Overview:
    """The account at this moment."""
    now_ms = env.now_ms()
    day = calendar.day(now_ms)
    plan = await store.plan_of(account.id)
    debt = await store.shop.debt(account.id)
    packs_requests = 0 if debt else await _balance(store, account, day, None, now_ms)
    with_today = 0 if debt else await _balance(store, account, day, plan.daily_requests, now_ms)
    page = await store.history.page(HistoryQuery(account_id=account.id, limit=_LAST_ROWS))
    return Overview(
        plan=plan,
        today_requests=with_today - packs_requests,
        packs_requests=packs_requests,
        api_requests=with_today if plan.api_allowance else packs_requests,
        begins_at_ms=calendar.next_day_ms(now_ms),
        debt_requests=debt,
        packs=[pack for pack in await store.account_packs(account.id) if _is_there(pack, now_ms)],
        period=await store.shop.current_period(account.id),
        days=await month(store, account.id, day),
        last=page.rows,
        keys=[key for key in await store.list_keys(account.id) if key.in_force(now_ms)],
    )


async def _balance(store: Store, account: Account, day: str, allowance: int | None, now_ms: int) -> int:
    return await store.balance(
        BalanceQuery(account_id=account.id, key=_ANY_KEY, day=day, allowance=allowance, now_ms=now_ms)
    )


def _is_there(pack: PackRow, now_ms: int) -> bool:
    return pack.available + pack.held > 0 and (pack.expires_at_ms is None or pack.expires_at_ms > now_ms)
