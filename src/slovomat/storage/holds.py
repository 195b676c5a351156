"""Holds: the price set aside before anything is generated. Read for all, decide in order, write for all."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.money import Entry
from slovomat.domain.purse import BucketState, Purse
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted
from slovomat.ports.store import BalanceQuery, HoldOrder, HoldResult
from slovomat.storage import entries
from slovomat.storage.caps import Caps
from slovomat.storage.idempotency import earlier_each, remember
from slovomat.storage.tx import ConflictError, Tx, Values

Purses = dict[AccountId, Purse]


class _Decision(msgspec.Struct, frozen=True):
    """A hold that is accepted: `left` is the balance after it, `taken` its entries without their id."""

    number: int
    order: HoldOrder
    left: int
    taken: list[Entry]


async def hold(tx: Tx, orders: Sequence[HoldOrder]) -> list[HoldResult]:
    """For each order: accepted, the answer of the first call with its idempotency key, or why not."""
    results: list[HoldResult | None] = await earlier_each(tx, orders)
    fresh, repeats = _firsts([n for n, result in enumerate(results) if result is None], orders)
    if fresh:
        purses = await _purses(tx, [orders[n] for n in fresh])
        caps = await Caps.read(tx, [(orders[n].key, orders[n].day) for n in fresh])
        decided = []
        for n in fresh:
            decision = _decide(n, orders[n], purses[orders[n].account_id], caps)
            if isinstance(decision, Refusal):
                results[n] = decision
            else:
                decided.append(decision)
        now_ms = max(orders[n].now_ms for n in fresh)
        ids = await _write(tx, decided, purses, caps, now_ms)
        for made, decision in zip(ids, decided, strict=True):
            results[decision.number] = _accepted(made, decision)
    await _repeat(tx, orders, repeats, results)
    return [_known(result) for result in results]


async def _repeat(
    tx: Tx, orders: Sequence[HoldOrder], repeats: dict[int, int], results: list[HoldResult | None]
) -> None:
    """Calls with a key of this very batch: its first has been decided, and if refused, for its like too."""
    again = []
    for n, first in repeats.items():
        same = (orders[n].idempotency, orders[n].key) == (orders[first].idempotency, orders[first].key)
        if same and isinstance(results[first], Refusal):
            results[n] = results[first]
        else:
            again.append(n)
    if again:
        for n, result in zip(again, await hold(tx, [orders[n] for n in again]), strict=True):
            results[n] = result


def _known(result: HoldResult | None) -> HoldResult:
    if result is None:
        raise AssertionError("an order was left without an answer")
    return result


def _firsts(numbers: list[int], orders: Sequence[HoldOrder]) -> tuple[list[int], dict[int, int]]:
    """Those that come first with their idempotency key, and for those that repeat one of them, which."""
    fresh: list[int] = []
    repeats: dict[int, int] = {}
    seen: dict[tuple[AccountId, str], int] = {}
    for n in numbers:
        asked = orders[n].idempotency
        if asked is None:
            fresh.append(n)
            continue
        first = seen.setdefault((orders[n].account_id, asked.key), n)
        if first == n:
            fresh.append(n)
        else:
            repeats[n] = first
    return fresh, repeats


async def _purses(tx: Tx, orders: Sequence[HoldOrder]) -> Purses:
    """The buckets of every account, locked where others could write too, with the day's allowance open."""
    since_ms = min(order.now_ms for order in orders)
    places = sorted({(order.account_id, order.day) for order in orders})
    asked = [{"account_id": account, "day": day, "now_ms": since_ms} for account, day in places]
    purses = {account: Purse(account, ()) for account, _ in places}
    for (account, _), found in zip(places, await tx.rows_each("buckets_of", asked), strict=True):
        for row in found:
            purses[account].put(BucketState(*row))
    await _open_days(tx, purses, orders)
    return purses


async def _open_days(tx: Tx, purses: Purses, orders: Sequence[HoldOrder]) -> None:
    """Opens the allowance of a day that has none yet, once: its key is the day."""
    missing = {
        (order.account_id, order.day): (order.allowance, order.now_ms)
        for order in reversed(orders)
        if order.allowance and not purses[order.account_id].has(order.day)
    }
    if not missing:
        return
    opened = sorted(missing.items())
    rows = [_day_row(account, day, daily, now_ms) for (account, day), (daily, now_ms) in opened]
    made = await tx.rows_each("bucket_add", rows)
    for ((account, day), (daily, _)), found in zip(opened, made, strict=True):
        if not found:
            raise ConflictError
        purses[account].open_day(BucketState(found[0][0], day, daily, daily, None))


def _day_row(account: AccountId, day: str, daily: int, now_ms: int) -> Values:
    facts = {"account_id": account, "day": day, "title": day, "amount": daily}
    return {**facts, "expires_at_ms": None, "now_ms": now_ms}


def _decide(number: int, order: HoldOrder, purse: Purse, caps: Caps) -> _Decision | Refusal:
    day = None
    if order.allowance is not None:
        day = order.day
        purse.follow_plan(day, order.allowance)
    price = order.price_requests
    there, room = purse.balance(day, order.now_ms), caps.room(order.key, order.day)
    if there < price or room < price:
        code = Code.BALANCE_LOW if there < price else Code.KEY_CAP
        return Refusal(code=code, balance_requests=min(there, room))
    caps.use(order.key, order.day, price)
    return _Decision(number, order, min(there, room) - price, purse.spend(day, order.now_ms, price))


async def _write(
    tx: Tx, decided: list[_Decision], purses: Purses, caps: Caps, now_ms: int
) -> list[GenerationId]:
    """Opens the generations; their ids. A day that was opened or adjusted is booked even for refusals."""
    ids = await _open_generations(tx, decided)
    taken = [
        msgspec.structs.replace(entry, generation_id=made)
        for made, decision in zip(ids, decided, strict=True)
        for entry in decision.taken
    ]
    moved = [entry for purse in purses.values() for entry in purse.adjusted] + taken
    await entries.move(tx, moved)
    await entries.book(tx, [entry for purse in purses.values() for entry in purse.opened] + moved, now_ms)
    await caps.write(tx)
    orders = [(decision.order, made) for decision, made in zip(decided, ids, strict=True)]
    await _queue(tx, orders)
    await remember(tx, orders)
    return ids


def _accepted(made: GenerationId, decision: _Decision) -> Accepted:
    order = decision.order
    return Accepted(
        id=made,
        account_id=order.account_id,
        balance_requests=decision.left,
        charged_requests=order.price_requests,
    )


async def _open_generations(tx: Tx, decided: list[_Decision]) -> list[GenerationId]:
    if not decided:
        return []
    made = await tx.rows_each("generation_add", [_generation(d.order, d.left) for d in decided])
    return [GenerationId(rows[0][0]) for rows in made]


def _generation(order: HoldOrder, left: int) -> Values:
    mode = order.mode
    return {
        "account_id": order.account_id,
        "key_id": order.key.id,
        "key_counted": int(order.key.capped),
        "dialect": order.dialect,
        "day": order.day,
        "price": order.price_requests,
        "balance_after": left,
        "owner": "" if order.job_text is not None else order.owner,
        "idempotency_key": order.idempotency.key if order.idempotency else None,
        "mode_id": mode.id if mode else None,
        "mode_version": mode.version if mode else None,
        "mode_digest": mode.digest if mode else None,
        "cut_chars": order.cut_chars,
        "now_ms": order.now_ms,
        "expires_at_ms": order.expires_at_ms,
    }


async def _queue(tx: Tx, orders: Sequence[tuple[HoldOrder, GenerationId]]) -> None:
    jobs = [
        {"id": made, "account_id": order.account_id, "text": order.job_text, "now_ms": order.now_ms}
        for order, made in orders
        if order.job_text is not None
    ]
    if jobs:
        await tx.run_each("job_add", jobs)


async def read_balance(tx: Tx, query: BalanceQuery) -> int:
    """What a hold made now could take at most. A day not yet opened counts in full."""
    rows = await tx.rows("buckets_seen", account_id=query.account_id, day=query.day, now_ms=query.now_ms)
    purse = Purse(query.account_id, [BucketState(*row) for row in rows])
    caps = await Caps.read(tx, [(query.key, query.day)])
    room = caps.room(query.key, query.day)
    if query.allowance is None:
        return min(room, purse.balance(None, query.now_ms))
    purse.follow_plan(query.day, query.allowance)
    unopened = 0 if purse.has(query.day) else query.allowance
    return min(room, purse.balance(query.day, query.now_ms) + unopened)
