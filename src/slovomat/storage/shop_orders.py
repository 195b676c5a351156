"""Orders, and the tries to pay them."""

from slovomat.domain.ids import AccountId, OrderId, PaymentId
from slovomat.domain.plan_terms import DAY_MS
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import (
    NewOrder,
    NewPayment,
    Order,
    Payment,
    PaymentFilter,
    PaymentRow,
    PlanTerms,
    Sale,
)
from slovomat.storage import shop_rows
from slovomat.storage.shop_rows import PAYMENT_COLUMNS
from slovomat.storage.tx import Row, Tx

_ABSURD_MS = 30 * DAY_MS
"""No question is put off for so long."""


async def plan_terms(tx: Tx, plan: str) -> PlanTerms | None:
    """What a plan of that name is sold for now."""
    found = await tx.rows("plan_terms", name=plan)
    if not found:
        return None
    plan_id, version_id, name, price, days, on_sale = found[0]
    return PlanTerms(
        plan_id=plan_id,
        version_id=version_id,
        name=name,
        price_kopecks=price,
        period_days=days,
        on_sale=bool(on_sale),
    )


async def add_order(tx: Tx, order: NewOrder) -> OrderId:
    """Writes an order with all that it promises."""
    goods = order.goods
    made = await tx.rows(
        "order_add",
        account_id=order.account_id,
        title=goods.title,
        amount_kopecks=order.amount_kopecks,
        currency=order.currency,
        requests=goods.requests,
        valid_days=goods.valid_days,
        plan_id=goods.plan_id,
        version_id=goods.version_id,
        period_days=goods.period_days,
        buyer=order.buyer,
        now_ms=order.now_ms,
    )
    return OrderId(made[0][0])


async def name_buyer(tx: Tx, order_id: OrderId, buyer: str) -> bool:
    """Writes down for whom an order's papers are; False: they were made out already."""
    return bool(await tx.run("order_name_buyer", id=order_id, buyer=buyer))


async def find_order(tx: Tx, order_id: OrderId) -> Order | None:
    """An order."""
    found = await tx.rows("order_find", id=order_id)
    return shop_rows.order(found[0]) if found else None


async def account_orders(tx: Tx, account_id: AccountId, limit: int) -> list[Order]:
    """An account's orders, the newest first."""
    rows = await tx.rows("orders_of_account", account_id=account_id, limit=limit)
    return [shop_rows.order(row) for row in rows]


async def find_sale(tx: Tx, order_id: OrderId) -> Sale | None:
    """What was given for an order, if anything was."""
    found = await tx.rows("sale_of_order", order_id=order_id)
    return shop_rows.sale(found[0]) if found else None


async def add_payment(tx: Tx, payment: NewPayment) -> Payment | None:
    """Writes a try to pay an order; None when it was paid before."""
    made = await tx.rows(
        "payment_add",
        order_id=payment.order_id,
        provider=payment.provider,
        reference=payment.reference,
        once=payment.once,
        shop=payment.shop,
        test=int(payment.test),
        now_ms=payment.now_ms,
        check_after_ms=payment.check_after_ms,
    )
    return await find_payment(tx, PaymentId(made[0][0])) if made else None


async def begun(tx: Tx, payment_id: PaymentId, provider_id: str, url: str) -> str:
    """Where the buyer pays: at the page of whoever was first to begin it; empty: it is not to be paid now."""
    await tx.run("payment_begun", id=payment_id, provider_id=provider_id, url=url)
    payment = await find_payment(tx, payment_id)
    return payment.url if payment and payment.state is ProviderState.PENDING else ""


async def not_begun(tx: Tx, payment_id: PaymentId, problem: str, now_ms: int) -> str:
    """The provider said no to it; if another call has begun it meanwhile, where the buyer pays."""
    payment = await find_payment(tx, payment_id)
    if payment and await tx.run("payment_not_begun", id=payment_id, problem=problem, now_ms=now_ms):
        await tx.run("order_cancel", id=payment.order_id)
        return ""
    payment = await find_payment(tx, payment_id)
    return payment.url if payment and payment.state is ProviderState.PENDING else ""


async def find_payment(tx: Tx, payment_id: PaymentId) -> Payment | None:
    """A payment."""
    return _only(await tx.rows("payment_find", id=payment_id))


async def payment_by_reference(tx: Tx, provider: str, reference: str) -> Payment | None:
    """A payment by our own number of it."""
    return _only(await tx.rows("payment_by_reference", provider=provider, reference=reference))


async def payment_by_provider_id(tx: Tx, provider: str, provider_id: str) -> Payment | None:
    """A payment by its provider's id."""
    return _only(await tx.rows("payment_by_provider_id", provider=provider, provider_id=provider_id))


def _only(found: list[Row]) -> Payment | None:
    return shop_rows.payment(found[0]) if found else None


async def order_payments(tx: Tx, order_id: OrderId) -> list[Payment]:
    """The tries to pay an order, the oldest first."""
    return [shop_rows.payment(row) for row in await tx.rows("payments_of_order", order_id=order_id)]


async def list_payments(tx: Tx, which: PaymentFilter) -> list[PaymentRow]:
    """Payments for the operator, the newest first."""
    rows = await tx.rows(
        "payments_list",
        state=which.state,
        provider=which.provider,
        account_id=which.account_id,
        troubled=int(which.troubled),
        before_id=which.before_id,
        limit=which.limit,
    )
    return [_listed(row) for row in rows]


async def payment_row(tx: Tx, payment_id: PaymentId) -> PaymentRow | None:
    """A payment with whose it is and for what."""
    found = await tx.rows("payment_row", id=payment_id)
    return _listed(found[0]) if found else None


def _listed(row: Row) -> PaymentRow:
    email, title = row[PAYMENT_COLUMNS:]
    return PaymentRow(payment=shop_rows.payment(row[:PAYMENT_COLUMNS]), email=email, title=title)


async def cancel_payment(tx: Tx, payment_id: PaymentId, now_ms: int) -> bool:
    """A pending payment came to nothing, and its order, if no other try to pay it is left."""
    payment = await find_payment(tx, payment_id)
    if payment is None or not await tx.run("payment_cancel", id=payment_id, now_ms=now_ms):
        return False
    await tx.run("order_cancel", id=payment.order_id)
    return True


async def note_problem(tx: Tx, payment_id: PaymentId, problem: str, now_ms: int) -> None:
    """Why money that came was not credited."""
    await tx.run("payment_problem", id=payment_id, problem=problem, now_ms=now_ms)


async def checked(tx: Tx, payment_id: PaymentId, now_ms: int) -> None:
    """The provider was asked, and nothing has changed."""
    await tx.run("payment_checked", id=payment_id, now_ms=now_ms)


async def due_payments(tx: Tx, now_ms: int, limit: int) -> list[Payment]:
    """Those that a provider should be asked about, and those put off by a clock that was far ahead."""
    rows = await tx.rows("payments_due", now_ms=now_ms, limit=limit)
    rows = rows or await tx.rows("payments_put_off", absurd_ms=now_ms + _ABSURD_MS, limit=limit)
    return [shop_rows.payment(row) for row in rows]


async def claim_check(tx: Tx, payment: Payment, check_after_ms: int | None) -> bool:
    """Takes the question on oneself; False: another node was first."""
    done = await tx.run(
        "payment_claim", id=payment.id, seen_ms=payment.check_after_ms, next_ms=check_after_ms
    )
    return bool(done)


async def ask_soon(tx: Tx, payment_id: PaymentId, check_after_ms: int) -> None:
    """Has the provider asked at that time, if not sooner."""
    await tx.run("payment_soon", id=payment_id, check_after_ms=check_after_ms)
