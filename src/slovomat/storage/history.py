"""An account's generations, from the newest back.

Up to the mark they are looked up by their account, in what is written of them in the background; above
it, and there are never many, they are read one by one. On PostgreSQL the primary key finds them all.
"""

from collections.abc import Sequence
from typing import Any

from slovomat.domain.ids import AccountId, GenerationId, KeyId
from slovomat.ports.history import (
    HistoryPage,
    HistoryQuery,
    HistoryRow,
    HistoryText,
    KeptText,
    Payer,
    UsageDay,
)
from slovomat.storage.tx import Row, Tx

_ANY = 1 << 62
_PLACE = ("account_id", "id")


async def page(tx: Tx, query: HistoryQuery) -> HistoryPage:
    """A page of them, and where the next one begins."""
    found = await _found(tx, query, query.limit + 1)
    rows = await _told(tx, query.account_id, found[: query.limit])
    return HistoryPage(tuple(rows), rows[-1].id if len(found) > query.limit else None)


async def _found(tx: Tx, query: HistoryQuery, limit: int) -> list[Row]:
    asked = _asked(query)
    tail = await tx.rows("history_tail", **asked, upto=await _upto(tx), limit=limit)
    if len(tail) == limit:
        return tail
    return tail + await tx.rows("history_page", **asked, limit=limit - len(tail))


def _asked(query: HistoryQuery) -> dict[str, Any]:
    before = query.before or _ANY
    return {
        "account_id": query.account_id,
        "before": min(before, query.id + 1) if query.id else before,
        "after": query.id - 1 if query.id else 0,
        "mode": query.mode,
        "dialect": query.dialect,
        "key_id": query.key_id,
        "state": query.state,
        "from_day": query.from_day,
        "to_day": query.to_day,
    }


async def _upto(tx: Tx) -> int:
    return int((await tx.rows("history_upto"))[0][0])


async def _told(tx: Tx, account_id: AccountId, found: Sequence[Row]) -> list[HistoryRow]:
    """With what paid for each."""
    if not found:
        return []
    places = [(account_id, row[0]) for row in found]
    paid = await tx.rows_each("generation_paid_by", _PLACE, places)
    return [_row(row, parts) for row, parts in zip(found, paid, strict=True)]


def _row(row: Row, parts: Sequence[Row]) -> HistoryRow:
    made, at_ms, closed, day, dialect, mode, key, shown, name, state, reason, price, *rest = row
    upstream, prompt, completion, cut, owner = rest
    return HistoryRow(
        id=GenerationId(made),
        at_ms=at_ms,
        closed_at_ms=closed,
        day=day,
        dialect=dialect,
        mode=mode,
        key_id=KeyId(key),
        key_shown=shown,
        key_name=name,
        state=state,
        reason=reason,
        price_requests=price,
        upstream=upstream,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cut_chars=cut,
        is_job=owner == "",
        paid_by=tuple(Payer(*part) for part in parts),
    )


async def find(tx: Tx, account_id: AccountId, generation_id: GenerationId) -> HistoryText | None:
    """One of the account's, with its texts."""
    found = await page(tx, HistoryQuery(account_id=account_id, id=generation_id, limit=1))
    if not found.rows:
        return None
    row, place = found.rows[0], {"account_id": account_id, "id": generation_id}
    for text, result, error, pruned_at_ms in await tx.rows("job_texts", **place):
        pruned = pruned_at_ms is not None
        return HistoryText(row=row, text=text, result=result, error=error, pruned=pruned)
    for text, result in await tx.rows("kept_text", **place):
        return HistoryText(row=row, text=text, result=result, error=None, pruned=False)
    return HistoryText(row=row, text=None, result=None, error=None, pruned=False)


async def usage(tx: Tx, account_id: AccountId, from_day: str) -> list[UsageDay]:
    """The account's days since then, the oldest first."""
    since = int((await tx.rows("usage_since", from_day=from_day))[0][0])
    still_open = (await tx.rows("usage_open_since", account_id=account_id))[0][0]
    if still_open is not None:
        since = min(since, still_open)
    place = {"account_id": account_id, "from_day": from_day}
    looked_at = await tx.rows("usage_of_account", **place, since=since)
    tail = await tx.rows("usage_of_account_tail", **place, upto=await _upto(tx))
    sums: dict[str, list[int]] = {}
    for day, *figures in [*looked_at, *tail]:
        known = sums.setdefault(day, [0, 0, 0])
        sums[day] = [one + int(other) for one, other in zip(known, figures, strict=True)]
    return [
        UsageDay(day=day, generations=made, spent_requests=spent, returned_requests=returned)
        for day, (made, spent, returned) in sorted(sums.items())
    ]


async def keep(tx: Tx, kept: KeptText) -> None:
    """Keeps a direct call's text."""
    place = {"account_id": kept.account_id, "id": kept.generation_id}
    await tx.run("kept_text_add", **place, text=kept.text, result=kept.result, now_ms=kept.now_ms)


async def prune(tx: Tx, before_ms: int, limit: int) -> int:
    """Drops kept texts from before."""
    return await tx.run("kept_texts_prune", before_ms=before_ms, limit=limit)
