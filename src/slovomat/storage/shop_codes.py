"""Codes: made by the batch, taken once."""

from slovomat.domain.ids import AccountId, BatchId
from slovomat.ports.shop import Batch, CodeRow, Goods, NewBatch, RedeemFailure, Redemption
from slovomat.storage import shop_rows
from slovomat.storage.shop_sales import Gift, give
from slovomat.storage.tx import ConflictError, Tx


async def add_batch(tx: Tx, batch: NewBatch) -> BatchId:
    """Stores codes by their hashes."""
    goods = batch.goods
    made = await tx.rows(
        "batch_add",
        title=goods.title,
        requests=goods.requests,
        valid_days=goods.valid_days,
        plan_id=goods.plan_id,
        version_id=goods.version_id,
        period_days=goods.period_days,
        codes=len(batch.hashes),
        note=batch.note,
        by=batch.by,
        expires_at_ms=batch.expires_at_ms,
        now_ms=batch.now_ms,
    )
    batch_id = BatchId(made[0][0])
    await tx.run_each("code_add", ("batch_id", "hash"), [(batch_id, hashed) for hashed in batch.hashes])
    return batch_id


async def list_batches(tx: Tx, limit: int) -> list[Batch]:
    """Batches, the newest first."""
    return [shop_rows.batch(row) for row in await tx.rows("batches_all", limit=limit)]


async def batch_codes(tx: Tx, batch_id: BatchId) -> list[CodeRow]:
    """A batch's codes."""
    rows = await tx.rows("codes_of_batch", batch_id=batch_id)
    return [CodeRow(id=code_id, email=email, redeemed_at_ms=at_ms) for code_id, email, at_ms in rows]


async def redeem(tx: Tx, code_hash: bytes, account_id: AccountId, now_ms: int) -> Redemption | RedeemFailure:
    """Takes a code and gives what it is good for. Who repeats himself is told the same again."""
    found = await tx.rows("code_find", hash=code_hash)
    if not found:
        return RedeemFailure.UNKNOWN
    code_id, owner, redeemed_at_ms, *sold, expires_at_ms = found[0]
    goods = shop_rows.goods(sold)
    if owner is not None:
        if owner != account_id:
            return RedeemFailure.USED
        return Redemption(goods=goods, code_id=code_id, redeemed_at_ms=redeemed_at_ms, before=True)
    if expires_at_ms is not None and expires_at_ms <= now_ms:
        return RedeemFailure.EXPIRED
    if not await tx.run("code_take", id=code_id, account_id=account_id, now_ms=now_ms):
        raise ConflictError  # somebody was first: it is read again
    worth = await _worth(tx, goods)
    bucket, period = await give(tx, account_id, Gift(goods, worth, f"code {code_id}"), now_ms)
    await tx.run("code_gave", id=code_id, bucket_id=bucket, period_id=period)
    return Redemption(goods=goods, code_id=code_id, redeemed_at_ms=now_ms)


async def _worth(tx: Tx, goods: Goods) -> int:
    """A period from a code counts as one at the list's price: it may have been paid for elsewhere."""
    if goods.version_id is None or goods.period_days is None:
        return 0
    _, price, days = (await tx.rows("version_find", id=goods.version_id))[0]
    return int(price * goods.period_days // days)


async def account_redemptions(tx: Tx, account_id: AccountId, limit: int) -> list[Redemption]:
    """The codes that an account has used, the newest first."""
    rows = await tx.rows("codes_of_account", account_id=account_id, limit=limit)
    return [
        Redemption(goods=shop_rows.goods(sold), code_id=code_id, redeemed_at_ms=at_ms)
        for code_id, at_ms, *sold in rows
    ]
