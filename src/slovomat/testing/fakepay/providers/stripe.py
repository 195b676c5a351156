"""Stripe: forms with brackets in, JSON out; a session, its intent and charge; signed webhooks."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from re import fullmatch
from typing import Any

import msgspec

from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.objects.stripe import (
    charge_of,
    error,
    intent_of,
    listed,
    missing,
    refund_view,
    session,
)
from slovomat.testing.fakepay.payments import NotPossibleError, Payment, letters
from slovomat.testing.fakepay.provider import Provider
from slovomat.testing.fakepay.wire import Answer, Call, Route, as_json

API_VERSION = "2025-09-30.clover"


@dataclass(frozen=True)
class Shop:
    """An account. A key that begins with sk_test is a test's."""

    secret_key: str = "sk_test_slovomat"  # noqa: S105
    webhook_secret: str = "whsec_slovomat"  # noqa: S105


def header(body: bytes, secret: str, seconds: int) -> str:
    """`Stripe-Signature`: the time, and the HMAC of the time and the body."""
    mark = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, "sha256").hex()
    return f"t={seconds},v1={mark}"


class Stripe(Provider):
    """What it sells is sold by a checkout session; the money hangs on the session's intent."""

    name = "stripe"
    title = "Stripe"
    version = "v1"
    names_shop = False
    shop: Shop

    def calls(self) -> list[Route]:
        """Its calls."""
        one = r"(\w+)"
        return [
            Route("GET", "/account", lambda call: as_json({"id": "acct_fakepay", "object": "account"})),  # noqa: ARG005
            Route("POST", "/checkout/sessions", self._once(self.create)),
            Route("GET", "/checkout/sessions", self.list_sessions),
            Route("GET", f"/checkout/sessions/{one}", self.get_session),
            Route("POST", f"/checkout/sessions/{one}/expire", self._once(self.expire)),
            Route("GET", f"/payment_intents/{one}", self.get_intent),
            Route("GET", f"/charges/{one}", self.get_charge),
            Route("POST", "/refunds", self._once(self.refund)),
            Route("GET", "/refunds", self.list_refunds),
            Route("GET", f"/refunds/{one}", self.get_refund),
        ]

    def allowed(self, call: Call) -> Answer | None:
        """The secret key, either way."""
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
        if self.shop.secret_key in {bearer, call.basic()[0]}:
            return None
        return error(401, "invalid_request_error", "Invalid API Key provided")

    def _once(self, handler: Callable[..., Answer]) -> Callable[..., Answer]:
        def first(call: Call, *groups: str) -> Answer:
            key = call.headers.get("idempotency-key", "")
            asked = self.desk.once(self.name, key and f"asked {key}", lambda: Answer(call.body)).body
            if asked != call.body:
                words = "Keys for idempotent requests can only be used with the same parameters"
                return error(400, "idempotency_error", words)
            return self.desk.once(self.name, key, lambda: handler(call, *groups))

        return first

    def create(self, call: Call) -> Answer:
        """A session, and its page."""
        fields = call.form
        try:
            amount = sum(_lines(fields))
        except (KeyError, ValueError):
            return error(400, "invalid_request_error", "Missing required param: line_items", "line_items")
        if fields.get("mode") != "payment" or not amount or "success_url" not in fields:
            return error(400, "invalid_request_error", "Missing required param: mode or success_url", "mode")
        return self._session(self.desk.begin(self._new(fields, amount)), call)

    def _new(self, fields: dict[str, str], amount_kopecks: int) -> Payment:
        count = self.desk.number()
        test = self.shop.secret_key.startswith("sk_test")
        provider_id = f"cs_{'test' if test else 'live'}_{letters(32, self.name, count)}"
        metadata = _under(fields, "metadata")
        title = fields.get("line_items[0][price_data][product_data][name]", "")
        return Payment(
            provider=self.name,
            id=provider_id,
            number=count,
            reference=fields.get("client_reference_id") or next(iter(metadata.values()), provider_id),
            amount_kopecks=amount_kopecks,
            currency=fields["line_items[0][price_data][currency]"].upper(),
            title=title,
            shop="",
            test=test,
            created_s=self.desk.now_s(),
            email=fields.get("customer_email", ""),
            language=fields.get("locale", ""),
            return_url=fields["success_url"].replace("{CHECKOUT_SESSION_ID}", provider_id),
            fail_url=fields.get("cancel_url", "").replace("{CHECKOUT_SESSION_ID}", provider_id),
            facts={
                "intent": f"pi_{letters(24, 'intent', count)}",
                "charge": f"ch_{letters(24, 'charge', count)}",
                "client_reference_id": fields.get("client_reference_id"),
                "metadata": metadata,
                "intent_metadata": _under(fields, "payment_intent_data[metadata]"),
                "success_url": fields["success_url"],
                "cancel_url": fields.get("cancel_url"),
            },
        )

    def get_session(self, call: Call, session_id: str) -> Answer:
        """One session; its intent in full, when asked for."""
        payment = self.find(session_id)
        return self._session(payment, call) if payment else missing("checkout.session", session_id)

    def list_sessions(self, call: Call) -> Answer:
        """Sessions, of one intent or of all."""
        intent = call.query.get("payment_intent")
        found = [
            one for one in self._visible() if intent in {None, one.facts["intent"]} and _known(one, intent)
        ]
        return listed([self._view(one, expanded(call)) for one in found], call.path)

    def _visible(self) -> list[Payment]:
        return [one for one in self.desk.payments.of(self.name) if self.find(one.id)]

    def expire(self, call: Call, session_id: str) -> Answer:
        """Nobody can pay it any more."""
        payment = self.find(session_id)
        if payment is None:
            return missing("checkout.session", session_id)
        try:
            self.desk.cancel(payment, self.events_of_cancel(payment))
        except NotPossibleError:
            return error(400, "invalid_request_error", "Only open sessions can be expired")
        return self._session(payment, call)

    def get_intent(self, call: Call, intent_id: str) -> Answer:
        """One intent."""
        for one in self._visible():
            if one.facts["intent"] == intent_id:
                return as_json(intent_of(self.told(one), expanded(call)), payment=one)
        return missing("payment_intent", intent_id)

    def get_charge(self, call: Call, charge_id: str) -> Answer:  # noqa: ARG002
        """One charge."""
        for one in self._visible():
            if one.facts["charge"] == charge_id and one.paid_s:
                return as_json(charge_of(self.told(one)), payment=one)
        return missing("charge", charge_id)

    def refund(self, call: Call) -> Answer:
        """Money goes back, by the intent or by the charge."""
        fields = call.form
        name = fields.get("payment_intent") or fields.get("charge")
        found = [one for one in self._visible() if name in {one.facts["intent"], one.facts["charge"]}]
        if not found:
            return missing("payment_intent", str(name))
        payment = found[0]
        amount = int(fields.get("amount", payment.left_kopecks))
        try:
            refunded = self.desk.refund(payment, amount, "", self.events_of_refund(payment, amount))
        except NotPossibleError as fault:
            return error(400, "invalid_request_error", str(fault), "amount", "charge_already_refunded")
        return as_json(refund_view(payment, refunded), payment=payment)

    def _refunds(self) -> list[dict[str, Any]]:
        return [refund_view(self.told(one), refunded) for one in self._visible() for refunded in one.refunds]

    def list_refunds(self, call: Call) -> Answer:
        """Refunds, of one intent or of all."""
        intent = call.query.get("payment_intent")
        return listed([one for one in self._refunds() if intent in {None, one["payment_intent"]}], call.path)

    def get_refund(self, call: Call, refund_id: str) -> Answer:  # noqa: ARG002
        """One refund."""
        found = [one for one in self._refunds() if one["id"] == refund_id]
        return as_json(found[0]) if found else missing("refund", refund_id)

    def events_of_pay(self, payment: Payment) -> tuple[str, ...]:  # noqa: ARG002
        """The session's."""
        return ("checkout.session.completed",)

    def events_of_cancel(self, payment: Payment) -> tuple[str, ...]:  # noqa: ARG002
        """The session's."""
        return ("checkout.session.expired",)

    def events_of_refund(self, payment: Payment, amount_kopecks: int) -> tuple[str, ...]:  # noqa: ARG002
        """The charge's, which does not name the session."""
        return ("charge.refunded",)

    def write(self, notice: Notice) -> Outgoing:
        """An event with its signature; a repeated one has the same id and a new time."""
        payment = self.told(notice.payment)
        charge = notice.event.startswith("charge.")
        event = {
            "id": f"evt_{letters(24, 'event', notice.number)}",
            "object": "event",
            "api_version": API_VERSION,
            "created": payment.paid_s or payment.created_s,
            "data": {"object": charge_of(payment) if charge else session(payment, set(), "")},
            "livemode": not payment.test,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": notice.event,
        }
        body = msgspec.json.encode(event)
        secret = self.secret(payment, self.shop.webhook_secret)
        mark = header(body, secret, self.signing_s(payment))
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": mark}
        return Outgoing(self.desk.notify_address(self.name, notice.event), body, headers)

    def content_with(self, notice: Notice, status: int, body: bytes) -> bool:  # noqa: ARG002
        """Any success."""
        return 200 <= status < 300

    def _view(self, payment: Payment, expand: set[str]) -> dict[str, Any]:
        return session(self.told(payment), expand, self.desk.checkout_address(payment))

    def _session(self, payment: Payment, call: Call) -> Answer:
        return as_json(self._view(payment, expanded(call)), payment=payment)


def _lines(fields: dict[str, str]) -> list[int]:
    sums, line = [], 0
    while f"line_items[{line}][price_data][unit_amount]" in fields:
        unit = int(fields[f"line_items[{line}][price_data][unit_amount]"])
        sums.append(unit * int(fields.get(f"line_items[{line}][quantity]", "1")))
        line += 1
    return sums


def _under(fields: dict[str, str], name: str) -> dict[str, str]:
    start = f"{name}["
    return {key[len(start) : -1]: value for key, value in fields.items() if key.startswith(start)}


def _known(payment: Payment, intent: str | None) -> bool:
    return intent is None or bool(payment.paid_s)


def expanded(call: Call) -> set[str]:
    """What the caller wants in full instead of by name."""
    return {value for name, value in call.form.items() if fullmatch(r"expand\[\d*\]", name)}


PROVIDER = Stripe
