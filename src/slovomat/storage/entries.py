"""The ledger's lines, and the buckets' columns that are their sums."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from slovomat.domain.ids import AccountId, BucketId
from slovomat.domain.money import Entry
from slovomat.storage.tx import ConflictError, Tx, Values

Place = tuple[AccountId, BucketId]


async def book(tx: Tx, entries: Sequence[Entry], now_ms: int) -> None:
    """Writes the lines of movements whose buckets have moved already."""
    if entries:
        await tx.run_each("entry_add", [_line(entry, now_ms) for entry in entries])


async def move(tx: Tx, entries: Iterable[Entry]) -> None:
    """Adds what the entries say to their buckets, each once; raises ConflictError when one has too little."""
    sums: dict[Place, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for entry in entries:
        there = sums[entry.account_id, entry.bucket_id]
        for column, change in enumerate(entry.changes()):
            there[column] += change
    if not sums:
        return
    moved = await tx.run_each("bucket_move", [_move(place, sums[place]) for place in sorted(sums)])
    if not all(moved):
        raise ConflictError


def _move(place: Place, changes: list[int]) -> Values:
    granted, available, held, spent = changes
    return {
        "account_id": place[0],
        "id": place[1],
        "granted": granted,
        "available": available,
        "held": held,
        "spent": spent,
    }


def _line(entry: Entry, now_ms: int) -> Values:
    granted, available, held, spent = entry.changes()
    return {
        "account_id": entry.account_id,
        "bucket_id": entry.bucket_id,
        "generation_id": entry.generation_id,
        "kind": entry.kind.value,
        "granted": granted,
        "available": available,
        "held": held,
        "spent": spent,
        "reason": entry.reason,
        "now_ms": now_ms,
    }
