"""Robokassa: a payment begins with the buyer's arrival; hashes with passwords 1 and 2, refunds with 3."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from slovomat.testing.fakepay.faults import Fault
from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.objects.robokassa import jwt, xml
from slovomat.testing.fakepay.payments import (
    NotPossibleError,
    Payment,
    State,
    decimal,
    guid,
    kopecks,
    letters,
)
from slovomat.testing.fakepay.provider import Provider
from slovomat.testing.fakepay.wire import Answer, Call, Route, as_json, number

SIGNED_BEFORE_PASSWORD = (
    "OutSumCurrency",
    "UserIp",
    "Receipt",
    "StepByStep",
    "ResultUrl2",
    "SuccessUrl2",
    "SuccessUrl2Method",
    "FailUrl2",
    "FailUrl2Method",
    "Token",
)
"""Whatever of these is sent is signed, in this order, as it was sent."""


@dataclass(frozen=True)
class Shop:
    """A shop with its three passwords; `algorithm` hashes the first two's signatures."""

    login: str = "slovomat-test"
    password1: str = "robokassa-password1"
    password2: str = "robokassa-password2"
    password3: str = "robokassa-password3"
    algorithm: str = "md5"


def signature(algorithm: str, *parts: str) -> str:
    """The hash over the parts with colons between."""
    return hashlib.new(algorithm, ":".join(parts).encode()).hexdigest().upper()


def own_fields(fields: Mapping[str, str]) -> list[str]:
    """The shop's own `Shp_` fields as they are signed: `name=value`, by name."""
    return [f"{name}={fields[name]}" for name in sorted(fields) if name.lower().startswith("shp_")]


class Robokassa(Provider):
    """No API begins a payment: the signed link to its page does."""

    name = "robokassa"
    title = "Робокасса"
    names_shop = False
    shop: Shop

    def calls(self) -> list[Route]:
        """Its page and its two interfaces."""
        return [
            Route("GET", "/Merchant/Index.aspx", self.index),
            Route("POST", "/Merchant/Index.aspx", self.index),
            Route("GET", "/Merchant/WebService/Service.asmx/OpStateExt", self.op_state),
            Route("POST", "/Merchant/WebService/Service.asmx/OpStateExt", self.op_state),
            Route("POST", "/RefundService/Refund/Create", self.refund),
            Route("GET", "/RefundService/Refund/GetState", self.refund_state),
        ]

    def sign(self, *parts: str) -> str:
        """A signature of this shop."""
        return signature(self.shop.algorithm, *parts)

    def index(self, call: Call) -> Answer:
        """The buyer arrives: the same invoice as before, or a new one."""
        fields = call.form
        if fields.get("MerchantLogin") != self.shop.login:
            return page("26. Магазин не найден")
        between = [fields[name] for name in SIGNED_BEFORE_PASSWORD if name in fields]
        head = [self.shop.login, fields.get("OutSum", ""), fields.get("InvId", "")]
        expected = self.sign(*head, *between, self.shop.password1, *own_fields(fields))
        if not hmac.compare_digest(expected.lower(), fields.get("SignatureValue", "").lower()):
            return page("29. Неверный параметр SignatureValue")
        return self._arrived(fields)

    def _arrived(self, fields: Mapping[str, str]) -> Answer:
        invoice = fields.get("InvId", "") or "0"
        payment = self.desk.payments.by_id(self.name, invoice)
        try:
            amount = kopecks(fields["OutSum"])
        except ValueError:
            return page("25. Неверная сумма")
        if payment is not None and (payment.state is not State.PENDING or payment.amount_kopecks != amount):
            return page("40. Счёт с таким номером уже оплачен или отличается")
        payment = payment or self.desk.begin(self._new(fields, invoice, amount))
        to = {"Location": self.desk.checkout_address(payment)}
        return Answer(b"", 302, "text/plain", to, payment)

    def _new(self, fields: Mapping[str, str], invoice: str, amount_kopecks: int) -> Payment:
        count = self.desk.number()
        invoice = str(count % 2_147_483_647) if invoice == "0" else invoice
        return Payment(
            provider=self.name,
            id=invoice,
            number=count,
            reference=invoice,
            amount_kopecks=amount_kopecks,
            currency=fields.get("OutSumCurrency", "RUB"),
            title=fields.get("Description", ""),
            shop=self.shop.login,
            test=fields.get("IsTest") == "1",
            created_s=self.desk.now_s(),
            email=fields.get("Email", ""),
            language=fields.get("Culture", ""),
            return_url=fields.get("SuccessUrl2", ""),
            fail_url=fields.get("FailUrl2", ""),
            notify_url=fields.get("ResultUrl2", ""),
            two_stages=fields.get("StepByStep") == "true",
            facts={
                "out_sum": fields["OutSum"],
                "own": {name: fields[name] for name in fields if name.lower().startswith("shp_")},
                "op_key": f"{guid(self.name, count).upper()}-{letters(10, count)}",
                "receipt": fields.get("Receipt"),
            },
        )

    def op_state(self, call: Call) -> Answer:
        """How an invoice stands, in XML."""
        fields = call.form
        invoice = fields.get("InvoiceID", "")
        if fields.get("MerchantLogin") != self.shop.login:
            return xml(2, "Магазин с таким логином не найден")
        expected = self.sign(self.shop.login, invoice, self.shop.password2)
        if not hmac.compare_digest(expected.lower(), fields.get("Signature", "").lower()):
            return xml(1, "Неверная цифровая подпись запроса")
        payment = self.find(invoice)
        if payment is None:
            return xml(3, "Информация об операции с таким номером не найдена")
        return xml(0, "", self.told(payment))

    def refund(self, call: Call) -> Answer:
        """Money goes back: a JWT, bare or as a JSON string, signed with the third password."""
        try:
            fields = jwt(call.body.decode().strip().strip('"'), self.shop.password3)
        except ValueError as fault:
            return refused(str(fault))
        found = [
            one for one in self.desk.payments.of(self.name) if one.facts["op_key"] == fields.get("OpKey")
        ]
        if not found:
            return refused("OperationNotFound")
        payment = found[0]
        try:
            amount = kopecks(fields["RefundSum"]) if "RefundSum" in fields else payment.left_kopecks
            refunded = self.desk.refund(payment, amount, "", ())
        except (NotPossibleError, ValueError):
            return refused("NotEnoughOperationFunds")
        facts = {"success": True, "message": None, "requestId": guid("refund", refunded.number)}
        return as_json(facts, payment=payment)

    def refund_state(self, call: Call) -> Answer:
        """How a refund stands: all are done at once here."""
        for payment in self.desk.payments.of(self.name):
            for one in payment.refunds:
                if guid("refund", one.number) == call.query.get("id"):
                    amount = one.amount_kopecks
                    rest = {"amount": number(decimal(amount)), "label": "finished"}
                    return as_json({"requestId": call.query["id"]} | rest, payment=payment)
        return as_json({"message": "NotFound"}, 404)

    def events_of_pay(self, payment: Payment) -> tuple[str, ...]:  # noqa: ARG002
        """The only one that there is."""
        return ("result",)

    def events_of_cancel(self, payment: Payment) -> tuple[str, ...]:  # noqa: ARG002
        """Nobody is told."""
        return ()

    def events_of_refund(self, payment: Payment, amount_kopecks: int) -> tuple[str, ...]:  # noqa: ARG002
        """Nobody is told."""
        return ()

    def write(self, notice: Notice) -> Outgoing:
        """The ResultURL: a form, hashed with the second password; the sum with six places."""
        payment = self.told(notice.payment)
        out_sum = decimal(payment.amount_kopecks, 6)
        own = payment.facts["own"]
        foreign = Fault.OTHER_SHOP in self.desk.faults.of(self.name, payment.id)
        word = "another shop's password" if foreign else self.secret(payment, self.shop.password2)
        fields = {"OutSum": out_sum, "InvId": payment.id, "Fee": "0.00", "EMail": payment.email}
        fields |= {"SignatureValue": self.sign(out_sum, payment.id, word, *own_fields(own))}
        fields |= {"PaymentMethod": "BankCard", "IncSum": out_sum, "IncCurrLabel": "BankCardPSR"} | own
        if payment.test:
            fields["IsTest"] = "1"
        url = payment.notify_url or self.desk.notify_address(self.name, notice.event)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return Outgoing(url, urlencode(fields).encode(), form)

    def content_with(self, notice: Notice, status: int, body: bytes) -> bool:
        """`OK` with the invoice's number."""
        return status == 200 and body.strip() == f"OK{notice.payment.id}".encode()

    def back(self, payment: Payment, paid: bool) -> str:
        """With the sum, the number and (paid) a signature by the first password."""
        url = super().back(payment, paid)
        own = payment.facts["own"]
        fields = {"OutSum": payment.facts["out_sum"], "InvId": payment.id}
        if paid:
            signed = self.sign(*fields.values(), self.shop.password1, *own_fields(own))
            fields["SignatureValue"] = signed
        return f"{url}{'&' if '?' in url else '?'}{urlencode(fields | own)}"


def refused(message: str) -> Answer:
    """No refund."""
    return as_json({"success": False, "message": message, "requestId": None})


def page(message: str) -> Answer:
    """What the buyer sees of a wrong link."""
    return Answer(f"<!doctype html><title>Ошибка</title><p>{message}</p>".encode(), 200, "text/html")


PROVIDER = Robokassa
