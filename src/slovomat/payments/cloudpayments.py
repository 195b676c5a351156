"""CloudPayments (https://developers.cloudpayments.ru).

A payment begins as an order with a page of its own; the transaction comes with the first try to pay, and
every further try is another one. So it is found by our own number.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from slovomat.payments import amounts, answers
from slovomat.payments import cloudpayments_wire as wire
from slovomat.payments.authenticity import Networks, same
from slovomat.payments.http import HTTPAnswer, ProviderHTTP
from slovomat.payments.kind import Kind
from slovomat.ports.payments import (
    Begun,
    Checkout,
    Closing,
    Notice,
    ProviderFault,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    Refund,
    RefundsTold,
    Reply,
)

_STATES = {"Completed": ProviderState.PAID, "Cancelled": ProviderState.CANCELLED}
"""Authorized is not paid yet; Declined may be tried again on the same page."""
_REFUND = 1


class CloudPayments:
    """One site there."""

    name = "cloudpayments"
    currencies = frozenset({"RUB", "USD", "EUR", "GBP", "KZT"})
    refund_key_ms = 50 * 60_000
    closing_key_ms = refund_key_ms

    def __init__(self, options: Mapping[str, str], http: ProviderHTTP) -> None:
        self.shop = options["cloudpayments_public_id"]
        self.test = bool(options["cloudpayments_test"])
        self._secret = options["cloudpayments_secret"]
        self._login = {"Authorization": "Basic " + b64encode(f"{self.shop}:{self._secret}".encode()).decode()}
        self._url = options["cloudpayments_url"].rstrip("/")
        self._inn = options["seller_inn"]
        self._networks = Networks(options["cloudpayments_networks"])
        self._http = http

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """Makes an order; the buyer goes to its page."""
        wanted: dict[str, object] = {
            "Amount": amounts.number(checkout.amount_kopecks),
            "Currency": checkout.currency,
            "Description": checkout.title,
            "RequireConfirmation": False,
            "SendEmail": False,
            "InvoiceId": checkout.reference,
            "CultureName": "ru-RU" if checkout.language == "ru" else "en-US",
            "SuccessRedirectUrl": checkout.return_url,
            "FailRedirectUrl": checkout.return_url,
        }
        if checkout.email:
            wanted["Email"] = checkout.email
        if checkout.receipt:
            paid = {"electronic": amounts.number(checkout.amount_kopecks)}
            wanted["JsonData"] = wire.json_data(wire.customer_receipt(checkout.receipt, paid))
        answer = answers.read(await self._call("orders/create", wanted, checkout.key), wire.Created)
        if not answer.success or not answer.model or not answer.model.url:
            return answers.told(answer.message or "")
        return Begun("", answer.model.url)

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """The payment now, by our number of it; else by its own."""
        found = await self._found("payments/find", {"InvoiceId": reference}) if reference else None
        if not found and provider_id.isdecimal():
            found = await self._found("payments/get", {"TransactionId": int(provider_id)})
        if not found or found.type == _REFUND:
            return None
        return await self._known(found, reference)

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Gives money back."""
        transaction = refund.provider_id
        if not transaction.isdecimal():
            return answers.told("no transaction is known to give back")
        wanted: dict[str, object] = {
            "TransactionId": int(transaction),
            "Amount": amounts.number(refund.amount_kopecks),
        }
        if refund.receipt:
            paid = {"electronic": amounts.number(refund.amount_kopecks)}
            wanted["JsonData"] = wire.json_data(wire.customer_receipt(refund.receipt, paid))
        return await self._done("payments/refund", wanted, refund.key)

    async def close_receipt(self, closing: Closing) -> ProviderFault | None:
        """A receipt of its own (CloudKassir), paid by what was advanced."""
        if not self._inn:
            return answers.told("seller_inn is not set: whose cash register is it")
        wanted = {
            "Inn": self._inn,
            "Type": "Income",
            "InvoiceId": closing.reference,
            "CustomerReceipt": wire.customer_receipt(
                closing.receipt, {"advancePayment": amounts.number(closing.amount_kopecks)}
            ),
        }
        return await self._done("kkt/receipt", wanted, closing.key)

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, address: str, now_ms: int
    ) -> Notice | None:
        """Of a try to pay (Check, Pay, Fail) or of a refund; all of them are signed alike."""
        if not self._networks.hold(address) or not self._signed(headers, body):
            return None
        told = _fields(body)
        if (
            told is None
            or (told.get("TestMode", "1" if self.test else "0") in {"1", "true"}) is not self.test
        ):
            return None
        transaction = told.get("PaymentTransactionId") or told.get("TransactionId", "")
        reference = told.get("InvoiceId", "")
        return Notice(transaction, reference) if transaction or reference else None

    def reply(self, notice: Notice) -> Reply:
        """Code 0: taken."""
        return Reply(b'{"code":0}', "application/json")

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.close()

    async def _known(self, found: wire.Transaction, reference: str) -> ProviderPayment:
        amount_kopecks = amounts.kopecks_of_json(found.amount)
        if amount_kopecks is None:
            raise ProviderUnavailableError(f"transaction {found.transaction_id} of no sum")
        state = _STATES.get(found.status, ProviderState.PENDING)
        refunded_kopecks, told = 0, RefundsTold.SUM
        if found.refunded and state is ProviderState.PAID:
            refunded_kopecks = await self._given_back(found)
            told = RefundsTold.LAST if refunded_kopecks else RefundsTold.SOME
            state = ProviderState.REFUNDED if refunded_kopecks >= amount_kopecks else state
        return ProviderPayment(
            provider_id=str(found.transaction_id),
            reference=found.invoice_id or reference,
            state=state,
            amount_kopecks=amount_kopecks,
            currency=found.currency,
            shop=found.public_id or self.shop,
            test=found.test_mode,
            refunded_kopecks=refunded_kopecks,
            refunds_told=told,
        )

    async def _given_back(self, paid: wire.Transaction) -> int:
        """What the last refund gave back: the second way of finding tells the last of all transactions.

        0: the last one is no refund, since somebody has tried to pay once more.
        """
        last = await self._found("v2/payments/find", {"InvoiceId": paid.invoice_id or ""})
        if not last or last.type != _REFUND:
            return 0
        return amounts.kopecks_of_json(last.amount) or 0

    async def _found(self, path: str, wanted: object) -> wire.Transaction | None:
        answer = answers.read(await self._call(path, wanted, ""), wire.Found)
        # Of a payment that was declined, the model comes with Success false.
        if answer.model is None and (answer.message or "") != "Not found":
            raise ProviderUnavailableError(answers.told(answer.message or "").message)
        return answer.model

    async def _done(self, path: str, wanted: object, key: str) -> ProviderFault | None:
        answer = answers.read(await self._call(path, wanted, key), wire.Done)
        return None if answer.success else answers.told(answer.message or "")

    async def _call(self, path: str, wanted: object, key: str) -> HTTPAnswer:
        headers = {**self._login, "X-Request-ID": key} if key else self._login
        answer = answers.decided(await self._http.post_json(f"{self._url}/{path}", wanted, headers))
        if answer.status != 200:
            raise ProviderUnavailableError(f"HTTP {answer.status}")
        return answer

    def _signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """One header is made of the body as it came, the other of the body decoded."""
        decoded = unquote_plus(body.decode("utf-8", "replace")).encode()
        return (
            same(headers.get("content-hmac", ""), self._mac(body))
            or same(headers.get("x-content-hmac", ""), self._mac(body))
            or same(headers.get("x-content-hmac", ""), self._mac(decoded))
        )

    def _mac(self, body: bytes) -> str:
        return b64encode(hmac.digest(self._secret.encode(), body, "sha256")).decode()


def _fields(body: bytes) -> dict[str, str] | None:
    """The notification's fields, from a form or from JSON; None: neither."""
    if body.startswith(b"{"):
        told = answers.parsed(body, dict[str, object])
        return {name: _text(value) for name, value in (told or {}).items() if value is not None}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _make(options: Mapping[str, str], http: ProviderHTTP) -> CloudPayments | None:
    if not options["cloudpayments_public_id"] or not options["cloudpayments_secret"]:
        return None
    return CloudPayments(options, http)


PROVIDER = Kind(
    "cloudpayments",
    "CloudPayments: карты, СБП",
    "CloudPayments: cards, SBP",
    (
        "cloudpayments_public_id",
        "cloudpayments_secret",
        "cloudpayments_test",
        "cloudpayments_url",
        "cloudpayments_networks",
        "seller_inn",
    ),
    _make,
)
