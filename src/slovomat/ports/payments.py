"""The port to those who take the money: a payment begun, asked about, given back.

What a provider tells unasked is a hint only: `read_notice` says whether it is authentic and of which payment
it speaks; what counts is the answer to `ask`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec


class ProviderState(StrEnum):
    """Where a payment stands at its provider. A partial refund leaves it PAID."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing sold, as a fiscal receipt (54-FZ) names it. `vat`: the rate: "22", "22/122", "none"."""

    title: str
    amount_kopecks: int
    vat: str
    payment_mode: str
    payment_subject: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer's receipt says; `email` is where it goes."""

    email: str
    tax_system: str
    lines: tuple[ReceiptLine, ...]


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to be begun. `reference` is our own number of it, `key` makes a repeat find the first one."""

    reference: str
    key: str
    amount_kopecks: int
    currency: str
    title: str
    email: str
    language: str
    return_url: str
    notify_url: str
    receipt: Receipt | None = None


class Begun(msgspec.Struct, frozen=True):
    """Where the buyer pays. `provider_id` is empty where the provider names the payment only later."""

    provider_id: str
    url: str


class RefundsTold(StrEnum):
    """What a provider's `refunded_kopecks` says."""

    SUM = "sum"
    LAST = "last"
    """What the last refund gave back; there may have been others."""
    SOME = "some"
    """A part was given back, and nobody tells how much."""
    NOTHING = "nothing"
    """Refunds of a part are not told at all."""


class ProviderPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as its provider knows it, asked by us."""

    provider_id: str
    reference: str
    state: ProviderState
    amount_kopecks: int
    currency: str
    shop: str
    test: bool
    refunded_kopecks: int = 0
    refunds_told: RefundsTold = RefundsTold.SUM


class Notice(msgspec.Struct, frozen=True):
    """An authentic notification speaks of this payment; either may be empty, not both."""

    provider_id: str
    reference: str


class Reply(msgspec.Struct, frozen=True):
    """What the provider wants to hear for its notification."""

    body: bytes
    media_type: str = "text/plain; charset=utf-8"
    status: int = 200


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money to be given back; `key` makes a repeat find the first one."""

    provider_id: str
    reference: str
    key: str
    amount_kopecks: int
    currency: str
    receipt: Receipt | None = None


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid for in advance is delivered: the receipt that closes the prepayment's.

    `receipt` names the things with the payment mode `full_payment`; `key` makes a repeat find the first one.
    """

    provider_id: str
    reference: str
    key: str
    amount_kopecks: int
    currency: str
    receipt: Receipt


class ProviderFault(msgspec.Struct, frozen=True):
    """The provider said no, in its own words (for the operator), or could not be understood."""

    message: str


class ProviderUnavailableError(Exception):
    """No answer, or not one that tells anything: whether it took place is not known; ask again."""


class PaymentProvider(Protocol):
    """One account at one provider. `test`: its credentials are of a sandbox."""

    @property
    def name(self) -> str:
        """In addresses and in the database: letters and digits."""

    @property
    def shop(self) -> str:
        """The account there, as its payments name it."""

    @property
    def test(self) -> bool:
        """Whether no real money moves."""

    @property
    def currencies(self) -> frozenset[str]:
        """What it takes."""

    @property
    def refund_key_ms(self) -> int:
        """For how long a repeat of a refund with its key finds the first one; 0: it is another refund."""

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """Begins a payment. Raises ProviderUnavailableError."""

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """The payment now; None: there is none there. Raises ProviderUnavailableError."""

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Gives money back; None: done, or on its way. Raises ProviderUnavailableError."""

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, address: str, now_ms: int
    ) -> Notice | None:
        """What a notification speaks of; None: not authentic, or of nothing that we sell.

        `headers` by lower-case name; `address`: the peer's; `body`: as it came, or the query's of a GET.
        """

    def reply(self, notice: Notice) -> Reply:
        """What it wants to hear once the notice was dealt with."""

    async def close(self) -> None:
        """Closes its connections."""


@runtime_checkable
class ClosesReceipts(Protocol):
    """What a provider with a cash register can do besides."""

    @property
    def closing_key_ms(self) -> int:
        """For how long a repeat with the key finds the first receipt; 0: it may be another one."""

    async def close_receipt(self, closing: Closing) -> ProviderFault | None:
        """Has the closing receipt printed; None: done, or on its way. Raises ProviderUnavailableError."""
