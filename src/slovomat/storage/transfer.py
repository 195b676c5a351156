"""Brings an instance from one place to another, whole, and proves that it is there."""

import msgspec

from slovomat.ports.store import Audit
from slovomat.storage.tables import DONE, TABLES, Place, Progress, Tally


class TransferError(Exception):
    """What arrived is not what left; nothing of it may be kept."""


class Transferred(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought over: rows and digests by table, and the books, the same at both ends."""

    rows: dict[str, int]
    digests: dict[str, str]
    books: Audit


async def transfer(source: Place, target: Place, progress: Progress) -> Transferred:
    """Copies all tables into an empty place of one transaction, and compares. Raises TransferError."""
    for table in TABLES:
        rows = 0
        progress(table, rows)
        async for batch in source.batches(table):
            await target.take(table, batch)
            rows += len(batch.rows)
            progress(table, rows)
    progress(DONE, 0)
    return await compare(source, target)


async def compare(source: Place, target: Place) -> Transferred:
    """Reads both ends anew: the same rows, the same books. Raises TransferError."""
    left, arrived = await tally(source), await tally(target)
    for table in TABLES:
        if left[table] != arrived[table]:
            raise TransferError(
                f"{table}: {left[table][0]} rows left, {arrived[table][0]} arrived, or others"
            )
    books = await target.audit()
    if await source.audit() != books:
        raise TransferError("the books of both ends differ")
    return Transferred(
        rows={table: rows for table, (rows, _) in arrived.items()},
        digests={table: digest for table, (_, digest) in arrived.items()},
        books=books,
    )


async def tally(place: Place) -> dict[str, tuple[int, str]]:
    """Rows and digest of each table."""
    counted = {}
    for table in TABLES:
        one = Tally()
        async for batch in place.batches(table):
            one.add(batch.rows)
        counted[table] = (one.rows, one.digest)
    return counted
