"""Holds: the price set aside before anything is generated. Read for all, decide in order, write for all."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.generation import Held
from slovomat.domain.ids import AccountId, BucketId, GenerationId
from slovomat.domain.money import Bucket, EntryKind, Movement, Part, balance
from slovomat.domain.purse import Purse, follow_plan, spend
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted
from slovomat.ports.store import BalanceQuery, HoldOrder, HoldResult
from slovomat.storage.caps import Caps
from slovomat.storage.entries import Lines
from slovomat.storage.idempotency import earlier_each, remember
from slovomat.storage.packs import BUCKET
from slovomat.storage.tx import Row, Tx

Purses = dict[AccountId, Purse]
_SEEN = ("account_id", "day", "now_ms")
_GENERATION = (
    *("account_id", "key_id", "key_counted", "dialect", "day", "price", "balance_after", "owner"),
    *("idempotency_key", "mode_id", "mode_version", "mode_digest", "cut_chars", "now_ms", "expires_at_ms"),
)


_BY_PLAN = "plan"
"""Why a day's allowance was granted, or changed."""


class _Decision(msgspec.Struct, frozen=True):
    """A hold that is accepted: `left` is the balance after it, `parts` what pays for it."""

    number: int
    order: HoldOrder
    left: int
    parts: list[Part]


async def hold(tx: Tx, orders: Sequence[HoldOrder]) -> list[HoldResult]:
    """For each order: accepted, the answer of the first call with its idempotency key, or why not."""
    results: list[HoldResult | None] = await earlier_each(tx, orders)
    fresh, repeats = _firsts([n for n, result in enumerate(results) if result is None], orders)
    if fresh:
        await _decide_all(tx, orders, fresh, results)
    await _repeat(tx, orders, repeats, results)
    return [_known(result) for result in results]


async def _decide_all(
    tx: Tx, orders: Sequence[HoldOrder], fresh: list[int], results: list[HoldResult | None]
) -> None:
    asking = [orders[n] for n in fresh]
    lines = Lines(max([order.now_ms for order in asking]))
    purses = await _purses(tx, asking, lines)
    caps = await Caps.read(tx, asking)
    decided = []
    for n in fresh:
        decision = _decide(n, orders[n], purses[orders[n].account_id], caps, lines)
        if isinstance(decision, Refusal):
            results[n] = decision
        else:
            decided.append(decision)
    for made, decision in zip(await _write(tx, decided, caps, lines), decided, strict=True):
        results[decision.number] = _accepted(made, decision)


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


async def _purses(tx: Tx, orders: Sequence[HoldOrder], lines: Lines) -> Purses:
    """The buckets of every account, locked where others could write too, with the day's allowance open."""
    since_ms = min([order.now_ms for order in orders])
    asked = [(*place, since_ms) for place in sorted({(order.account_id, order.day) for order in orders})]
    purses: Purses = {}
    for (account, _, _), rows in zip(asked, await tx.rows_each("buckets_of", _SEEN, asked), strict=True):
        found = [Bucket(*row) for row in rows]
        if account in purses:
            purses[account].add(found)
        else:
            purses[account] = Purse(found)
    await _open_days(tx, purses, orders, lines)
    return purses


async def _open_days(tx: Tx, purses: Purses, orders: Sequence[HoldOrder], lines: Lines) -> None:
    """Opens the allowance of a day that has none yet, once: its key is the day."""
    missing = {
        (order.account_id, order.day): (order.allowance, order.now_ms)
        for order in reversed(orders)
        if order.allowance and purses[order.account_id].day(order.day) is None
    }
    if not missing:
        return
    opened = sorted(missing.items())
    rows = [(account, day, day, daily, None, now_ms) for (account, day), (daily, now_ms) in opened]
    made = await tx.add_each("bucket_add", BUCKET, rows)
    for ((account, day), (daily, _)), bucket in zip(opened, made, strict=True):
        purses[account].add([Bucket(BucketId(bucket), day, daily, None, daily)])
        lines.book(EntryKind.GRANT, [(account, BucketId(bucket), None, daily)], _BY_PLAN)


def _decide(number: int, order: HoldOrder, purse: Purse, caps: Caps, lines: Lines) -> _Decision | Refusal:
    """What is decided. A day that follows its plan is booked even for refusals."""
    day = None
    if order.allowance is not None:
        day = order.day
        open_day = purse.day(day)
        if open_day is not None and (change := follow_plan(open_day, order.allowance)):
            lines.move(EntryKind.ADJUST, [(order.account_id, open_day.id, None, change)], _BY_PLAN)
    price = order.price_requests
    payers = purse.spendable(day, order.now_ms)
    there, room = balance(payers), caps.room(order.key, order.day)
    if there < price or room < price:
        code = Code.BALANCE_LOW if there < price else Code.KEY_CAP
        return Refusal(code=code, balance_requests=min(there, room))
    caps.use(order.key, order.day, price)
    return _Decision(number, order, min(there, room) - price, spend(payers, price))


async def _write(tx: Tx, decided: list[_Decision], caps: Caps, lines: Lines) -> list[GenerationId]:
    """Opens the generations, and writes what else was decided; their ids."""
    ids = await _open_generations(tx, decided)
    orders = [(decision.order, made) for decision, made in zip(decided, ids, strict=True)]
    taken: list[Movement] = []
    for made, decision in zip(ids, decided, strict=True):
        for part in decision.parts:
            taken.append((decision.order.account_id, part.bucket_id, made, part.amount))
    lines.move(EntryKind.HOLD, taken)
    await lines.write(tx)
    await caps.write(tx)
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
        held=_held(order, decision.parts) if order.job_text is None else None,
    )


def _held(order: HoldOrder, parts: list[Part]) -> Held:
    key = order.key.id if order.key.capped else None
    mark = order.idempotency.key if order.idempotency else None
    return Held(tuple(parts), key, order.day, order.price_requests, mark)


async def _open_generations(tx: Tx, decided: list[_Decision]) -> list[GenerationId]:
    if not decided:
        return []
    made = await tx.add_each("generation_add", _GENERATION, [_generation(d.order, d.left) for d in decided])
    return [GenerationId(one) for one in made]


def _generation(order: HoldOrder, left: int) -> Row:
    mode = order.mode
    return (
        order.account_id,
        order.key.id,
        1 if order.key.capped else 0,
        order.dialect,
        order.day,
        order.price_requests,
        left,
        "" if order.job_text is not None else order.owner,
        order.idempotency.key if order.idempotency else None,
        mode.id if mode else None,
        mode.version if mode else None,
        mode.digest if mode else None,
        order.cut_chars,
        order.now_ms,
        order.expires_at_ms,
    )


async def _queue(tx: Tx, orders: Sequence[tuple[HoldOrder, GenerationId]]) -> None:
    jobs = [
        (made, order.account_id, order.job_text, order.now_ms)
        for order, made in orders
        if order.job_text is not None
    ]
    if jobs:
        await tx.run_each("job_add", ("id", "account_id", "text", "now_ms"), jobs)


async def read_balances(tx: Tx, queries: Sequence[BalanceQuery]) -> list[int]:
    """For each what a hold made now could take at most. A day not yet opened counts in full."""
    asked = [(query.account_id, query.day, query.now_ms) for query in queries]
    found = await tx.rows_each("buckets_seen", _SEEN, asked)
    caps = await Caps.read(tx, queries)
    return [
        min(caps.room(query.key, query.day), _balance(query, [Bucket(*row) for row in rows]))
        for query, rows in zip(queries, found, strict=True)
    ]


def _balance(query: BalanceQuery, buckets: list[Bucket]) -> int:
    purse = Purse(buckets)
    if query.allowance is None:
        return balance(purse.spendable(None, query.now_ms))
    open_day, unopened = purse.day(query.day), 0
    if open_day is None:
        unopened = query.allowance
    else:
        follow_plan(open_day, query.allowance)
    return balance(purse.spendable(query.day, query.now_ms)) + unopened
