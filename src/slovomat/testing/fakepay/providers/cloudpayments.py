"""CloudPayments: an order gives a link, its payment is a transaction; notifications are signed twice."""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlencode

from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.objects.cloudpayments import refund_view, view, when
from slovomat.testing.fakepay.payments import (
    NotPossibleError,
    Payment,
    State,
    decimal,
    kopecks,
    letters,
)
from slovomat.testing.fakepay.provider import Provider
from slovomat.testing.fakepay.wire import Answer, Call, Route, as_json, number


@dataclass(frozen=True)
class Shop:
    """A site. `asks_first`: its cabinet has the Check notification switched on."""

    public_id: str = "pk_cloudpayments_test"
    api_secret: str = "cloudpayments-secret"  # noqa: S105
    test: bool = True
    asks_first: bool = False


def signature(body: bytes, secret: str) -> str:
    """Base64 of the HMAC-SHA-256."""
    return b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


class CloudPayments(Provider):
    """Before the buyer paid there is an order and no transaction: `find` finds nothing."""

    name = "cloudpayments"
    title = "CloudPayments"
    shop: Shop

    def calls(self) -> list[Route]:
        """Its calls."""
        return [
            Route("POST", "/test", lambda call: succeeded({"Message": "pong"})),  # noqa: ARG005
            Route("POST", "/orders/create", self._once(self.create)),
            Route("POST", "/orders/cancel", self.cancel_order),
            Route("POST", "/payments/find", self.find_payment),
            Route("POST", "/v2/payments/find", self.find_last),
            Route("POST", "/payments/get", self.get),
            Route("POST", "/payments/confirm", self.confirm),
            Route("POST", "/payments/void", self.void),
            Route("POST", "/payments/refund", self._once(self.refund)),
        ]

    def allowed(self, call: Call) -> Answer | None:
        """The public id and the secret."""
        known = call.basic() == (self.shop.public_id, self.shop.api_secret)
        return None if known else Answer(b"", 401, "text/plain")

    def _once(self, handler: Any) -> Any:
        def first(call: Call) -> Answer:
            key = call.headers.get("x-request-id", "")
            return self.desk.once(self.name, f"{call.path} {key}" if key else "", lambda: handler(call))

        return first

    def create(self, call: Call) -> Answer:
        """An order, and the link to pay it."""
        fields = call.json or call.form
        try:
            amount = kopecks(fields["Amount"])
        except (KeyError, ValueError):
            return failed("Amount is required")
        if not fields.get("Description"):
            return failed("Description is required")
        payment = self.desk.begin(self._new(fields, amount))
        model = {"Id": payment.id, "Number": payment.number, "Amount": number(decimal(amount))}
        model |= {"Currency": payment.currency, "CurrencyCode": 0, "Email": payment.email or None}
        model |= {"Description": payment.title, "RequireConfirmation": payment.two_stages}
        model |= {"Url": self.desk.checkout_address(payment), "CultureName": payment.language or "ru-RU"}
        model |= {"StatusCode": 0, "Status": "Created", "InternalId": payment.number}
        return succeeded({"Model": model}, payment)

    def _new(self, fields: dict[str, Any], amount_kopecks: int) -> Payment:
        count = self.desk.number()
        return Payment(
            provider=self.name,
            id=letters(16, self.name, count),
            number=count,
            reference=str(fields.get("InvoiceId") or ""),
            amount_kopecks=amount_kopecks,
            currency=fields.get("Currency", "RUB"),
            title=fields["Description"],
            shop=self.shop.public_id,
            test=self.shop.test,
            created_s=self.desk.now_s(),
            email=fields.get("Email") or "",
            language=fields.get("CultureName") or fields.get("CultureInfo") or "",
            return_url=fields.get("SuccessRedirectUrl") or "",
            fail_url=fields.get("FailRedirectUrl") or "",
            two_stages=fields.get("RequireConfirmation") in {True, "true"},
            facts={"account": fields.get("AccountId"), "data": fields.get("JsonData")},
        )

    def cancel_order(self, call: Call) -> Answer:
        """The link is good no more."""
        payment = self.find(str(call.json.get("Id")))
        if payment is None:
            return failed("Order not found")
        try:
            self.desk.cancel(payment, ())
        except NotPossibleError as fault:
            return failed(str(fault))
        return succeeded({})

    def _transaction(self, transaction_id: object) -> Payment | None:
        found = [one for one in self.desk.payments.of(self.name) if str(one.number) == str(transaction_id)]
        return found[0] if found and found[0].paid_s else None

    def _of_invoice(self, invoice: object) -> Payment | None:
        found = [one for one in self.desk.payments.of(self.name) if one.reference == str(invoice)]
        return next((one for one in found if one.paid_s), None)

    def find_payment(self, call: Call) -> Answer:
        """The last payment of an invoice."""
        payment = self._of_invoice(call.json.get("InvoiceId"))
        return self._model(payment) if payment else failed("Not found")

    def find_last(self, call: Call) -> Answer:
        """The last operation of an invoice, which may be a refund."""
        payment = self._of_invoice(call.json.get("InvoiceId"))
        if payment is None or not payment.refunds:
            return self._model(payment) if payment else failed("Not found")
        last = payment.refunds[-1]
        return succeeded({"Model": view(self.told(payment)) | refund_view(payment, last)}, payment)

    def get(self, call: Call) -> Answer:
        """A transaction by its own number: a payment, or a refund."""
        transaction_id = call.json.get("TransactionId")
        if payment := self._transaction(transaction_id):
            return self._model(payment)
        for one in self.desk.payments.of(self.name):
            for refunded in one.refunds:
                if str(refunded.number) == str(transaction_id):
                    return succeeded({"Model": view(self.told(one)) | refund_view(one, refunded)}, one)
        return failed("Not found")

    def confirm(self, call: Call) -> Answer:
        """The shop takes what was held."""
        payment = self._transaction(call.json.get("TransactionId"))
        try:
            if payment is None:
                return failed("Transaction not found")
            self.desk.capture(payment, kopecks(call.json.get("Amount")), ("confirm",))
        except (NotPossibleError, ValueError) as fault:
            return failed(str(fault))
        return succeeded({}, payment)

    def void(self, call: Call) -> Answer:
        """The shop gives up what was held."""
        payment = self._transaction(call.json.get("TransactionId"))
        if payment is None or payment.state is not State.HELD:
            return failed("Transaction not found")
        self.desk.cancel(payment, ("cancel",))
        return succeeded({}, payment)

    def refund(self, call: Call) -> Answer:
        """Money goes back."""
        payment = self._transaction(call.json.get("TransactionId"))
        try:
            if payment is None:
                return failed("Transaction not found")
            amount = kopecks(call.json.get("Amount"))
            refunded = self.desk.refund(payment, amount, "", self.events_of_refund(payment, amount))
        except (NotPossibleError, ValueError) as fault:
            return failed(str(fault))
        return succeeded({"Model": {"TransactionId": refunded.number}}, payment)

    def events_of_pay(self, payment: Payment) -> tuple[str, ...]:  # noqa: ARG002
        """Authorized or Completed, the same word."""
        return ("pay",)

    def events_of_cancel(self, payment: Payment) -> tuple[str, ...]:
        """Only of what was held."""
        return ("cancel",) if payment.state is State.HELD else ()

    def events_of_refund(self, payment: Payment, amount_kopecks: int) -> tuple[str, ...]:  # noqa: ARG002
        """A part, or all."""
        return ("refund",)

    def agreed(self, payment: Payment) -> Notice | None:
        """The Check notification."""
        return Notice("check", payment, 0) if self.shop.asks_first else None

    def write(self, notice: Notice) -> Outgoing:
        """A form; one signature is of its bytes, the other of the same text decoded."""
        payment = self.told(notice.payment)
        body = urlencode(self._fields(notice.event, payment)).encode()
        secret = self.secret(payment, self.shop.api_secret)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Content-HMAC": signature(unquote_plus(body.decode()).encode(), secret),
            "Content-HMAC": signature(body, secret),
        }
        return Outgoing(self.desk.notify_address(self.name, notice.event), body, headers)

    def _fields(self, event: str, payment: Payment) -> dict[str, str]:
        about = {"InvoiceId": payment.reference, "AccountId": payment.facts["account"] or ""}
        about |= {"Email": payment.email, "DateTime": when(self.signing_s(payment), " ")}
        if event == "refund":
            last = payment.refunds[-1]
            names = {"TransactionId": str(last.number), "PaymentTransactionId": str(payment.number)}
            return names | {"Amount": decimal(last.amount_kopecks), "OperationType": "Refund"} | about
        status = "Authorized" if payment.two_stages and event != "confirm" else "Completed"
        fields = {"TransactionId": str(payment.number), "Amount": decimal(payment.amount_kopecks)}
        fields |= {"Currency": payment.currency, "PaymentAmount": decimal(payment.amount_kopecks)}
        fields |= {"PaymentCurrency": payment.currency, "OperationType": "Payment", "Status": status}
        fields |= {"CardFirstSix": "424242", "CardLastFour": "4242", "CardType": "Visa"}
        fields |= {"CardExpDate": "12/30", "TestMode": str(int(payment.test))}
        fields |= {"Description": payment.title}
        return fields | about | ({} if event == "check" else {"GatewayName": "Test", "TotalFee": "0.00"})

    def content_with(self, notice: Notice, status: int, body: bytes) -> bool:  # noqa: ARG002
        """The code 0, however it is spaced."""
        return status == 200 and Call("POST", "/", body=body).json.get("code") == 0

    def _model(self, payment: Payment) -> Answer:
        seen = view(self.told(payment))
        fields = {"Model": seen, "Success": seen["StatusCode"] in {2, 3}, "Message": None}
        return as_json(fields, payment=payment)


def succeeded(fields: dict[str, Any], payment: Payment | None = None) -> Answer:
    """Their yes."""
    return as_json({"Success": True, "Message": None} | fields, payment=payment)


def failed(message: str) -> Answer:
    """Their no; the status is 200 all the same."""
    return as_json({"Success": False, "Message": message})


PROVIDER = CloudPayments
