"""Looks at generations once they are there, and again when they have ended.

They are sorted to their accounts, and added to the sums of their days: in the background, so that no call
waits for it. Each is counted once.
"""

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from slovomat.storage.tx import Row, Tx

BATCH = 500
"""Generations looked at in one transaction: a millisecond or two in which nothing else is written."""
_STRIDE = 4 * BATCH
"""So many ids at most, should most of them not be there."""
_PLACE = ("account_id", "id")
_DAY = (
    *("day", "dialect", "upstream", "state", "reason", "first_id", "generations", "jobs", "requests"),
    *("prompt_tokens", "completion_tokens"),
)
_DURATION = ("day", "upstream", "slot", "generations")


def _ladder() -> tuple[int, ...]:
    bounds = [20]
    while bounds[-1] < 3_600_000:
        bounds.append(bounds[-1] * 5 // 4)
    return tuple(bounds)


BOUNDS_MS = _ladder()
"""Where each slot of durations ends, and the next one begins."""


class Mark(msgspec.Struct, frozen=True):
    """All ids up to `upto` have been looked at. Up to `ahead` there will be no new ones, some time after
    `ahead_at_ms`: the engine says how long."""

    upto: int = 0
    ahead: int = 0
    ahead_at_ms: int = 0


async def look(tx: Tx, now_ms: int) -> bool:
    """Looks at the next generations in the order of their ids. Whether there are more."""
    await tx.rows("history_turn")
    mark = await _mark(tx, now_ms)
    if mark is None:
        return False
    upto = min(mark.ahead, mark.upto + _STRIDE)
    found = await tx.rows("generations_new", after=mark.upto, upto=upto, limit=BATCH)
    if len(found) == BATCH:
        upto = found[-1][0]
    if found:
        await tx.run("generations_sort", after=mark.upto, upto=upto)
    opened = [(row[1], row[0]) for row in found if row[5] == "held"]
    if opened:
        await tx.run_each("usage_open_add", _PLACE, sorted(opened))
    await _count(tx, [row for row in found if row[5] != "held"])
    await tx.run("history_mark_set", upto=upto, ahead=mark.ahead, ahead_at_ms=mark.ahead_at_ms)
    return upto < mark.ahead


async def _mark(tx: Tx, now_ms: int) -> Mark | None:
    """How far one may look now; None where there is nothing to see yet."""
    rows = await tx.rows("history_mark")
    mark = Mark(*rows[0]) if rows else Mark()
    top, wait_ms = (await tx.rows("generations_top"))[0]
    if mark.upto == mark.ahead:
        if top <= mark.upto:
            return None
        mark = Mark(mark.upto, top, now_ms)
        await tx.run("history_mark_set", upto=mark.upto, ahead=top, ahead_at_ms=now_ms)
    return None if 0 <= now_ms - mark.ahead_at_ms < wait_ms else mark


async def ended(tx: Tx) -> list[tuple[int, int]]:
    """Some of those that were under way when they were looked at, and are not any more."""
    return [(account, made) for account, made in await tx.rows("usage_open_ended", limit=BATCH)]


async def count_ended(tx: Tx, places: Sequence[tuple[int, int]]) -> None:
    """Adds them to the sums; one that somebody else has counted meanwhile is left out."""
    await tx.rows("history_turn")
    asked = sorted(places)
    taken = await tx.run_each("usage_open_take", _PLACE, asked)
    mine = [place for place, was_there in zip(asked, taken, strict=True) if was_there]
    if mine:
        found = await tx.rows_each("generation_ended", _PLACE, mine)
        await _count(tx, [row for rows in found for row in rows])


async def _count(tx: Tx, rows: Sequence[Row]) -> None:
    """Adds generations that have ended to the sums of their days."""
    days: dict[tuple[str, ...], list[int]] = {}
    durations: dict[tuple[str, str, int], int] = {}
    for made, _, day, dialect, upstream, state, reason, owner, price, prompt, answer, at_ms, ended_ms in rows:
        of_day = days.setdefault((day, dialect, upstream, state, reason), [made, 0, 0, 0, 0, 0])
        of_day[0] = min(of_day[0], made)
        for n, figure in enumerate((1, owner == "", price, prompt, answer), 1):
            of_day[n] += int(figure)
        if state == "settled":
            slot = (day, upstream, bisect_right(BOUNDS_MS, max(0, ended_ms - at_ms)))
            durations[slot] = durations.get(slot, 0) + 1
    if days:
        await tx.run_each("usage_day_add", _DAY, [(*key, *sums) for key, sums in sorted(days.items())])
    if durations:
        counted = [(*key, count) for key, count in sorted(durations.items())]
        await tx.run_each("usage_duration_add", _DURATION, counted)
