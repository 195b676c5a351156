"""Transactions as CloudPayments gives them."""

from datetime import UTC, datetime
from typing import Any

from slovomat.testing.fakepay.payments import Payment, Refunded, State, decimal
from slovomat.testing.fakepay.wire import number

STATUSES = {
    State.PENDING: ("AwaitingAuthentication", 1),
    State.HELD: ("Authorized", 2),
    State.PAID: ("Completed", 3),
    State.CANCELLED: ("Cancelled", 4),
}


def view(payment: Payment) -> dict[str, Any]:
    """A payment as a transaction."""
    word, code = STATUSES[payment.state]
    amount = number(decimal(payment.amount_kopecks))
    return {
        "PublicId": payment.shop,
        "TransactionId": payment.number,
        "Amount": amount,
        "Currency": payment.currency,
        "CurrencyCode": 0,
        "PaymentAmount": amount,
        "PaymentCurrency": payment.currency,
        "InvoiceId": payment.reference,
        "AccountId": payment.facts["account"],
        "Email": payment.email or None,
        "Description": payment.title,
        "JsonData": payment.facts["data"],
        "CreatedDateIso": when(payment.created_s),
        "AuthDateIso": when(payment.paid_s),
        "TestMode": payment.test,
        "CardFirstSix": "424242",
        "CardLastFour": "4242",
        "CardType": "Visa",
        "Status": word,
        "StatusCode": code,
        "Reason": "Approved",
        "ReasonCode": 0,
        "Type": 0,
        "Refunded": bool(payment.refunds),
        "GatewayName": "Test",
    }


def refund_view(payment: Payment, refunded: Refunded) -> dict[str, Any]:
    """Where a refund's transaction differs from its payment's."""
    amount = number(decimal(refunded.amount_kopecks))
    names = {"TransactionId": refunded.number, "OriginalTransactionId": payment.number}
    return names | {"Amount": amount, "PaymentAmount": amount, "Type": 1, "Refunded": False}


def when(seconds: int, between: str = "T") -> str:
    """A time in UTC as they write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime(f"%Y-%m-%d{between}%H:%M:%S")
