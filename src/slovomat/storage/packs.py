"""Packs granted, and taken back as far as they are not spent."""

from slovomat.domain.ids import AccountId, BucketId
from slovomat.domain.money import Bucket, EntryKind, Movement, balance, spending_order
from slovomat.ports.store import Credit
from slovomat.storage import debts
from slovomat.storage.entries import Lines
from slovomat.storage.tx import Tx

BUCKET = ("account_id", "day", "title", "amount", "expires_at_ms", "now_ms")
"""What a new bucket is made of."""


async def credit(tx: Tx, order: Credit) -> int | None:
    """Adds a pack, or takes back from packs, the last to be spent first; None when there is too little.

    A new pack pays first what the account owes.
    """
    if order.requests > 0:
        await grant(tx, order)
        await debts.pay(tx, order.account_id, order.now_ms)
    elif not await _debit(tx, order):
        return None
    return balance(await _spendable(tx, order.account_id, order.now_ms))


async def grant(tx: Tx, order: Credit) -> BucketId:
    """Adds a pack, whatever is owed."""
    pack = (order.account_id, None, order.title, order.requests, order.expires_at_ms, order.now_ms)
    made = await tx.add_each("bucket_add", BUCKET, [pack])
    bucket = BucketId(made[0])
    lines = Lines(order.now_ms)
    lines.book(EntryKind.GRANT, [(order.account_id, bucket, None, order.requests)], order.reason)
    await lines.write(tx)
    return bucket


async def _debit(tx: Tx, order: Credit) -> bool:
    owed = -order.requests
    packs = await _spendable(tx, order.account_id, order.now_ms)
    if balance(packs) < owed:
        return False
    taken: list[Movement] = []
    for pack in reversed(spending_order(packs)):
        amount = min(owed, pack.available)
        owed -= amount
        if amount:
            taken.append((order.account_id, pack.id, None, amount))
    lines = Lines(order.now_ms)
    lines.move(EntryKind.DEBIT, taken, order.reason)
    await lines.write(tx)
    return True


async def _spendable(tx: Tx, account_id: AccountId, now_ms: int) -> list[Bucket]:
    """The account's packs that are neither empty nor past their expiry."""
    return [Bucket(*row) for row in await tx.rows("packs_spendable", account_id=account_id, now_ms=now_ms)]
