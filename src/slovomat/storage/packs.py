"""Packs granted, and taken back as far as they are not spent."""

from slovomat.domain.ids import AccountId
from slovomat.domain.money import Bucket, Entry, EntryKind, Part, balance, spending_order
from slovomat.ports.store import Credit
from slovomat.storage import entries
from slovomat.storage.tx import Tx


async def credit(tx: Tx, order: Credit) -> int | None:
    """Adds a pack, or takes back from packs, the last to be spent first; None when there is too little."""
    if order.requests > 0:
        await _grant(tx, order)
    elif not await _debit(tx, order):
        return None
    return balance(await _spendable(tx, order.account_id, order.now_ms))


async def _grant(tx: Tx, order: Credit) -> None:
    made = await tx.rows(
        "bucket_add",
        account_id=order.account_id,
        day=None,
        title=order.title,
        amount=order.requests,
        expires_at_ms=order.expires_at_ms,
        now_ms=order.now_ms,
    )
    entry = Entry(
        account_id=order.account_id,
        bucket_id=made[0][0],
        kind=EntryKind.GRANT,
        amount=order.requests,
        reason=order.reason,
    )
    await entries.book(tx, [entry], order.now_ms)


async def _debit(tx: Tx, order: Credit) -> bool:
    owed = -order.requests
    packs = await _spendable(tx, order.account_id, order.now_ms)
    if balance(packs) < owed:
        return False
    taken = []
    for pack in reversed(spending_order(packs)):
        part = Part(pack.id, min(owed, pack.available))
        owed -= part.amount
        if part.amount:
            taken.append(
                Entry(
                    account_id=order.account_id,
                    bucket_id=part.bucket_id,
                    kind=EntryKind.DEBIT,
                    amount=part.amount,
                    reason=order.reason,
                )
            )
    await entries.move(tx, taken)
    await entries.book(tx, taken, order.now_ms)
    return True


async def _spendable(tx: Tx, account_id: AccountId, now_ms: int) -> list[Bucket]:
    """The account's packs that are neither empty nor past their expiry."""
    return [Bucket(*row) for row in await tx.rows("packs_spendable", account_id=account_id, now_ms=now_ms)]
