"""The books of receipts that close those of prepayments (54-FZ)."""

from enum import StrEnum

import msgspec

from slovomat.domain.ids import PaymentId


class ClosingState(StrEnum):
    """How far one is. ASKED for long: nobody knows whether it was printed."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class ClosingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One payment's. `message`: the provider's, or why there is no answer, for the operator."""

    payment_id: PaymentId
    state: ClosingState
    once: str
    amount_kopecks: int
    message: str
    asked_at_ms: int
    tried_at_ms: int
    done_at_ms: int | None


class ClosingSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Those of one account at one provider, between two times."""

    provider: str
    shop: str
    from_ms: int
    to_ms: int
    limit: int
