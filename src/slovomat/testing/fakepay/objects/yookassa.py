"""Payments, refunds and refusals as YooKassa gives them."""

from datetime import UTC, datetime
from typing import Any

from slovomat.testing.fakepay.payments import Payment, Refunded, State, decimal, guid
from slovomat.testing.fakepay.wire import Answer, as_json

STATUSES = {
    State.PENDING: "pending",
    State.HELD: "waiting_for_capture",
    State.PAID: "succeeded",
    State.CANCELLED: "canceled",
}


def view(payment: Payment, url: str) -> dict[str, Any]:
    """A payment as the API gives it."""
    paid = payment.state in {State.HELD, State.PAID}
    view: dict[str, Any] = {
        "id": payment.id,
        "status": STATUSES[payment.state],
        "amount": money(payment.amount_kopecks, payment.currency),
        "description": payment.title,
        "recipient": {"account_id": payment.shop, "gateway_id": "2000001"},
        "created_at": when(payment.created_s),
        "test": payment.test,
        "paid": paid,
        "refundable": payment.left_kopecks > 0,
        "metadata": payment.facts["metadata"],
    }
    match payment.state:
        case State.PENDING:
            link = {"confirmation_url": url}
            view["confirmation"] = {"type": "redirect", "return_url": payment.return_url} | link
        case State.CANCELLED:
            party = payment.facts.get("cancelled_by", "yoo_money")
            reason = "canceled_by_merchant" if party == "merchant" else "expired_on_confirmation"
            view["cancellation_details"] = {"party": party, "reason": reason}
    return view | (_paid(payment) if paid else {})


def _paid(payment: Payment) -> dict[str, Any]:
    card = {"first6": "555555", "last4": "4444", "expiry_month": "12", "expiry_year": "2030"}
    method = {"type": "bank_card", "id": payment.id, "saved": False, "title": "Bank card *4444"}
    view: dict[str, Any] = {"payment_method": method | {"card": card | {"card_type": "MasterCard"}}}
    view["authorization_details"] = {"rrn": "10000000000", "auth_code": "000000"}
    if payment.state is State.PAID:
        view["captured_at"] = when(payment.paid_s)
        view["refunded_amount"] = money(payment.refunded_kopecks, payment.currency)
    return view


def refund_view(payment: Payment, refunded: Refunded) -> dict[str, Any]:
    """A refund as the API gives it."""
    names = {"id": guid("refund", refunded.number), "payment_id": payment.id, "status": "succeeded"}
    amount = money(refunded.amount_kopecks, payment.currency)
    return names | {"created_at": when(refunded.created_s), "amount": amount}


def money(amount_kopecks: int, currency: str) -> dict[str, str]:
    """A sum as the API writes it."""
    return {"value": decimal(amount_kopecks), "currency": currency}


def when(seconds: int) -> str:
    """A time as the API writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def error(status: int, code: str, description: str, parameter: str = "") -> Answer:
    """A refusal."""
    fields = {"type": "error", "id": guid("error", code, description), "code": code}
    fields |= {"description": description} | ({"parameter": parameter} if parameter else {})
    return as_json(fields, status)


def missing(what: str) -> Answer:
    """There is none."""
    return error(404, "not_found", f"The {what} does not exist or belongs to another shop", f"{what}_id")
