"""A small client of each provider, written from their documentation, with `requests` and nothing of ours."""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, ClassVar

import requests

from slovomat.testing.fakepay import FakePay

PATIENCE_S = 5
BACK = "http://127.0.0.1:9/back"


@dataclass(frozen=True)
class Seen:
    """What a provider says of a payment, in its own word for the state."""

    state: str
    amount: str
    given_back: str = ""


@dataclass
class Buyer:
    """Begins a payment, asks about it, gives it back."""

    fake: FakePay
    name: ClassVar[str]
    paid: ClassVar[Seen]
    events: ClassVar[list[str]]
    content: ClassVar[bytes] = b"OK"
    patience_s: float = PATIENCE_S
    page: str = ""
    reference: str = ""

    def call(self, path: str, method: str = "POST", **more: Any) -> requests.Response:
        """One HTTP call."""
        url = f"{self.fake.url(self.name)}{path}"
        return requests.request(method, url, timeout=self.patience_s, allow_redirects=False, **more)

    def begin(self, reference: str) -> str:
        """A payment of 199 roubles; its page's address."""
        self.reference = reference
        self.page = self.page_for(reference)
        return self.page

    @property
    def id(self) -> str:
        """The provider's name of the payment."""
        return self.page.rsplit("/", maxsplit=1)[-1]

    def page_for(self, reference: str) -> str:
        """Begins it, and says where it is paid."""
        raise NotImplementedError

    def ask(self) -> Seen:
        """How it stands."""
        raise NotImplementedError

    def give_back(self) -> None:
        """All of it."""
        raise NotImplementedError


class YooKassa(Buyer):
    """By the API."""

    name = "yookassa"
    paid = Seen("succeeded", "199.00 RUB 100500 True", "0.00")
    events: ClassVar[list[str]] = ["payment.succeeded"]
    auth = ("100500", "test_yookassa-secret")

    def page_for(self, reference: str) -> str:
        """With capture."""
        asked = {"amount": {"value": "199.00", "currency": "RUB"}, "capture": True}
        asked |= {"confirmation": {"type": "redirect", "return_url": BACK}, "metadata": {"n": reference}}
        key = {"Idempotence-Key": reference}
        answer = self.call("/v3/payments", json=asked, auth=self.auth, headers=key)
        return str(answer.json()["confirmation"]["confirmation_url"])

    def ask(self) -> Seen:
        """By the id, without the version in the address."""
        found = self.call(f"/payments/{self.id}", "GET", auth=self.auth).json()
        of = f"{found['amount']['value']} {found['amount']['currency']} {found['recipient']['account_id']}"
        back = found.get("refunded_amount", {"value": ""})["value"]
        return Seen(found["status"], f"{of} {found['test']}", back)

    def give_back(self) -> None:
        """By the id."""
        asked = {
            "payment_id": self.id,
            "amount": {"value": "199.00", "currency": "RUB"},
        }
        key = {"Idempotence-Key": f"back {self.reference}"}
        self.call("/v3/refunds", json=asked, auth=self.auth, headers=key).raise_for_status()


class TKassa(Buyer):
    """Signed JSON."""

    name = "tkassa"
    paid = Seen("CONFIRMED", "19900 1700000000000DEMO")
    events: ClassVar[list[str]] = ["AUTHORIZED", "CONFIRMED"]

    def signed(self, **fields: Any) -> dict[str, Any]:
        """With the Token."""
        fields["TerminalKey"] = "1700000000000DEMO"
        words = sorted((fields | {"Password": "tkassa-password"}).items())
        token = hashlib.sha256("".join(str(value) for _, value in words).encode()).hexdigest()
        return fields | {"Token": token}

    def page_for(self, reference: str) -> str:
        """In one stage."""
        asked = self.signed(Amount=19900, OrderId=reference, SuccessURL=BACK, FailURL=BACK)
        return str(self.call("/v2/Init", json=asked).json()["PaymentURL"])

    def ask(self) -> Seen:
        """By the id; the order must know it too."""
        found = self.call("/v2/GetState", json=self.signed(PaymentId=self.id)).json()
        order = self.call("/v2/CheckOrder", json=self.signed(OrderId=self.reference)).json()
        assert [one["Status"] for one in order["Payments"]] == [found["Status"]]
        return Seen(found["Status"], f"{found['Amount']} {found['TerminalKey']}")

    def give_back(self) -> None:
        """By the id."""
        answer = self.call("/v2/Cancel", json=self.signed(PaymentId=self.id)).json()
        assert (answer["Success"], answer["NewAmount"]) == (True, 0)


class Robokassa(Buyer):
    """A signed link, an XML interface, a JWT."""

    name = "robokassa"
    paid = Seen("100", "199.000000 RUB")
    events: ClassVar[list[str]] = ["result"]

    def page_for(self, reference: str) -> str:
        """With an own field."""
        own = {"Shp_b": "2", "Shp_a": "1"}
        text = f"slovomat-test:199.00:{reference}:robokassa-password1:Shp_a=1:Shp_b=2"
        mark = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        asked = {"MerchantLogin": "slovomat-test", "OutSum": "199.00", "InvId": reference}
        asked |= {"SignatureValue": mark, "IsTest": "1"} | own
        return self.call("/Merchant/Index.aspx", "GET", params=asked).headers["Location"]

    def state(self) -> str:
        """The XML."""
        text = f"slovomat-test:{self.reference}:robokassa-password2"
        mark = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        asked = {"MerchantLogin": "slovomat-test", "InvoiceID": self.reference, "Signature": mark}
        answer = self.call("/Merchant/WebService/Service.asmx/OpStateExt", "GET", params=asked)
        answer.raise_for_status()
        return answer.text

    def ask(self) -> Seen:
        """By the invoice."""
        text = self.state()
        found = re.search("<State><Code>(.*?)<.*OutCurrLabel>(.*?)<.*<OutSum>(.*?)<", text)
        return Seen(found[1], f"{found[3]} {found[2]}") if found else Seen("none", "")

    def give_back(self) -> None:
        """By the operation's key."""
        found = re.search("<OpKey>(.*?)<", self.state())
        assert found
        parts = [
            json.dumps({"alg": "HS256", "typ": "JWT"}),
            json.dumps({"OpKey": found[1], "RefundSum": 199.0}),
        ]
        body = b".".join(urlsafe_b64encode(part.encode()).rstrip(b"=") for part in parts)
        mark = hmac.digest(b"robokassa-password3", body, "sha256")
        token = body + b"." + urlsafe_b64encode(mark).rstrip(b"=")
        answer = self.call("/RefundService/Refund/Create", data=token).json()
        assert answer["success"] is True
        state = self.call("/RefundService/Refund/GetState", "GET", params={"id": answer["requestId"]})
        assert (state.json()["label"], state.json()["amount"]) == ("finished", 199.0)


class CloudPayments(Buyer):
    """Basic authentication, status 200 for everything."""

    name = "cloudpayments"
    paid = Seen("Completed", "199.0 RUB pk_cloudpayments_test True", "False")
    events: ClassVar[list[str]] = ["pay"]
    content = b'{"code":0}'
    auth = ("pk_cloudpayments_test", "cloudpayments-secret")

    def page_for(self, reference: str) -> str:
        """An order."""
        asked = {"Amount": 199.0, "Currency": "RUB", "Description": "100 запросов", "InvoiceId": reference}
        asked |= {"SuccessRedirectUrl": BACK, "FailRedirectUrl": BACK}
        return str(self.call("/orders/create", json=asked, auth=self.auth).json()["Model"]["Url"])

    def model(self) -> dict[str, Any]:
        """The transaction."""
        answer = self.call("/payments/find", json={"InvoiceId": self.reference}, auth=self.auth)
        answer.raise_for_status()
        return dict(answer.json().get("Model") or {})

    def ask(self) -> Seen:
        """By the invoice."""
        found = self.model()
        if not found:
            return Seen("none", "")
        of = f"{found['Amount']} {found['Currency']} {found['PublicId']} {found['TestMode']}"
        return Seen(found["Status"], of, str(found["Refunded"]))

    def give_back(self) -> None:
        """By the transaction."""
        asked = {"TransactionId": self.model()["TransactionId"], "Amount": 199}
        assert self.call("/payments/refund", json=asked, auth=self.auth).json()["Success"] is True


class Stripe(Buyer):
    """Forms."""

    name = "stripe"
    paid = Seen("paid", "19900 rub False", "0")
    events: ClassVar[list[str]] = ["checkout.session.completed"]
    auth = ("sk_test_slovomat", "")

    def page_for(self, reference: str) -> str:
        """A session."""
        price = "line_items[0][price_data]"
        asked = {"mode": "payment", f"{price}[currency]": "rub", f"{price}[unit_amount]": "19900"}
        asked |= {f"{price}[product_data][name]": "100", "line_items[0][quantity]": "1"}
        asked |= {"success_url": BACK, "cancel_url": BACK, "client_reference_id": reference}
        return str(self.call("/v1/checkout/sessions", data=asked, auth=self.auth).json()["url"])

    def session(self) -> dict[str, Any]:
        """With the charge."""
        path = f"/v1/checkout/sessions/{self.id}"
        asked = {"expand[]": "payment_intent.latest_charge"}
        return dict(self.call(path, "GET", params=asked, auth=self.auth).json())

    def ask(self) -> Seen:
        """By the session."""
        found = self.session()
        if "error" in found:
            return Seen("none", "")
        of = f"{found['amount_total']} {found['currency']} {found['livemode']}"
        intent = found["payment_intent"]
        back = str(intent["latest_charge"]["amount_refunded"]) if intent else ""
        return Seen(found["payment_status"], of, back)

    def give_back(self) -> None:
        """By the intent."""
        asked = {"payment_intent": self.session()["payment_intent"]["id"]}
        self.call("/v1/refunds", data=asked, auth=self.auth).raise_for_status()


BUYERS = (YooKassa, TKassa, Robokassa, CloudPayments, Stripe)
