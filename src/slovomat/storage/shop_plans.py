"""Periods of plans: bought, turned into one another, shortened, ended. Each under its account's lock."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from slovomat.domain.ids import AccountId, PeriodId, PlanId, VersionId
from slovomat.domain.plan_terms import Span, bought, left_kopecks, moved, shortened, turned
from slovomat.ports.shop import Period, PeriodState
from slovomat.storage import shop_rows
from slovomat.storage.tx import Row, Tx


class NewPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a plan that an account gets, and what it is worth."""

    account_id: AccountId
    plan_id: PlanId
    version_id: VersionId
    days: int
    worth_kopecks: int
    now_ms: int


class _Ahead(msgspec.Struct):
    """A period that has not ended, as it will be written."""

    id: PeriodId
    plan_id: PlanId
    state: str
    span: Span


async def add_period(tx: Tx, new: NewPeriod) -> PeriodId:
    """Behind the others where it is the same plan, else now: what is left of the others is longer time of it.

    What has no price cannot be measured by the other, and waits.
    """
    await tx.run("account_lock", id=new.account_id)
    ahead = await _ahead(tx, new.account_id)
    running = next((one for one in ahead if one.state == PeriodState.OPEN), None)
    span = bought(new.worth_kopecks, new.days, new.now_ms)
    if running and (running.plan_id == new.plan_id or span.worth_kopecks == 0):
        made = await _write(tx, new, moved(span, max(new.now_ms, ahead[-1].span.ends_at_ms)))
        plan_id = running.plan_id
    else:
        made = await _begin(tx, new, span, ahead)
        plan_id = new.plan_id
    await tx.run("account_set_plan", id=new.account_id, plan_id=plan_id)
    await tx.run("callers_changed")
    return made


async def _begin(tx: Tx, new: NewPeriod, span: Span, ahead: Sequence[_Ahead]) -> PeriodId:
    """The new period is the open one; those with a price become part of it, the others wait for its end."""
    turning = [one for one in ahead if one.span.worth_kopecks]
    staying = [one for one in ahead if not one.span.worth_kopecks]
    whole = turned([one.span for one in turning], span, new.now_ms)
    made = await _write(tx, new, whole)
    for one in turning:
        await _turn(tx, one, made, new.now_ms)
    for one in staying:
        left = Span(new.now_ms, new.now_ms + one.span.left_ms(new.now_ms), 0)
        one.state, one.span = PeriodState.WAITING.value, left
        await _change(tx, one)
    opened = _Ahead(made, new.plan_id, PeriodState.OPEN.value, whole)
    await _change(tx, opened)
    await _line_up(tx, [opened, *staying])
    return made


async def _turn(tx: Tx, one: _Ahead, into: PeriodId, now_ms: int) -> None:
    """What has passed of it stays with it."""
    span = one.span
    used = span.worth_kopecks - min(span.worth_kopecks, left_kopecks(span, now_ms))
    ends = max(span.starts_at_ms, min(span.ends_at_ms, now_ms))
    await tx.run("period_turn", id=one.id, into=into, ends_at_ms=ends, worth_kopecks=used)


async def shorten(tx: Tx, period_id: PeriodId, by_kopecks: int, now_ms: int) -> None:
    """Money for it was given back: the time that cost so much is gone, as far as it has not passed."""
    row = (await tx.rows("period_row", id=period_id))[0]
    await tx.run("account_lock", id=row[1])
    row = (await tx.rows("period_row", id=period_id))[0]
    while row[3] is not None:
        row = (await tx.rows("period_row", id=row[3]))[0]
    live, account_id = row[0], row[1]
    ahead = await _ahead(tx, account_id)
    for one in ahead:
        if one.id == live:
            one.span = shortened(one.span, by_kopecks, now_ms)
            if one.state == PeriodState.WAITING and one.span.length_ms == 0:
                one.state = PeriodState.ENDED.value
            await _change(tx, one)
    await _line_up(tx, [one for one in ahead if one.state != PeriodState.ENDED])
    await tx.run("callers_changed")


async def sweep_due(tx: Tx, now_ms: int) -> bool:
    """Whether a period has run out, or a debt can be paid."""
    out = await tx.rows("periods_out", now_ms=now_ms, limit=1)
    return bool(out or await tx.rows("debtors_with_packs", now_ms=now_ms, limit=1))


async def end_periods(tx: Tx, now_ms: int, free_plan: str, limit: int) -> int:
    """Ends what has run out: the next one opens, or the account goes to the free plan; how many ended."""
    ended = 0
    for period_id, account_id in await tx.rows("periods_out", now_ms=now_ms, limit=limit):
        await tx.run("account_lock", id=account_id)
        if await tx.run("period_end", id=period_id, now_ms=now_ms):
            await _follow(tx, account_id, period_id, free_plan)
            ended += 1
    if ended:
        await tx.run("callers_changed")
    return ended


async def _follow(tx: Tx, account_id: AccountId, ended: PeriodId, free_plan: str) -> None:
    left_id = (await tx.rows("period_row", id=ended))[0][2]
    waiting = await _ahead(tx, account_id)
    if waiting:
        heir = waiting[0]
        heir.state = PeriodState.OPEN.value
        await _change(tx, heir)
        plan_id = heir.plan_id
    else:
        plan_id = (await tx.rows("plan_after", name=free_plan))[0][0]
    await tx.run("account_leave_plan", id=account_id, plan_id=plan_id, left_id=left_id)


async def _line_up(tx: Tx, ahead: Sequence[_Ahead]) -> None:
    """Each that waits begins where the one before it ends."""
    for before, one in pairwise(ahead):
        if one.span.starts_at_ms != before.span.ends_at_ms:
            one.span = moved(one.span, before.span.ends_at_ms)
            await _change(tx, one)


async def _ahead(tx: Tx, account_id: AccountId) -> list[_Ahead]:
    return [_from_row(row) for row in await tx.rows("periods_ahead", account_id=account_id)]


def _from_row(row: Row) -> _Ahead:
    period_id, plan_id, state, starts, ends, worth = row
    return _Ahead(period_id, plan_id, state, Span(starts, ends, worth))


async def _write(tx: Tx, new: NewPeriod, span: Span) -> PeriodId:
    made = await tx.rows(
        "period_add",
        account_id=new.account_id,
        plan_id=new.plan_id,
        version_id=new.version_id,
        state=PeriodState.WAITING.value,
        starts_at_ms=span.starts_at_ms,
        ends_at_ms=span.ends_at_ms,
        worth_kopecks=span.worth_kopecks,
        now_ms=new.now_ms,
    )
    return PeriodId(made[0][0])


async def _change(tx: Tx, one: _Ahead) -> None:
    await tx.run(
        "period_change",
        id=one.id,
        state=one.state,
        starts_at_ms=one.span.starts_at_ms,
        ends_at_ms=one.span.ends_at_ms,
        worth_kopecks=one.span.worth_kopecks,
    )


async def account_periods(tx: Tx, account_id: AccountId, limit: int) -> list[Period]:
    """An account's periods, the newest first."""
    rows = await tx.rows("periods_of_account", account_id=account_id, limit=limit)
    return [shop_rows.period(row) for row in rows]


async def current_period(tx: Tx, account_id: AccountId) -> Period | None:
    """The open one."""
    found = await tx.rows("period_current", account_id=account_id)
    return shop_rows.period(found[0]) if found else None


async def periods_ending(tx: Tx, from_ms: int, to_ms: int, limit: int) -> list[Period]:
    """Open periods that end in that time and have no other behind them."""
    rows = await tx.rows("periods_ending", from_ms=from_ms, to_ms=to_ms, limit=limit)
    return [shop_rows.period(row) for row in rows]
