"""The port to what is sold: orders, payments, refunds, periods of plans, codes, debts. Money is in kopecks.

One method is one transaction; none spans a call to a provider.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from slovomat.domain.ids import (
    AccountId,
    BatchId,
    BucketId,
    OrderId,
    PaymentId,
    PeriodId,
    PlanId,
    RefundId,
    VersionId,
)
from slovomat.ports.payments import ProviderState

INVOICE = "invoice"
"""The provider of payments that the operator confirms: a bank transfer by an invoice."""


class OrderState(StrEnum):
    """Where an order stands."""

    NEW = "new"
    PAID = "paid"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


class PeriodState(StrEnum):
    """Where a period stands: WAITING for the one before it, TURNED into time of another plan."""

    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"
    TURNED = "turned"


class RefundState(StrEnum):
    """Where a refund stands: ASKED while the provider's answer is not known."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold: a pack (`requests`, `valid_days`), or a plan's period (the other three)."""

    title: str
    requests: int | None = None
    valid_days: int | None = None
    plan_id: PlanId | None = None
    version_id: VersionId | None = None
    period_days: int | None = None


class PlanTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it is sold now: the version of its terms, what a period costs and how long it is."""

    plan_id: PlanId
    version_id: VersionId
    name: str
    price_kopecks: int
    period_days: int
    on_sale: bool


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to be written. `buyer`: requisites of a legal entity, as it typed them."""

    account_id: AccountId
    goods: Goods
    amount_kopecks: int
    currency: str
    now_ms: int
    buyer: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to buy, with all that was promised."""

    id: OrderId
    account_id: AccountId
    state: OrderState
    goods: Goods
    amount_kopecks: int
    currency: str
    buyer: str
    created_at_ms: int
    paid_at_ms: int | None


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A try to pay, written before its provider hears of it.

    `check_after_ms` None: nobody is asked about it.
    """

    order_id: OrderId
    provider: str
    reference: str
    once: str
    shop: str
    test: bool
    now_ms: int
    check_after_ms: int | None


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A try to pay. `problem`: why money that came was not credited, in a word of domain.payment_problems.

    `claimed_kopecks`: refunded, or asked to be.
    """

    id: PaymentId
    order_id: OrderId
    account_id: AccountId
    provider: str
    provider_id: str
    reference: str
    once: str
    shop: str
    test: bool
    amount_kopecks: int
    currency: str
    url: str
    state: ProviderState
    problem: str
    confirmed_by: str
    reason: str
    claimed_kopecks: int
    refunded_kopecks: int
    created_at_ms: int
    paid_at_ms: int | None
    checked_at_ms: int | None
    check_after_ms: int | None


class PaymentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A payment in a list, with whose it is and for what."""

    payment: Payment
    email: str
    title: str


class PaymentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which payments to list, the newest first; empty words and None are no bound."""

    limit: int
    state: str = ""
    provider: str = ""
    account_id: AccountId | None = None
    troubled: bool = False
    before_id: int | None = None


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """Money that has come: what a payment is credited by. `by`, `reason`: of an operator who confirms it."""

    payment_id: PaymentId
    now_ms: int
    provider_id: str = ""
    check_after_ms: int | None = None
    by: str = ""
    reason: str = ""


class Credited(StrEnum):
    """What became of money that has come."""

    NOW = "now"
    BEFORE = "before"
    TWICE = "twice"
    """The order was paid by another payment: nothing was given for this one; it waits for its refund."""


class NewRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Money to be given back."""

    payment_id: PaymentId
    once: str
    amount_kopecks: int
    reason: str
    by: str
    now_ms: int
    check_after_ms: int | None = None


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    """Money given back. `taken_requests` were there still, `owed_requests` had been spent."""

    id: RefundId
    payment_id: PaymentId
    account_id: AccountId
    once: str
    amount_kopecks: int
    reason: str
    made_by: str
    state: RefundState
    message: str
    taken_requests: int
    owed_requests: int
    created_at_ms: int
    done_at_ms: int | None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A time of a plan that an account has; `worth_kopecks` is that of its whole length."""

    id: PeriodId
    account_id: AccountId
    plan_id: PlanId
    plan: str
    version_id: VersionId
    state: PeriodState
    starts_at_ms: int
    ends_at_ms: int
    worth_kopecks: int
    daily_requests: int


class NewBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Codes to be made, by their keyed hashes."""

    goods: Goods
    hashes: Sequence[bytes]
    note: str
    by: str
    now_ms: int
    expires_at_ms: int | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Codes that were made together."""

    id: BatchId
    goods: Goods
    codes: int
    redeemed: int
    note: str
    made_by: str
    expires_at_ms: int | None
    created_at_ms: int


class CodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a batch, which nobody can read any more, and who has used it."""

    id: int
    email: str | None
    redeemed_at_ms: int | None


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was taken; `before`: by the same account, earlier."""

    goods: Goods
    code_id: int
    redeemed_at_ms: int
    before: bool = False


class RedeemFailure(StrEnum):
    """Why a code gives nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What was given for an order."""

    order_id: OrderId
    payment_id: PaymentId
    account_id: AccountId
    bucket_id: BucketId | None
    period_id: PeriodId | None
    returned_requests: int
    sold_at_ms: int


class Shop(Protocol):
    """The books of what is sold."""

    async def plan_terms(self, plan: str) -> PlanTerms | None:
        """What a plan of that name is sold for now."""

    async def add_order(self, order: NewOrder) -> OrderId:
        """Writes an order."""

    async def find_order(self, order_id: OrderId) -> Order | None:
        """An order."""

    async def account_orders(self, account_id: AccountId, limit: int) -> list[Order]:
        """An account's orders, the newest first."""

    async def find_sale(self, order_id: OrderId) -> Sale | None:
        """What was given for an order, if anything was."""

    async def add_payment(self, payment: NewPayment) -> Payment | None:
        """Writes a try to pay an order; None when it was paid before."""

    async def begun(self, payment_id: PaymentId, provider_id: str, url: str) -> None:
        """Where the provider has the buyer pay."""

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

    async def refunds_of(self, payment_id: PaymentId) -> list[RefundRow]:
        """A payment's refunds, the oldest first."""

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
