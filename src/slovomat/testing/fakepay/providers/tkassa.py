"""T-Kassa (T-Bank) v2: amounts in kopecks, every message signed by a Token, errors with status 200."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import msgspec

from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.payments import NotPossibleError, Payment, State
from slovomat.testing.fakepay.provider import Provider
from slovomat.testing.fakepay.wire import Answer, Call, Route, as_json

STATUSES = {
    State.PENDING: "NEW",
    State.HELD: "AUTHORIZED",
    State.PAID: "CONFIRMED",
    State.CANCELLED: "CANCELED",
}


@dataclass(frozen=True)
class Shop:
    """A terminal. A key that ends in DEMO is a test's."""

    terminal_key: str = "1700000000000DEMO"
    password: str = "tkassa-password"  # noqa: S105


def token(fields: dict[str, Any], password: str) -> str:
    """SHA-256 over the values of the root's scalars and of the password, in the order of their names."""
    scalars = {name: value for name, value in fields.items() if not isinstance(value, dict | list)}
    scalars.pop("Token", None)
    scalars["Password"] = password
    texts = (_text(value) for _, value in sorted(scalars.items()) if value is not None)
    return sha256("".join(texts).encode()).hexdigest()


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def status(payment: Payment) -> str:
    """How it is called there."""
    if payment.refunds:
        return "PARTIAL_REFUNDED" if payment.left_kopecks else "REFUNDED"
    return "REVERSED" if payment.state is State.CANCELLED and payment.paid_s else STATUSES[payment.state]


class TKassa(Provider):
    """It tells of AUTHORIZED before CONFIRMED, and wants to hear `OK` and nothing else."""

    name = "tkassa"
    title = "Т-Касса"
    version = "v2"
    shop: Shop

    def calls(self) -> list[Route]:
        """Its calls."""
        return [
            Route("POST", "/Init", self.init),
            Route("POST", "/GetState", self.get_state),
            Route("POST", "/CheckOrder", self.check_order),
            Route("POST", "/Confirm", self.confirm),
            Route("POST", "/Cancel", self.cancel),
            Route("POST", "(?:/cashbox)?/SendClosingReceipt", self.send_closing_receipt),
        ]

    def told(self, payment: Payment) -> Payment:
        """A test's terminal has a key of its own."""
        told = super().told(payment)
        if told.test == payment.test:
            return told
        key = told.shop.removesuffix("DEMO") + "DEMO" * told.test
        return replace(told, shop=key)

    def allowed(self, call: Call) -> Answer | None:
        """The terminal is known, and the Token right."""
        fields = call.json
        if fields.get("TerminalKey") != self.shop.terminal_key:
            return self._no("501", "Терминал не найден")
        if fields.get("Token") != token(fields, self.shop.password):
            return self._no("204", "Неверный токен. Проверьте пару TerminalKey/SecretKey")
        return None

    def init(self, call: Call) -> Answer:
        """A payment begins."""
        fields = call.json
        amount, order = fields.get("Amount"), fields.get("OrderId")
        if not isinstance(amount, int) or amount < 100 or not order:
            return self._no("9999", "Неверные параметры")
        receipt = fields.get("Receipt")
        if receipt and sum(item["Amount"] for item in receipt["Items"]) != amount:
            return self._no("308", "Сумма всех позиций в чеке должна равняться сумме платежа")
        return self._state(self.desk.begin(self._new(fields)), url=True)

    def _new(self, fields: dict[str, Any]) -> Payment:
        number = self.desk.number()
        return Payment(
            provider=self.name,
            id=str(number),
            number=number,
            reference=str(fields["OrderId"]),
            amount_kopecks=fields["Amount"],
            currency="RUB",
            title=str(fields.get("Description", "")),
            shop=self.shop.terminal_key,
            test=self.shop.terminal_key.endswith("DEMO"),
            created_s=self.desk.now_s(),
            email=(fields.get("DATA") or {}).get("Email", "")
            or (fields.get("Receipt") or {}).get("Email", ""),
            language=str(fields.get("Language", "")),
            return_url=str(fields.get("SuccessURL", "")),
            fail_url=str(fields.get("FailURL", "")),
            notify_url=str(fields.get("NotificationURL", "")),
            two_stages=fields.get("PayType") == "T",
            facts={"receipt": fields.get("Receipt")},
        )

    def get_state(self, call: Call) -> Answer:
        """How a payment stands."""
        payment = self.find(str(call.json.get("PaymentId")))
        return self._state(payment) if payment else self._no("255", "Операция не найдена")

    def check_order(self, call: Call) -> Answer:
        """All payments of an order."""
        order = str(call.json.get("OrderId"))
        found = [self.told(one) for one in self.desk.payments.of(self.name) if one.reference == order]
        if not found:
            return self._no("255", "Операция не найдена")
        listed = [
            {"PaymentId": one.id, "Amount": one.amount_kopecks, "Status": status(one), "Success": "true"}
            | {"ErrorCode": "0", "Message": "OK"}
            for one in found
        ]
        about = {"TerminalKey": found[0].shop, "OrderId": order, "Payments": listed}
        return as_json({"Success": True, "ErrorCode": "0", "Message": "OK"} | about, payment=found[0])

    def confirm(self, call: Call) -> Answer:
        """The shop takes what was held."""
        payment = self.find(str(call.json.get("PaymentId")))
        if payment is None:
            return self._no("255", "Операция не найдена")
        try:
            self.desk.capture(payment, call.json.get("Amount", payment.amount_kopecks), ("CONFIRMED",))
        except NotPossibleError as fault:
            return self._no("8", str(fault))
        return self._state(payment)

    def cancel(self, call: Call) -> Answer:
        """Gives up what is not paid, and gives back what is; `ExternalRequestId` makes a repeat harmless."""
        key = str(call.json.get("ExternalRequestId", ""))
        return self.desk.once(self.name, key, lambda: self._cancel(call.json))

    def _cancel(self, fields: dict[str, Any]) -> Answer:
        payment = self.find(str(fields.get("PaymentId")))
        if payment is None:
            return self._no("255", "Операция не найдена")
        before = payment.left_kopecks or payment.amount_kopecks
        try:
            if payment.state is State.PAID:
                amount = fields.get("Amount", payment.left_kopecks)
                self.desk.refund(payment, amount, "", self.events_of_refund(payment, amount))
            else:
                self.desk.cancel(payment, self.events_of_cancel(payment))
        except NotPossibleError as fault:
            return self._no("8", str(fault))
        sums = {"OriginalAmount": before, "NewAmount": payment.left_kopecks}
        if key := fields.get("ExternalRequestId"):
            sums["ExternalRequestId"] = key
        return as_json(self._about(payment) | sums, payment=payment)

    def send_closing_receipt(self, call: Call) -> Answer:
        """The second receipt of a prepayment."""
        payment = self.find(str(call.json.get("PaymentId")))
        if payment is None or payment.state is not State.PAID or not payment.facts["receipt"]:
            return self._no("9999", "Закрывающий чек невозможен")
        payment.facts["closing_receipt"] = call.json.get("Receipt")
        return as_json({"Success": True, "ErrorCode": "0", "Message": "None"}, payment=payment)

    def events_of_pay(self, payment: Payment) -> tuple[str, ...]:
        """Two stages wait at the first."""
        return ("AUTHORIZED",) if payment.two_stages else ("AUTHORIZED", "CONFIRMED")

    def events_of_cancel(self, payment: Payment) -> tuple[str, ...]:
        """What was held goes back."""
        return ("REVERSED" if payment.state is State.HELD else "CANCELED",)

    def events_of_refund(self, payment: Payment, amount_kopecks: int) -> tuple[str, ...]:
        """All of it, or a part."""
        return ("PARTIAL_REFUNDED" if amount_kopecks < payment.left_kopecks else "REFUNDED",)

    def write(self, notice: Notice) -> Outgoing:
        """JSON with a Token."""
        payment = self.told(notice.payment)
        fields: dict[str, Any] = {
            "TerminalKey": payment.shop,
            "OrderId": payment.reference,
            "Success": notice.event != "REJECTED",
            "Status": notice.event,
            "PaymentId": payment.number,
            "ErrorCode": "0",
            "Amount": payment.amount_kopecks,
            "CardId": 322264,
            "Pan": "430000******0777",
            "ExpDate": "1230",
        }
        fields["Token"] = token(fields, self.secret(payment, self.shop.password))
        url = payment.notify_url or self.desk.notify_address(self.name, notice.event)
        return Outgoing(url, msgspec.json.encode(fields), {"Content-Type": "application/json"})

    def content_with(self, notice: Notice, status: int, body: bytes) -> bool:  # noqa: ARG002
        """To the letter."""
        return status == 200 and body == b"OK"

    def _about(self, payment: Payment) -> dict[str, Any]:
        told = self.told(payment)
        names = {"TerminalKey": told.shop, "OrderId": told.reference, "PaymentId": told.id}
        return names | {"Success": True, "Status": status(told), "ErrorCode": "0", "Message": "OK"}

    def _state(self, payment: Payment, url: bool = False) -> Answer:
        fields = self._about(payment) | {"Amount": self.told(payment).amount_kopecks}
        if url:
            fields["PaymentURL"] = self.desk.checkout_address(payment)
        return as_json(fields, payment=payment)

    def _no(self, code: str, message: str) -> Answer:
        return as_json({"Success": False, "ErrorCode": code, "Message": message, "Details": message})


PROVIDER = TKassa
__all__ = ["PROVIDER", "Shop", "TKassa", "token"]
