"""The port to what is sold: orders, payments, refunds, periods of plans, codes, debts. Money is in kopecks.

One method is one transaction; none spans a call to a provider.
"""

from typing import Protocol

from slovomat.domain.ids import AccountId, BatchId, OrderId, PaymentId, RefundId
from slovomat.ports.closing_receipts import ClosingRow, ClosingSearch, ClosingState
from slovomat.ports.codes import Batch, CodeRow, NewBatch, RedeemFailure, Redemption
from slovomat.ports.sales import (
    INVOICE,
    Credited,
    Goods,
    NewOrder,
    NewPayment,
    NewRefund,
    Order,
    OrderState,
    Paid,
    Payment,
    PaymentFilter,
    PaymentRow,
    Period,
    PeriodState,
    PlanTerms,
    RefundRow,
    RefundState,
    Sale,
)

__all__ = [
    "INVOICE",
    "Batch",
    "CodeRow",
    "Credited",
    "Goods",
    "NewBatch",
    "NewOrder",
    "NewPayment",
    "NewRefund",
    "Order",
    "OrderState",
    "Paid",
    "Payment",
    "PaymentFilter",
    "PaymentRow",
    "Period",
    "PeriodState",
    "PlanTerms",
    "RedeemFailure",
    "Redemption",
    "RefundRow",
    "RefundState",
    "Sale",
    "Shop",
]


class Shop(Protocol):
    """The books of what is sold."""

    async def plan_terms(self, plan: str) -> PlanTerms | None:
        """What a plan of that name is sold for now."""

    async def add_order(self, order: NewOrder) -> OrderId:
        """Writes an order."""

    async def name_buyer(self, order_id: OrderId, buyer: str) -> bool:
        """Writes down for whom an order's papers are; False: it was paid, and they were made out already."""

    async def find_order(self, order_id: OrderId) -> Order | None:
        """An order."""

    async def account_orders(self, account_id: AccountId, limit: int) -> list[Order]:
        """An account's orders, the newest first."""

    async def find_sale(self, order_id: OrderId) -> Sale | None:
        """What was given for an order, if anything was."""

    async def add_payment(self, payment: NewPayment) -> Payment | None:
        """Writes a try to pay an order; None when it was paid before."""

    async def begun(self, payment_id: PaymentId, provider_id: str, url: str) -> str:
        """Where the buyer pays: at the page of the first who began it; empty: it is not to be paid now."""

    async def not_begun(self, payment_id: PaymentId, problem: str, now_ms: int) -> str:
        """The provider said no to it; if another call has begun it meanwhile, where the buyer pays."""

    async def find_payment(self, payment_id: PaymentId) -> Payment | None:
        """A payment."""

    async def payment_by_reference(self, provider: str, reference: str) -> Payment | None:
        """A payment by our own number of it."""

    async def payment_by_provider_id(self, provider: str, provider_id: str) -> Payment | None:
        """A payment by its provider's id."""

    async def order_payments(self, order_id: OrderId) -> list[Payment]:
        """The tries to pay an order, the oldest first."""

    async def payment_row(self, payment_id: PaymentId) -> PaymentRow | None:
        """A payment with whose it is and for what."""

    async def list_payments(self, which: PaymentFilter) -> list[PaymentRow]:
        """Payments for the operator."""

    async def credit_payment(self, paid: Paid) -> Credited | None:
        """Gives what was paid for, once, in one transaction; None when there is no such payment."""

    async def cancel_payment(self, payment_id: PaymentId, now_ms: int) -> bool:
        """A pending payment came to nothing; False when it is not pending any more."""

    async def note_problem(self, payment_id: PaymentId, problem: str, now_ms: int) -> None:
        """Why money that came was not credited, for the operator; nothing is changed by it."""

    async def checked(self, payment_id: PaymentId, now_ms: int) -> None:
        """The provider was asked, and nothing has changed."""

    async def due_payments(self, now_ms: int, limit: int) -> list[Payment]:
        """Those that a provider should be asked about."""

    async def claim_check(self, payment: Payment, check_after_ms: int | None) -> bool:
        """Takes the question on oneself, and says when it is due next; False: another node was first."""

    async def ask_soon(self, payment_id: PaymentId, check_after_ms: int) -> None:
        """Has the provider asked at that time, if not sooner."""

    async def open_refund(self, refund: NewRefund) -> RefundRow | None:
        """Sets the amount aside, or finds the row of an earlier call; None: that much is not there."""

    async def finish_refund(self, refund_id: RefundId, now_ms: int) -> RefundRow | None:
        """The money is given back: takes the requests too, once; what was spent becomes a debt."""

    async def refuse_refund(self, refund_id: RefundId, message: str, now_ms: int) -> bool:
        """The provider said no."""

    async def note_refunded(
        self, payment_id: PaymentId, refunded_kopecks: int, now_ms: int
    ) -> list[RefundRow]:
        """What the provider says was given back so far: finishes what was asked, the rest was done there."""

    async def note_last_refund(
        self, payment_id: PaymentId, refunded_kopecks: int, now_ms: int
    ) -> list[RefundRow]:
        """As note_refunded, of a provider that tells what its last refund gave back, and no sum."""

    async def find_refund(self, refund_id: RefundId) -> RefundRow | None:
        """A refund."""

    async def refunds_of(self, payment_id: PaymentId) -> list[RefundRow]:
        """A payment's refunds, the oldest first."""

    async def closings_due(self, which: ClosingSearch) -> list[PaymentId]:
        """Payments sold in that time, kept at least in part, of which no closing receipt was asked for."""

    async def open_closing(self, payment_id: PaymentId, once: str, now_ms: int) -> ClosingRow | None:
        """Takes it on oneself, for what was not given back; None: another was first, or it is not due."""

    async def find_closing(self, payment_id: PaymentId) -> ClosingRow | None:
        """A payment's closing receipt."""

    async def closings_unheard(self, which: ClosingSearch, tried_before_ms: int) -> list[ClosingRow]:
        """Those asked for after `from_ms`, tried last before that time, and without an answer."""

    async def closing_again(self, row: ClosingRow, now_ms: int) -> bool:
        """Takes a repeat on oneself; False: another node was first."""

    async def note_closing(self, payment_id: PaymentId, message: str) -> None:
        """Why there is no answer, for the operator."""

    async def end_closing(
        self, payment_id: PaymentId, state: ClosingState, message: str, now_ms: int
    ) -> None:
        """What the provider said."""

    async def account_periods(self, account_id: AccountId, limit: int) -> list[Period]:
        """An account's periods, the newest first."""

    async def current_period(self, account_id: AccountId) -> Period | None:
        """The open one."""

    async def periods_ending(self, from_ms: int, to_ms: int, limit: int) -> list[Period]:
        """Open periods that end in that time and have no other behind them."""

    async def sweep_due(self, now_ms: int) -> bool:
        """Whether a period has run out, or a debt can be paid."""

    async def end_periods(self, now_ms: int, free_plan: str, limit: int) -> int:
        """Ends what has run out: the next period opens, or the account goes back to the free plan."""

    async def debt(self, account_id: AccountId) -> int:
        """Requests that an account owes."""

    async def pay_debts(self, now_ms: int, limit: int) -> int:
        """Takes what is owed from packs that came back to life; how many accounts paid."""

    async def add_batch(self, batch: NewBatch) -> BatchId:
        """Stores codes by their hashes."""

    async def list_batches(self, limit: int) -> list[Batch]:
        """Batches, the newest first."""

    async def batch_codes(self, batch_id: BatchId) -> list[CodeRow]:
        """A batch's codes."""

    async def redeem(
        self, code_hash: bytes, account_id: AccountId, now_ms: int
    ) -> Redemption | RedeemFailure:
        """Takes a code and gives what it is good for, in one transaction."""

    async def account_redemptions(self, account_id: AccountId, limit: int) -> list[Redemption]:
        """The codes that an account has used, the newest first."""
