"""T-Kassa, the acquiring of T-Bank, API v2 (https://developer.tbank.ru/eacq/api).

Requests and notifications bear a Token: SHA-256 over the values of the root, sorted by name, and with the
password among them.
"""

import hashlib
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from slovomat.payments import answers, receipt_codes
from slovomat.payments.authenticity import Networks, same
from slovomat.payments.http import ProviderHTTP
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
    Receipt,
    Refund,
    RefundsTold,
    Reply,
)

_STATES = {
    "CONFIRMED": ProviderState.PAID,
    "PARTIAL_REFUNDED": ProviderState.PAID,
    "REFUNDING": ProviderState.PAID,
    "ASYNC_REFUNDING": ProviderState.PAID,
    "REFUNDED": ProviderState.REFUNDED,
    "CANCELED": ProviderState.CANCELLED,
    "REVERSED": ProviderState.CANCELLED,
    "REJECTED": ProviderState.CANCELLED,
    "DEADLINE_EXPIRED": ProviderState.CANCELLED,
    "ATTEMPTS_EXPIRED": ProviderState.CANCELLED,
}
"""Every other status is on its way to one of these: AUTHORIZED is not paid, AUTH_FAIL may be tried again."""
T = TypeVar("T", "_Answer", "_Order")
_NOT_FOUND = {"255", "335", "914"}
_TITLE_CHARS, _ITEM_CHARS = 140, 128
_PARTLY = {"PARTIAL_REFUNDED", "REFUNDING", "ASYNC_REFUNDING"}
_DONE = ("CONFIRMED", "PARTIAL_REFUNDED", "REFUNDING", "ASYNC_REFUNDING", "REFUNDED")


class _Answer(msgspec.Struct, rename="pascal"):
    success: bool
    error_code: str = ""
    message: str = ""
    details: str = ""
    terminal_key: str = ""
    status: str = ""
    payment_id: str | int = ""
    order_id: str = ""
    amount: int | None = None
    payment_url: str = msgspec.field(default="", name="PaymentURL")


class _Listed(msgspec.Struct, rename="pascal"):
    payment_id: str | int
    status: str


class _Order(msgspec.Struct, rename="pascal"):
    success: bool
    error_code: str = ""
    message: str = ""
    details: str = ""
    payments: list[_Listed] = []


class TKassa:
    """One terminal there."""

    name = "tkassa"
    currencies = frozenset({"RUB"})
    refund_key_ms = 365 * 24 * 3_600_000
    closing_key_ms = 0

    def __init__(self, terminal: str, password: str, url: str, networks: str, http: ProviderHTTP) -> None:
        self.shop = terminal
        self.test = terminal.endswith("DEMO") or "//rest-api-test." in url
        self._password = password
        self._url = url.rstrip("/").removesuffix("/v2")
        self._networks = Networks(networks)
        self._http = http

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """Begins a payment in one stage; the buyer goes to its page."""
        wanted: dict[str, object] = {
            "Amount": checkout.amount_kopecks,
            "OrderId": checkout.reference,
            "Description": checkout.title[:_TITLE_CHARS],
            "PayType": "O",
            "Language": "ru" if checkout.language == "ru" else "en",
            "NotificationURL": checkout.notify_url,
            "SuccessURL": checkout.return_url,
            "FailURL": checkout.return_url,
        }
        if checkout.receipt:
            wanted["Receipt"] = _receipt(checkout.receipt)
        answer = await self._call("v2/Init", wanted)
        if not answer.success or not answer.payment_url:
            return _refused(answer)
        return Begun(str(answer.payment_id), answer.payment_url)

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """The payment now; without its id there, the one of the order that went furthest."""
        found = provider_id or await self._of_order(reference)
        if not found:
            return None
        answer = await self._call("v2/GetState", {"PaymentId": found})
        if not answer.success and answer.error_code in _NOT_FOUND:
            return None
        # A payment that failed is told with Success false too: what counts is its status.
        if not answer.status or answer.amount is None:
            raise ProviderUnavailableError(_refused(answer).message)
        state = _STATES.get(answer.status, ProviderState.PENDING)
        return ProviderPayment(
            provider_id=str(answer.payment_id),
            reference=answer.order_id,
            state=state,
            amount_kopecks=answer.amount,
            currency="RUB",
            shop=answer.terminal_key,
            test=self.test,
            refunded_kopecks=answer.amount if state is ProviderState.REFUNDED else 0,
            refunds_told=RefundsTold.SOME if answer.status in _PARTLY else RefundsTold.SUM,
        )

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Gives money back."""
        wanted: dict[str, object] = {
            "PaymentId": refund.provider_id,
            "Amount": refund.amount_kopecks,
            "ExternalRequestId": refund.key,
        }
        if refund.receipt:
            wanted["Receipt"] = _receipt(refund.receipt)
        answer = await self._call("v2/Cancel", wanted)
        return None if answer.success else _refused(answer)

    async def close_receipt(self, closing: Closing) -> ProviderFault | None:
        """The receipt that closes a prepayment."""
        wanted = {"PaymentId": closing.provider_id, "Receipt": _receipt(closing.receipt)}
        answer = await self._call("cashbox/SendClosingReceipt", wanted)
        return None if answer.success else _refused(answer)

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, address: str, now_ms: int
    ) -> Notice | None:
        """Of a payment's new status."""
        if not self._networks.hold(address):
            return None
        told = answers.parsed(body, dict[str, msgspec.Raw]) or {}
        read = {name: _scalar(raw) for name, raw in told.items()}
        scalars = {name: value for name, value in read.items() if value is not None}
        if not same(scalars.pop("Token", "").lower(), token(scalars, self._password)):
            return None
        notice = Notice(scalars.get("PaymentId", ""), scalars.get("OrderId", ""))
        ours = scalars.get("TerminalKey") == self.shop
        return notice if ours and (notice.provider_id or notice.reference) else None

    def reply(self, notice: Notice) -> Reply:
        """Exactly `OK`."""
        return Reply(b"OK")

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.close()

    async def _of_order(self, reference: str) -> str:
        answer = await self._post("v2/CheckOrder", {"OrderId": reference}, _Order)
        if not answer.success and answer.error_code not in _NOT_FOUND:
            raise ProviderUnavailableError(_refused(answer).message)
        done = [one for one in answer.payments if one.status in _DONE]
        last = (done or answer.payments)[-1:]
        return str(last[0].payment_id) if last else ""

    async def _call(self, path: str, wanted: Mapping[str, object]) -> _Answer:
        return await self._post(path, wanted, _Answer)

    async def _post(self, path: str, wanted: Mapping[str, object], form: type[T]) -> T:
        body = {"TerminalKey": self.shop, **wanted}
        scalars = {name: str(value) for name, value in body.items() if isinstance(value, str | int)}
        signed = {**body, "Token": token(scalars, self._password)}
        answer = answers.decided(await self._http.post_json(f"{self._url}/{path}", signed, {}))
        return answers.read(answer, form)


def token(scalars: Mapping[str, str], password: str) -> str:
    """The signature of a request or a notification, from what its root holds besides objects and lists."""
    signed = {**scalars, "Password": password}
    return hashlib.sha256("".join(signed[name] for name in sorted(signed)).encode()).hexdigest()


def _scalar(raw: msgspec.Raw) -> str | None:
    """A value of the root as the signature takes it: text unquoted, the rest as written; None: left out."""
    text = bytes(raw)
    if text[:1] in b"{[" or text == b"null":
        return None
    return answers.parsed(text, str) if text[:1] == b'"' else text.decode("utf-8", "replace")


def _refused(answer: _Answer | _Order) -> ProviderFault:
    return answers.told(answer.error_code, answer.message, answer.details)


def _receipt(receipt: Receipt) -> dict[str, object]:
    return {
        "Email": receipt.email,
        "Taxation": receipt.tax_system,
        "Items": [
            {
                "Name": line.title[:_ITEM_CHARS],
                "Price": line.amount_kopecks,
                "Quantity": 1,
                "Amount": line.amount_kopecks,
                "Tax": receipt_codes.NAMED_VAT[line.vat],
                "PaymentMethod": line.payment_mode,
                "PaymentObject": line.payment_subject,
            }
            for line in receipt.lines
        ],
    }


def _make(options: Mapping[str, str], http: ProviderHTTP) -> TKassa | None:
    terminal, password = options["tkassa_terminal_key"], options["tkassa_password"]
    if not terminal or not password:
        return None
    return TKassa(terminal, password, options["tkassa_url"], options["tkassa_networks"], http)


PROVIDER = Kind(
    "tkassa",
    "Т‑Касса: карты, СБП, T‑Pay",
    "T-Kassa: cards, SBP, T-Pay",
    ("tkassa_terminal_key", "tkassa_password", "tkassa_url", "tkassa_networks"),
    _make,
)
