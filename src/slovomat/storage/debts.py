"""Requests that were refunded after they had been spent: owed, and paid off by whatever packs there are."""

from slovomat.domain.ids import AccountId, BucketId, RefundId
from slovomat.domain.money import Bucket, EntryKind, Movement, spending_order
from slovomat.storage.entries import Lines
from slovomat.storage.tx import ConflictError, Tx

_REASON = "debt"


async def owed(tx: Tx, account_id: AccountId) -> int:
    """Requests that an account owes."""
    found = await tx.rows("debt_of", account_id=account_id)
    return int(found[0][0]) if found else 0


async def owe(tx: Tx, account_id: AccountId, refund_id: RefundId, requests: int, now_ms: int) -> None:
    """A refund has left the account owing so many."""
    reason = f"refund {refund_id}"
    await _change(tx, account_id, requests, reason, now_ms, of=refund_id)


async def pay(tx: Tx, account_id: AccountId, now_ms: int) -> int:
    """Takes what is owed from the packs in force, in the order of spending; how many requests it was."""
    left = await owed(tx, account_id)
    if left == 0:
        return 0
    taken: list[Movement] = []
    for pack in spending_order(await _spendable(tx, account_id, now_ms)):
        amount = min(left, pack.available)
        left -= amount
        if amount:
            taken.append((account_id, BucketId(pack.id), None, amount))
    paid = sum([amount for *_, amount in taken])
    if paid:
        lines = Lines(now_ms)
        lines.move(EntryKind.DEBIT, taken, _REASON)
        await lines.write(tx)
        await _change(tx, account_id, -paid, _REASON, now_ms)
    return paid


async def pay_all(tx: Tx, now_ms: int, limit: int) -> int:
    """Of those who owe, lets those pay who can; how many did."""
    debtors = await tx.rows("debtors_with_packs", now_ms=now_ms, limit=limit)
    for (account_id,) in debtors:
        await pay(tx, account_id, now_ms)
    return len(debtors)


async def _change(
    tx: Tx, account_id: AccountId, change: int, reason: str, now_ms: int, *, of: RefundId | None = None
) -> None:
    """Callers see at once whether they owe. Two who paid at the same time would owe less than nothing."""
    if change < 0:
        if not await tx.run("debt_pay", account_id=account_id, paid=-change):
            raise ConflictError
    else:
        await tx.run("debt_add", account_id=account_id, owed=change)
    await tx.run(
        "debt_entry_add",
        account_id=account_id,
        refund_id=of,
        change=change,
        reason=reason,
        now_ms=now_ms,
    )
    await tx.run("callers_changed")


async def _spendable(tx: Tx, account_id: AccountId, now_ms: int) -> list[Bucket]:
    return [Bucket(*row) for row in await tx.rows("packs_spendable", account_id=account_id, now_ms=now_ms)]
