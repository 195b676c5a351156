"""What the port to the shop speaks of: orders, payments, refunds, periods of plans. Money is in kopecks."""

from enum import StrEnum

import msgspec

from slovomat.domain.ids import (
    AccountId,
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
    """Money given back. `taken_requests` were there still, `owed_requests` had been spent.

    `before`: an earlier call has opened it.
    """

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
    before: bool = False


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


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What was given for an order."""

    order_id: OrderId
    payment_id: PaymentId
    account_id: AccountId
    bucket_id: BucketId | None
    period_id: PeriodId | None
    returned_requests: int
    sold_at_ms: int
