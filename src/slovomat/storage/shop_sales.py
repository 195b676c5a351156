"""What is given for money or a code: a pack or a period, in the transaction that takes these."""

import msgspec

from slovomat.domain.ids import AccountId, BucketId, PeriodId
from slovomat.domain.plan_terms import DAY_MS
from slovomat.ports.shop import Credited, Goods, Paid, Payment
from slovomat.ports.store import Credit
from slovomat.storage import debts, packs
from slovomat.storage.shop_orders import find_order, find_payment
from slovomat.storage.shop_plans import NewPeriod, add_period
from slovomat.storage.tx import Tx

PAID_TWICE = "paid_twice"


async def credit_payment(tx: Tx, paid: Paid) -> Credited | None:
    """Gives what was paid for, once; None when there is no such payment."""
    payment = await find_payment(tx, paid.payment_id)
    if payment is None:
        return None
    moved = await tx.run(
        "payment_pay",
        id=payment.id,
        provider_id=paid.provider_id,
        now_ms=paid.now_ms,
        check_after_ms=paid.check_after_ms,
        by=paid.by,
        reason=paid.reason,
    )
    if not moved:
        return Credited.BEFORE
    if not await tx.run("order_pay", id=payment.order_id, now_ms=paid.now_ms):
        await tx.run("payment_problem", id=payment.id, problem=PAID_TWICE, now_ms=paid.now_ms)
        return Credited.TWICE
    await _sell(tx, payment, paid.now_ms)
    return Credited.NOW


async def _sell(tx: Tx, payment: Payment, now_ms: int) -> None:
    order = await find_order(tx, payment.order_id)
    if order is None:
        raise AssertionError(f"payment {payment.id} is for no order")
    gift = Gift(order.goods, order.amount_kopecks, f"order {order.id}")
    bucket, period = await give(tx, order.account_id, gift, now_ms)
    await tx.run(
        "sale_add",
        order_id=order.id,
        payment_id=payment.id,
        account_id=order.account_id,
        bucket_id=bucket,
        period_id=period,
        now_ms=now_ms,
    )


class Gift(msgspec.Struct, frozen=True):
    """What is given, its worth should it be time of a plan, and what for."""

    goods: Goods
    worth_kopecks: int
    reason: str


async def give(
    tx: Tx, account_id: AccountId, gift: Gift, now_ms: int
) -> tuple[BucketId | None, PeriodId | None]:
    """A pack, which pays first what is owed, or a period."""
    goods = gift.goods
    if goods.requests is not None:
        expires = None if goods.valid_days is None else now_ms + goods.valid_days * DAY_MS
        pack = Credit(
            account_id=account_id,
            requests=goods.requests,
            title=goods.title,
            reason=gift.reason,
            now_ms=now_ms,
            expires_at_ms=expires,
        )
        bucket = await packs.grant(tx, pack)
        await debts.pay(tx, account_id, now_ms)
        return bucket, None
    if goods.plan_id is None or goods.version_id is None or goods.period_days is None:
        raise AssertionError(f"neither a pack nor a plan: {goods}")
    new = NewPeriod(
        account_id=account_id,
        plan_id=goods.plan_id,
        version_id=goods.version_id,
        days=goods.period_days,
        worth_kopecks=gift.worth_kopecks,
        now_ms=now_ms,
    )
    return None, await add_period(tx, new)
