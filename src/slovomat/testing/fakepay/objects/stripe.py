"""A session, its intent and charge, refunds, lists and refusals, as Stripe gives them."""

from typing import Any

from slovomat.testing.fakepay.payments import Payment, Refunded, State, letters
from slovomat.testing.fakepay.wire import Answer, as_json

DAY_S = 86_400


def session(payment: Payment, expand: set[str], url: str) -> dict[str, Any]:
    """A session as the API gives it. It has an intent once it is paid."""
    status = {State.PENDING: "open", State.CANCELLED: "expired"}.get(payment.state, "complete")
    intent: object = payment.facts["intent"] if payment.paid_s else None
    if intent and any(name.startswith("payment_intent") for name in expand):
        intent = intent_of(payment, {name.removeprefix("payment_intent.") for name in expand})
    return {
        "id": payment.id,
        "object": "checkout.session",
        "amount_subtotal": payment.amount_kopecks,
        "amount_total": payment.amount_kopecks,
        "cancel_url": payment.facts["cancel_url"],
        "client_reference_id": payment.facts["client_reference_id"],
        "created": payment.created_s,
        "currency": payment.currency.lower(),
        "customer_details": {"email": payment.email} if payment.email else None,
        "customer_email": payment.email or None,
        "expires_at": payment.created_s + DAY_S,
        "livemode": not payment.test,
        "metadata": payment.facts["metadata"],
        "mode": "payment",
        "payment_intent": intent,
        "payment_method_types": ["card"],
        "payment_status": "paid" if payment.state is State.PAID else "unpaid",
        "status": status,
        "success_url": payment.facts["success_url"],
        "url": url if status == "open" else None,
    }


def intent_of(payment: Payment, expand: set[str]) -> dict[str, Any]:
    """An intent as the API gives it."""
    paid = payment.state is State.PAID
    charge: object = payment.facts["charge"] if paid else None
    if charge and "latest_charge" in expand:
        charge = charge_of(payment)
    return {
        "id": payment.facts["intent"],
        "object": "payment_intent",
        "amount": payment.amount_kopecks,
        "amount_received": payment.amount_kopecks if paid else 0,
        "created": payment.created_s,
        "currency": payment.currency.lower(),
        "latest_charge": charge,
        "livemode": not payment.test,
        "metadata": payment.facts["intent_metadata"],
        "status": "succeeded" if paid else "requires_payment_method",
    }


def charge_of(payment: Payment) -> dict[str, Any]:
    """A charge as the API gives it."""
    return {
        "id": payment.facts["charge"],
        "object": "charge",
        "amount": payment.amount_kopecks,
        "amount_captured": payment.amount_kopecks,
        "amount_refunded": payment.refunded_kopecks,
        "captured": True,
        "created": payment.paid_s,
        "currency": payment.currency.lower(),
        "livemode": not payment.test,
        "metadata": payment.facts["intent_metadata"],
        "paid": True,
        "payment_intent": payment.facts["intent"],
        "refunded": payment.refunded_kopecks >= payment.amount_kopecks,
        "status": "succeeded",
    }


def refund_view(payment: Payment, refunded: Refunded) -> dict[str, Any]:
    """A refund as the API gives it."""
    return {
        "id": f"re_{letters(24, 'refund', refunded.number)}",
        "object": "refund",
        "amount": refunded.amount_kopecks,
        "charge": payment.facts["charge"],
        "created": refunded.created_s,
        "currency": payment.currency.lower(),
        "metadata": {},
        "payment_intent": payment.facts["intent"],
        "reason": None,
        "status": "succeeded",
    }


def listed(items: list[dict[str, Any]], path: str) -> Answer:
    """A list as the API gives it."""
    return as_json({"object": "list", "data": items, "has_more": False, "url": path})


def error(status: int, kind: str, message: str, parameter: str = "", code: str = "") -> Answer:
    """A refusal."""
    rest = ({"param": parameter} if parameter else {}) | ({"code": code} if code else {})
    return as_json({"error": {"type": kind, "message": message} | rest}, status)


def missing(what: str, name: str) -> Answer:
    """There is none."""
    return error(404, "invalid_request_error", f"No such {what}: '{name}'", "id", "resource_missing")
