"""What a provider's word about a payment means for us: pure rules."""

from enum import StrEnum

from slovomat.ports.payments import ProviderPayment, ProviderState
from slovomat.ports.shop import Payment

_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_OPEN_REFUND_MS = 10 * _MINUTE_MS


class Problem(StrEnum):
    """Why money that came is not credited, or what the provider said that cannot be."""

    AMOUNT = "amount_differs"
    CURRENCY = "currency_differs"
    SHOP = "shop_differs"
    TEST = "test_differs"
    REFERENCE = "reference_differs"
    PROVIDER_ID = "provider_id_differs"
    PAID_TWICE = "paid_twice"
    REFUND_UNKNOWN = "refund_unknown"
    """What became of a refund, or how much went back, is known in the provider's cabinet alone."""
    CANCELLED_LATER = "cancelled_later"
    """It was paid, and credited, and is cancelled there now."""


def mismatch(payment: Payment, found: ProviderPayment) -> Problem | None:
    """What of the provider's payment is not what was asked for; None: all is."""
    checks = {
        Problem.REFERENCE: found.reference == payment.reference,
        Problem.PROVIDER_ID: payment.provider_id in {"", found.provider_id},
        Problem.AMOUNT: found.amount_kopecks == payment.amount_kopecks,
        Problem.CURRENCY: found.currency == payment.currency,
        Problem.SHOP: found.shop == payment.shop,
        Problem.TEST: found.test == payment.test,
    }
    return next((problem for problem, holds in checks.items() if not holds), None)


def refunded_kopecks(found: ProviderPayment) -> int:
    """What was given back; of a payment that was refunded in full, all, whatever else is said."""
    if found.state is ProviderState.REFUNDED:
        return found.amount_kopecks
    return found.refunded_kopecks


def next_check_ms(payment: Payment, now_ms: int, pending_ms: int) -> int | None:
    """When to ask again: soon at first, then rarely; None: no more.

    Pending for `pending_ms` at most. A paid one is watched for refunds for 90 days, by the provider's own
    notices and at longer and longer intervals; one with a refund that has no answer, often.
    """
    if payment.paid_at_ms is None:
        age_ms = max(0, now_ms - payment.created_at_ms)
        wait_ms = min(max(age_ms // 4, _MINUTE_MS // 4), 2 * _HOUR_MS)
        return None if age_ms >= pending_ms else now_ms + wait_ms
    if payment.claimed_kopecks > payment.refunded_kopecks and payment.problem != Problem.REFUND_UNKNOWN:
        return now_ms + _OPEN_REFUND_MS
    age_ms = max(0, now_ms - payment.paid_at_ms)
    wait_ms = min(max(age_ms // 2, _HOUR_MS), 7 * _DAY_MS)
    return None if age_ms >= 90 * _DAY_MS else now_ms + wait_ms
