"""Money given back, and with it the requests or the time that it had bought."""

import msgspec

from slovomat.domain.ids import PaymentId, RefundId
from slovomat.domain.money import EntryKind
from slovomat.domain.refund_terms import requests_due
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import NewRefund, Order, Payment, RefundRow, RefundState, Sale
from slovomat.storage import debts, shop_rows
from slovomat.storage.entries import Lines
from slovomat.storage.shop_orders import find_order, find_payment, find_sale
from slovomat.storage.shop_plans import shorten
from slovomat.storage.tx import Tx

_AT_PROVIDER = "refunded at the provider"
_TOO_MUCH = "more was refunded at the provider than this leaves"


class _Sold(msgspec.Struct, frozen=True):
    """What the money was for."""

    payment: Payment
    order: Order
    sale: Sale


async def open_refund(tx: Tx, refund: NewRefund) -> RefundRow | None:
    """Sets the amount aside, or finds the row of an earlier call; None: that much is not there."""
    if known := await _earlier(tx, refund):
        return msgspec.structs.replace(known, before=True)
    payment = await find_payment(tx, refund.payment_id)
    claimed = await tx.run(
        "refund_claim",
        id=refund.payment_id,
        amount_kopecks=refund.amount_kopecks,
        check_after_ms=refund.check_after_ms,
    )
    if payment is None:
        return None
    if not claimed:  # the same call may have been first, while this one waited for its lock
        known = await _earlier(tx, refund)
        return msgspec.structs.replace(known, before=True) if known else None
    return await _add(tx, payment, refund)


async def _earlier(tx: Tx, refund: NewRefund) -> RefundRow | None:
    known = await tx.rows("refund_by_once", once=refund.once)
    return shop_rows.refund(known[0]) if known else None


async def _add(tx: Tx, payment: Payment, refund: NewRefund) -> RefundRow:
    made = await tx.rows(
        "refund_add",
        payment_id=payment.id,
        account_id=payment.account_id,
        once=refund.once,
        amount_kopecks=refund.amount_kopecks,
        reason=refund.reason,
        by=refund.by,
        now_ms=refund.now_ms,
    )
    return await _row(tx, RefundId(made[0][0]))


async def _row(tx: Tx, refund_id: RefundId) -> RefundRow:
    return shop_rows.refund((await tx.rows("refund_find", id=refund_id))[0])


async def finish_refund(tx: Tx, refund_id: RefundId, now_ms: int) -> RefundRow | None:
    """The money is given back: takes the requests too, once; what was spent becomes a debt."""
    if not await tx.rows("refund_find", id=refund_id):
        return None
    refund = await _row(tx, refund_id)
    await tx.run("payment_checked", id=refund.payment_id, now_ms=now_ms)  # locks: one refund of it at a time
    if not await tx.run("refund_finish", id=refund_id, now_ms=now_ms):
        return await _row(tx, refund_id)
    await tx.run("payment_refund", id=refund.payment_id, amount_kopecks=refund.amount_kopecks)
    payment = await find_payment(tx, refund.payment_id)
    order = await find_order(tx, payment.order_id) if payment else None
    if payment is None or order is None:
        raise AssertionError(f"refund {refund_id} is of no payment, or for no order")
    sale = await find_sale(tx, order.id)
    if sale is not None and sale.payment_id == payment.id:
        await _take_back(tx, refund, _Sold(payment, order, sale), now_ms)
    return await _row(tx, refund_id)


async def _take_back(tx: Tx, refund: RefundRow, sold: _Sold, now_ms: int) -> None:
    payment, order, sale = sold.payment, sold.order, sold.sale
    if payment.state is ProviderState.REFUNDED:
        await tx.run("order_refund", id=order.id)
    if sale.period_id is not None:
        await shorten(tx, sale.period_id, refund.amount_kopecks, now_ms)
        return
    whole = requests_due(order.goods.requests or 0, payment.amount_kopecks, payment.refunded_kopecks)
    due = whole - sale.returned_requests
    if due == 0:
        return
    left = await tx.rows("bucket_left", account_id=sale.account_id, id=sale.bucket_id)
    taken = min(due, int(left[0][0]))
    if taken and sale.bucket_id is not None:
        lines = Lines(now_ms)
        movement = (sale.account_id, sale.bucket_id, None, taken)
        lines.move(EntryKind.DEBIT, [movement], f"refund {refund.id}")
        await lines.write(tx)
    await tx.run("sale_return", order_id=order.id, amount=due)
    if due > taken:
        await debts.owe(tx, sale.account_id, refund.id, due - taken, now_ms)
        await debts.pay(tx, sale.account_id, now_ms)
    await tx.run("refund_took", id=refund.id, taken=taken, owed=due - taken)


async def refuse_refund(tx: Tx, refund_id: RefundId, message: str, now_ms: int) -> bool:
    """The provider said no: the amount is not set aside any more."""
    if not await tx.run("refund_refuse", id=refund_id, message=message, now_ms=now_ms):
        return False
    refund = await _row(tx, refund_id)
    await tx.run("refund_unclaim", id=refund.payment_id, amount_kopecks=refund.amount_kopecks)
    return True


async def note_refunded(tx: Tx, payment_id: PaymentId, refunded_kopecks: int, now_ms: int) -> list[RefundRow]:
    """What the provider says was given back so far: first what we asked it, the rest was done there."""
    await tx.run("payment_checked", id=payment_id, now_ms=now_ms)
    payment = await find_payment(tx, payment_id)
    if payment is None or payment.paid_at_ms is None:
        return []
    total = min(refunded_kopecks, payment.amount_kopecks)
    more = total - payment.refunded_kopecks
    found = []
    for asked in await refunds_of(tx, payment_id):
        if asked.state is RefundState.ASKED and asked.amount_kopecks <= more:
            more -= asked.amount_kopecks
            found.append(await finish_refund(tx, asked.id, now_ms))
    if more > 0:
        found.append(await _done_there(tx, payment, more, total, now_ms))
    return [refund for refund in found if refund is not None]


async def note_last_refund(
    tx: Tx, payment_id: PaymentId, refunded_kopecks: int, now_ms: int
) -> list[RefundRow]:
    """The one refund that a provider tells of: ours, if one of ours gave back so much; else done there."""
    await tx.run("payment_checked", id=payment_id, now_ms=now_ms)
    payment = await find_payment(tx, payment_id)
    if payment is None or payment.paid_at_ms is None:
        return []
    ours = [one for one in await refunds_of(tx, payment_id) if one.amount_kopecks == refunded_kopecks]
    if any(one.state is RefundState.DONE for one in ours):
        return []
    asked = next((one for one in ours if one.state is RefundState.ASKED), None)
    if asked is not None:
        found = await finish_refund(tx, asked.id, now_ms)
    else:
        more = min(refunded_kopecks, payment.amount_kopecks - payment.refunded_kopecks)
        found = (
            await _done_there(tx, payment, more, payment.refunded_kopecks + more, now_ms) if more else None
        )
    return [] if found is None else [found]


async def _done_there(tx: Tx, payment: Payment, more: int, total: int, now_ms: int) -> RefundRow | None:
    """What we had asked for and there is no money left for was not done."""
    asked = [one for one in await refunds_of(tx, payment.id) if one.state is RefundState.ASKED]
    room = payment.amount_kopecks - total
    for refund in asked:
        if refund.amount_kopecks > room:
            await refuse_refund(tx, refund.id, _TOO_MUCH, now_ms)
        else:
            room -= refund.amount_kopecks
    new = NewRefund(
        payment_id=payment.id,
        once=f"{payment.provider} {payment.id} {total}",
        amount_kopecks=more,
        reason=_AT_PROVIDER,
        by=payment.provider,
        now_ms=now_ms,
        check_after_ms=payment.check_after_ms,
    )
    row = await open_refund(tx, new)
    return await finish_refund(tx, row.id, now_ms) if row else None


async def find_refund(tx: Tx, refund_id: RefundId) -> RefundRow | None:
    """A refund."""
    found = await tx.rows("refund_find", id=refund_id)
    return shop_rows.refund(found[0]) if found else None


async def refunds_of(tx: Tx, payment_id: PaymentId) -> list[RefundRow]:
    """A payment's refunds, the oldest first."""
    rows = await tx.rows("refunds_of_payment", payment_id=payment_id)
    return [shop_rows.refund(row) for row in rows]
