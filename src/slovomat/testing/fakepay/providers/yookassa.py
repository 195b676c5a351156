"""YooKassa API v3: Basic authentication, an Idempotence-Key with every change, notifications unsigned."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.objects.yookassa import error, missing, refund_view, view
from slovomat.testing.fakepay.payments import (
    NotPossibleError,
    Payment,
    State,
    guid,
    kopecks,
)
from slovomat.testing.fakepay.provider import Provider
from slovomat.testing.fakepay.wire import Answer, Call, Route, as_json

PAGE = 100


@dataclass(frozen=True)
class Shop:
    """A shop. `test`: what a test shop's payments say."""

    shop_id: str = "100500"
    secret_key: str = "test_yookassa-secret"  # noqa: S105
    test: bool = True


class YooKassa(Provider):
    """It tells without a signature; whoever listens has to ask again."""

    name = "yookassa"
    title = "ЮKassa"
    version = "v3"
    shop: Shop

    def calls(self) -> list[Route]:
        """Its calls."""
        one = r"([\w-]+)"
        return [
            Route("GET", "/me", self.me),
            Route("POST", "/payments", self._once(self.create)),
            Route("GET", "/payments", self.list_payments),
            Route("GET", f"/payments/{one}", self.get),
            Route("POST", f"/payments/{one}/capture", self._once(self.capture)),
            Route("POST", f"/payments/{one}/cancel", self._once(self.cancel)),
            Route("POST", "/refunds", self._once(self.refund)),
            Route("GET", "/refunds", self.list_refunds),
            Route("GET", f"/refunds/{one}", self.get_refund),
            Route("POST", "/receipts", self._once(self.create_receipt)),
            Route("GET", "/receipts", self.list_receipts),
            Route("GET", f"/receipts/{one}", self.get_receipt),
        ]

    def allowed(self, call: Call) -> Answer | None:
        """The shop and its secret."""
        if call.basic() == (self.shop.shop_id, self.shop.secret_key):
            return None
        return error(401, "invalid_credentials", "Error in shopId or secret key. Check their validity.")

    def _once(self, handler: Callable[..., Answer]) -> Callable[..., Answer]:
        def first(call: Call, *groups: str) -> Answer:
            key = call.headers.get("idempotence-key", "")
            if not key:
                return error(400, "invalid_request", "Idempotence key is missing", "Idempotence-Key")
            return self.desk.once(self.name, f"{call.path} {key}", lambda: handler(call, *groups))

        return first

    def me(self, call: Call) -> Answer:  # noqa: ARG002
        """The shop."""
        facts = {"account_id": self.shop.shop_id, "test": self.shop.test, "status": "enabled"}
        return as_json(facts | {"fiscalization_enabled": True, "payment_methods": ["bank_card", "sbp"]})

    def create(self, call: Call) -> Answer:
        """A payment begins."""
        fields = call.json
        try:
            amount = kopecks(fields["amount"]["value"])
            url = fields["confirmation"]["return_url"]
        except (KeyError, TypeError, ValueError):
            return error(400, "invalid_request", "amount and confirmation are required", "amount")
        if receipt := fields.get("receipt"):
            total = sum(
                kopecks(i["amount"]["value"]) * int(i["quantity"].split(".")[0]) for i in receipt["items"]
            )
            if total != amount:
                return error(400, "invalid_request", "Receipt amount does not match the payment", "receipt")
        return self._answer(self.desk.begin(self._new(fields, amount, url)))

    def _new(self, fields: dict[str, Any], amount_kopecks: int, url: str) -> Payment:
        number = self.desk.number()
        metadata = fields.get("metadata") or {}
        return Payment(
            provider=self.name,
            id=guid(self.name, number),
            number=number,
            reference=next((str(word) for name, word in metadata.items() if name != "cms_name"), str(number)),
            amount_kopecks=amount_kopecks,
            currency=fields["amount"].get("currency", "RUB"),
            title=fields.get("description", ""),
            shop=self.shop.shop_id,
            test=self.shop.test,
            created_s=self.desk.now_s(),
            language=fields["confirmation"].get("locale", ""),
            return_url=url,
            two_stages=not fields.get("capture", False),
            facts={"metadata": metadata, "receipt": fields.get("receipt"), "receipts": []},
        )

    def get(self, call: Call, provider_id: str) -> Answer:  # noqa: ARG002
        """One payment."""
        payment = self.find(provider_id)
        return self._answer(payment) if payment else missing("payment")

    def list_payments(self, call: Call) -> Answer:
        """Payments, newest first, a page at a time."""
        status, limit = call.query.get("status"), int(call.query.get("limit", 10))
        found = [self._view(one) for one in self.desk.payments.of(self.name)]
        since = call.query.get("created_at.gte", "")
        chosen = [one for one in found if status in {None, one["status"]} and one["created_at"] >= since]
        return page(chosen, int(call.query.get("cursor", 0)), min(limit, PAGE))

    def capture(self, call: Call, provider_id: str) -> Answer:
        """The shop takes what was held."""
        payment = self.find(provider_id)
        if payment is None:
            return missing("payment")
        amount = call.json.get("amount")
        try:
            taken = kopecks(amount["value"]) if amount else payment.amount_kopecks
            self.desk.capture(payment, taken, ("payment.succeeded",))
        except (NotPossibleError, ValueError) as fault:
            return error(400, "invalid_request", str(fault))
        return self._answer(payment)

    def cancel(self, call: Call, provider_id: str) -> Answer:  # noqa: ARG002
        """The shop gives up what was held."""
        payment = self.find(provider_id)
        if payment is None:
            return missing("payment")
        if payment.state is not State.HELD:
            return error(400, "invalid_request", "Incorrect payment status", "payment_id")
        payment.facts["cancelled_by"] = "merchant"
        self.desk.cancel(payment, self.events_of_cancel(payment))
        return self._answer(payment)

    def refund(self, call: Call) -> Answer:
        """Money goes back."""
        fields = call.json
        payment = self.find(str(fields.get("payment_id")))
        if payment is None:
            return missing("payment")
        try:
            amount = kopecks(fields["amount"]["value"])
            refunded = self.desk.refund(payment, amount, "", self.events_of_refund(payment, amount))
        except (KeyError, NotPossibleError, ValueError) as fault:
            return error(400, "invalid_request", str(fault), "amount.value")
        return as_json(refund_view(payment, refunded), payment=payment)

    def _refunds(self) -> list[dict[str, Any]]:
        payments = self.desk.payments.of(self.name)
        return [refund_view(self.told(one), refunded) for one in payments for refunded in one.refunds]

    def get_refund(self, call: Call, refund_id: str) -> Answer:  # noqa: ARG002
        """One refund."""
        found = [one for one in self._refunds() if one["id"] == refund_id]
        return as_json(found[0]) if found else missing("refund")

    def list_refunds(self, call: Call) -> Answer:
        """Refunds, of one payment or of all."""
        payment_id = call.query.get("payment_id")
        found = [one for one in self._refunds() if payment_id in {None, one["payment_id"]}]
        return page(found, int(call.query.get("cursor", 0)), PAGE)

    def create_receipt(self, call: Call) -> Answer:
        """A receipt apart from its payment: the closing one of a prepayment."""
        fields = call.json
        payment = self.find(str(fields.get("payment_id")))
        if payment is None or not fields.get("items") or not fields.get("settlements"):
            return error(400, "invalid_request", "payment_id, items and settlements are required")
        receipt = {"id": f"rt-{guid('receipt', self.desk.number())}", "type": fields["type"]}
        receipt |= {"payment_id": payment.id, "status": "pending", "items": fields["items"]}
        receipt |= {"settlements": fields["settlements"]}
        payment.facts["receipts"].append(receipt)
        return as_json(receipt, payment=payment)

    def _receipts(self) -> list[dict[str, Any]]:
        payments = self.desk.payments.of(self.name)
        return [one | {"status": "succeeded"} for payment in payments for one in payment.facts["receipts"]]

    def get_receipt(self, call: Call, receipt_id: str) -> Answer:  # noqa: ARG002
        """One receipt."""
        found = [one for one in self._receipts() if one["id"] == receipt_id]
        return as_json(found[0]) if found else missing("receipt")

    def list_receipts(self, call: Call) -> Answer:
        """Receipts, of one payment or of all."""
        payment_id = call.query.get("payment_id")
        return page([one for one in self._receipts() if payment_id in {None, one["payment_id"]}], 0, PAGE)

    def events_of_pay(self, payment: Payment) -> tuple[str, ...]:
        """Two stages wait at the first."""
        return ("payment.waiting_for_capture" if payment.two_stages else "payment.succeeded",)

    def events_of_cancel(self, payment: Payment) -> tuple[str, ...]:  # noqa: ARG002
        """One word for all reasons."""
        return ("payment.canceled",)

    def events_of_refund(self, payment: Payment, amount_kopecks: int) -> tuple[str, ...]:  # noqa: ARG002
        """A part, or all."""
        return ("refund.succeeded",)

    def write(self, notice: Notice) -> Outgoing:
        """The object as the API gives it, unsigned."""
        payment = self.told(notice.payment)
        refund = notice.event.startswith("refund.")
        thing = refund_view(payment, payment.refunds[-1]) if refund else self._view(payment)
        body = msgspec.json.encode({"type": "notification", "event": notice.event, "object": thing})
        url = self.desk.notify_address(self.name, notice.event)
        return Outgoing(url, body, {"Content-Type": "application/json"})

    def content_with(self, notice: Notice, status: int, body: bytes) -> bool:  # noqa: ARG002
        """Just 200."""
        return status == 200

    def _view(self, payment: Payment) -> dict[str, Any]:
        return view(self.told(payment), self.desk.checkout_address(payment))

    def _answer(self, payment: Payment) -> Answer:
        return as_json(self._view(payment), payment=payment)


def page(items: list[dict[str, Any]], start: int, limit: int) -> Answer:
    """A part of a list."""
    more = {"next_cursor": str(start + limit)} if start + limit < len(items) else {}
    return as_json({"type": "list", "items": items[start : start + limit]} | more)


PROVIDER = YooKassa
