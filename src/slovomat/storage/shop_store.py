"""The Shop port over any engine: which rule each method runs, and how."""

from slovomat.domain.ids import AccountId, BatchId, OrderId, PaymentId, RefundId
from slovomat.ports.closing_receipts import ClosingRow, ClosingSearch, ClosingState
from slovomat.ports.shop import (
    Batch,
    CodeRow,
    Credited,
    NewBatch,
    NewOrder,
    NewPayment,
    NewRefund,
    Order,
    Paid,
    Payment,
    PaymentFilter,
    PaymentRow,
    Period,
    PlanTerms,
    RedeemFailure,
    Redemption,
    RefundRow,
    Sale,
)
from slovomat.storage import (
    debts,
    shop_closings,
    shop_codes,
    shop_orders,
    shop_plans,
    shop_refunds,
    shop_sales,
)
from slovomat.storage.tx import Engine


class SQLShop:
    """Each method is one transaction; see slovomat.ports.shop for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def plan_terms(self, plan: str) -> PlanTerms | None:
        return await self._engine.read(shop_orders.plan_terms, plan)

    async def add_order(self, order: NewOrder) -> OrderId:
        return await self._engine.write(shop_orders.add_order, order)

    async def name_buyer(self, order_id: OrderId, buyer: str) -> bool:
        return await self._engine.write(shop_orders.name_buyer, order_id, buyer)

    async def find_order(self, order_id: OrderId) -> Order | None:
        return await self._engine.read(shop_orders.find_order, order_id)

    async def account_orders(self, account_id: AccountId, limit: int) -> list[Order]:
        return await self._engine.report(shop_orders.account_orders, account_id, limit)

    async def find_sale(self, order_id: OrderId) -> Sale | None:
        return await self._engine.read(shop_orders.find_sale, order_id)

    async def add_payment(self, payment: NewPayment) -> Payment | None:
        return await self._engine.write(shop_orders.add_payment, payment)

    async def begun(self, payment_id: PaymentId, provider_id: str, url: str) -> str:
        return await self._engine.write(shop_orders.begun, payment_id, provider_id, url)

    async def not_begun(self, payment_id: PaymentId, problem: str, now_ms: int) -> str:
        return await self._engine.write(shop_orders.not_begun, payment_id, problem, now_ms)

    async def find_payment(self, payment_id: PaymentId) -> Payment | None:
        return await self._engine.read(shop_orders.find_payment, payment_id)

    async def payment_by_reference(self, provider: str, reference: str) -> Payment | None:
        return await self._engine.read(shop_orders.payment_by_reference, provider, reference)

    async def payment_by_provider_id(self, provider: str, provider_id: str) -> Payment | None:
        return await self._engine.read(shop_orders.payment_by_provider_id, provider, provider_id)

    async def order_payments(self, order_id: OrderId) -> list[Payment]:
        return await self._engine.read(shop_orders.order_payments, order_id)

    async def payment_row(self, payment_id: PaymentId) -> PaymentRow | None:
        return await self._engine.read(shop_orders.payment_row, payment_id)

    async def list_payments(self, which: PaymentFilter) -> list[PaymentRow]:
        return await self._engine.report(shop_orders.list_payments, which)

    async def credit_payment(self, paid: Paid) -> Credited | None:
        return await self._engine.write(shop_sales.credit_payment, paid)

    async def cancel_payment(self, payment_id: PaymentId, now_ms: int) -> bool:
        return await self._engine.write(shop_orders.cancel_payment, payment_id, now_ms)

    async def note_problem(self, payment_id: PaymentId, problem: str, now_ms: int) -> None:
        return await self._engine.write(shop_orders.note_problem, payment_id, problem, now_ms)

    async def checked(self, payment_id: PaymentId, now_ms: int) -> None:
        return await self._engine.write(shop_orders.checked, payment_id, now_ms)

    async def due_payments(self, now_ms: int, limit: int) -> list[Payment]:
        return await self._engine.read(shop_orders.due_payments, now_ms, limit)

    async def claim_check(self, payment: Payment, check_after_ms: int | None) -> bool:
        return await self._engine.write(shop_orders.claim_check, payment, check_after_ms)

    async def ask_soon(self, payment_id: PaymentId, check_after_ms: int) -> None:
        return await self._engine.write(shop_orders.ask_soon, payment_id, check_after_ms)

    async def open_refund(self, refund: NewRefund) -> RefundRow | None:
        return await self._engine.write(shop_refunds.open_refund, refund)

    async def finish_refund(self, refund_id: RefundId, now_ms: int) -> RefundRow | None:
        return await self._engine.write(shop_refunds.finish_refund, refund_id, now_ms)

    async def refuse_refund(self, refund_id: RefundId, message: str, now_ms: int) -> bool:
        return await self._engine.write(shop_refunds.refuse_refund, refund_id, message, now_ms)

    async def note_refunded(
        self, payment_id: PaymentId, refunded_kopecks: int, now_ms: int
    ) -> list[RefundRow]:
        return await self._engine.write(shop_refunds.note_refunded, payment_id, refunded_kopecks, now_ms)

    async def note_last_refund(
        self, payment_id: PaymentId, refunded_kopecks: int, now_ms: int
    ) -> list[RefundRow]:
        return await self._engine.write(shop_refunds.note_last_refund, payment_id, refunded_kopecks, now_ms)

    async def find_refund(self, refund_id: RefundId) -> RefundRow | None:
        return await self._engine.read(shop_refunds.find_refund, refund_id)

    async def refunds_of(self, payment_id: PaymentId) -> list[RefundRow]:
        return await self._engine.read(shop_refunds.refunds_of, payment_id)

    async def closings_due(self, which: ClosingSearch) -> list[PaymentId]:
        return await self._engine.report(shop_closings.due, which)

    async def open_closing(self, payment_id: PaymentId, once: str, now_ms: int) -> ClosingRow | None:
        return await self._engine.write(shop_closings.open_closing, payment_id, once, now_ms)

    async def find_closing(self, payment_id: PaymentId) -> ClosingRow | None:
        return await self._engine.read(shop_closings.find, payment_id)

    async def closings_unheard(self, which: ClosingSearch, tried_before_ms: int) -> list[ClosingRow]:
        return await self._engine.report(shop_closings.unheard, which, tried_before_ms)

    async def closing_again(self, row: ClosingRow, now_ms: int) -> bool:
        return await self._engine.write(shop_closings.again, row, now_ms)

    async def note_closing(self, payment_id: PaymentId, message: str) -> None:
        return await self._engine.write(shop_closings.note, payment_id, message)

    async def end_closing(
        self, payment_id: PaymentId, state: ClosingState, message: str, now_ms: int
    ) -> None:
        return await self._engine.write(shop_closings.end, payment_id, state, message, now_ms)

    async def account_periods(self, account_id: AccountId, limit: int) -> list[Period]:
        return await self._engine.report(shop_plans.account_periods, account_id, limit)

    async def current_period(self, account_id: AccountId) -> Period | None:
        return await self._engine.read(shop_plans.current_period, account_id)

    async def periods_ending(self, from_ms: int, to_ms: int, limit: int) -> list[Period]:
        return await self._engine.report(shop_plans.periods_ending, from_ms, to_ms, limit)

    async def sweep_due(self, now_ms: int) -> bool:
        return await self._engine.read(shop_plans.sweep_due, now_ms)

    async def end_periods(self, now_ms: int, free_plan: str, limit: int) -> int:
        return await self._engine.write(shop_plans.end_periods, now_ms, free_plan, limit)

    async def debt(self, account_id: AccountId) -> int:
        return await self._engine.read(debts.owed, account_id)

    async def pay_debts(self, now_ms: int, limit: int) -> int:
        return await self._engine.write(debts.pay_all, now_ms, limit)

    async def add_batch(self, batch: NewBatch) -> BatchId:
        return await self._engine.write(shop_codes.add_batch, batch)

    async def list_batches(self, limit: int) -> list[Batch]:
        return await self._engine.report(shop_codes.list_batches, limit)

    async def batch_codes(self, batch_id: BatchId) -> list[CodeRow]:
        return await self._engine.report(shop_codes.batch_codes, batch_id)

    async def redeem(
        self, code_hash: bytes, account_id: AccountId, now_ms: int
    ) -> Redemption | RedeemFailure:
        return await self._engine.write(shop_codes.redeem, code_hash, account_id, now_ms)

    async def account_redemptions(self, account_id: AccountId, limit: int) -> list[Redemption]:
        return await self._engine.report(shop_codes.account_redemptions, account_id, limit)
