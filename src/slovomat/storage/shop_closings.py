"""Receipts that close those of prepayments: who asks has written the row."""

from slovomat.domain.ids import PaymentId
from slovomat.ports.closing_receipts import ClosingRow, ClosingSearch, ClosingState
from slovomat.storage.tx import Row, Tx

_FIELDS = ClosingRow.__struct_fields__


async def due(tx: Tx, which: ClosingSearch) -> list[PaymentId]:
    """Payments sold in that time, kept at least in part, that have no row yet."""
    rows = await tx.rows(
        "closings_due",
        from_ms=which.from_ms,
        to_ms=which.to_ms,
        provider=which.provider,
        shop=which.shop,
        limit=which.limit,
    )
    return [row[0] for row in rows]


async def open_closing(tx: Tx, payment_id: PaymentId, once: str, now_ms: int) -> ClosingRow | None:
    """Takes it on oneself, for what was not given back; None: another node was first, or it is not due."""
    if not await tx.run("closing_open", id=payment_id, once=once, now_ms=now_ms):
        return None
    return await find(tx, payment_id)


async def find(tx: Tx, payment_id: PaymentId) -> ClosingRow | None:
    """A payment's."""
    rows = await tx.rows("closing_find", id=payment_id)
    return _closing(rows[0]) if rows else None


async def unheard(tx: Tx, which: ClosingSearch, tried_before_ms: int) -> list[ClosingRow]:
    """Asked for after `from_ms`, tried last before that time, and without an answer."""
    rows = await tx.rows(
        "closings_unheard",
        after_ms=which.from_ms,
        before_ms=tried_before_ms,
        provider=which.provider,
        shop=which.shop,
        limit=which.limit,
    )
    return [_closing(row) for row in rows]


async def again(tx: Tx, row: ClosingRow, now_ms: int) -> bool:
    """Takes a repeat on oneself; False: another node was first."""
    return bool(await tx.run("closing_again", id=row.payment_id, seen_ms=row.tried_at_ms, now_ms=now_ms))


async def note(tx: Tx, payment_id: PaymentId, message: str) -> None:
    """Why there is no answer."""
    await tx.run("closing_note", id=payment_id, message=message)


async def end(tx: Tx, payment_id: PaymentId, state: ClosingState, message: str, now_ms: int) -> None:
    """What the provider said."""
    await tx.run("closing_end", id=payment_id, state=state.value, message=message, now_ms=now_ms)


def _closing(row: Row) -> ClosingRow:
    facts = dict(zip(_FIELDS, row, strict=True))
    facts["state"] = ClosingState(facts["state"])
    return ClosingRow(**facts)
