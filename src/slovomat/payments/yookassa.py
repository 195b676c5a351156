"""YooKassa, API v3 (https://yookassa.ru/developers/api).

Its notifications bear no signature: the addresses that they come from are all there is, and the payment is
asked for again.
"""

from base64 import b64encode
from collections.abc import Mapping

from slovomat.payments import amounts, answers, receipt_codes
from slovomat.payments import yookassa_wire as wire
from slovomat.payments.authenticity import Networks
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
    Receipt,
    Refund,
    Reply,
)

_STATES = {
    "pending": ProviderState.PENDING,
    "waiting_for_capture": ProviderState.PENDING,
    "succeeded": ProviderState.PAID,
    "canceled": ProviderState.CANCELLED,
}
_KEY_CHARS = 64
_TITLE_CHARS = 128


class YooKassa:
    """One shop there."""

    name = "yookassa"
    currencies = frozenset({"RUB"})
    refund_key_ms = 23 * 3_600_000
    closing_key_ms = refund_key_ms

    def __init__(self, shop: str, secret_key: str, url: str, networks: str, http: ProviderHTTP) -> None:
        self.shop = shop
        self.test = secret_key.startswith("test_")
        self._login = {"Authorization": "Basic " + b64encode(f"{shop}:{secret_key}".encode()).decode()}
        self._url = url.rstrip("/")
        self._networks = Networks(networks)
        self._http = http

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """Begins a payment; the buyer goes to its page."""
        wanted: dict[str, object] = {
            "amount": _money(checkout.amount_kopecks, checkout.currency),
            "capture": True,
            "confirmation": {
                "type": "redirect",
                "return_url": checkout.return_url,
                "locale": "ru_RU" if checkout.language == "ru" else "en_US",
            },
            "description": checkout.title[:_TITLE_CHARS],
            "metadata": {"reference": checkout.reference},
        }
        if checkout.receipt:
            wanted["receipt"] = _receipt(checkout.receipt, checkout.currency)
        answer = await self._post("payments", wanted, checkout.key)
        if answer.status != 200:
            return _refused(answer)
        payment = answers.read(answer, wire.Payment)
        if not payment.confirmation or not payment.confirmation.confirmation_url:
            return answers.told(f"payment {payment.id} is {payment.status} and has no page to pay at")
        return Begun(payment.id, payment.confirmation.confirmation_url)

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """The payment now; without its id there it cannot be found."""
        if not provider_id.replace("-", "").isalnum():
            return None
        answer = answers.decided(await self._http.get(f"{self._url}/payments/{provider_id}", {}, self._login))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise ProviderUnavailableError(_refused(answer).message)
        return _known(answers.read(answer, wire.Payment))

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Gives money back."""
        wanted: dict[str, object] = {
            "payment_id": refund.provider_id,
            "amount": _money(refund.amount_kopecks, refund.currency),
        }
        if refund.receipt:
            wanted["receipt"] = _receipt(refund.receipt, refund.currency)
        return _accepted(await self._post("refunds", wanted, refund.key))

    async def close_receipt(self, closing: Closing) -> ProviderFault | None:
        """The second receipt of a payment: what was prepaid is set off."""
        wanted = {
            **_receipt(closing.receipt, closing.currency),
            "type": "payment",
            "payment_id": closing.provider_id,
            "send": True,
            "settlements": [
                {"type": "prepayment", "amount": _money(closing.amount_kopecks, closing.currency)}
            ],
        }
        return _accepted(await self._post("receipts", wanted, closing.key))

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, address: str, now_ms: int
    ) -> Notice | None:
        """Of a payment, or of its refund."""
        if not self._networks.hold(address):
            return None
        told = answers.parsed(body, wire.NoticeBody)
        if told is None:
            return None
        subject = told.object
        if told.type != "notification" or (subject.recipient and subject.recipient.account_id != self.shop):
            return None
        reference = (subject.metadata or {}).get("reference", "")
        match told.event.partition(".")[0]:
            case "payment" if subject.id:
                return Notice(subject.id, reference)
            case "refund" if subject.payment_id:
                return Notice(subject.payment_id, "")
        return None

    def reply(self, notice: Notice) -> Reply:
        """Status 200; the body does not count."""
        return Reply(b"")

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.close()

    async def _post(self, path: str, wanted: object, key: str) -> HTTPAnswer:
        headers = {**self._login, "Idempotence-Key": key[:_KEY_CHARS]}
        return answers.decided(await self._http.post_json(f"{self._url}/{path}", wanted, headers))


def _known(payment: wire.Payment) -> ProviderPayment:
    amount_kopecks = amounts.kopecks(payment.amount.value)
    refunded_kopecks = amounts.kopecks(payment.refunded_amount.value) if payment.refunded_amount else 0
    state = _STATES.get(payment.status)
    if amount_kopecks is None or refunded_kopecks is None or state is None:
        raise ProviderUnavailableError(f"payment {payment.id} in a state or a sum that is unknown")
    if state is ProviderState.PAID and 0 < amount_kopecks <= refunded_kopecks:
        state = ProviderState.REFUNDED
    return ProviderPayment(
        provider_id=payment.id,
        reference=(payment.metadata or {}).get("reference", ""),
        state=state,
        amount_kopecks=amount_kopecks,
        currency=payment.amount.currency,
        shop=payment.recipient.account_id,
        test=payment.test,
        refunded_kopecks=refunded_kopecks,
    )


def _accepted(answer: HTTPAnswer) -> ProviderFault | None:
    if answer.status != 200:
        return _refused(answer)
    registered = answers.read(answer, wire.Registered)
    return answers.told(f"{registered.id} was cancelled") if registered.status == "canceled" else None


def _refused(answer: HTTPAnswer) -> ProviderFault:
    error = answers.read(answer, wire.Error)
    return answers.told(error.code, error.description)


def _money(amount_kopecks: int, currency: str) -> dict[str, str]:
    return {"value": amounts.rubles(amount_kopecks), "currency": currency}


def _receipt(receipt: Receipt, currency: str) -> dict[str, object]:
    return {
        "customer": {"email": receipt.email},
        "tax_system_code": receipt_codes.YOOKASSA_TAX_SYSTEM[receipt.tax_system],
        "items": [
            {
                "description": line.title[:_TITLE_CHARS],
                "quantity": "1.00",
                "amount": _money(line.amount_kopecks, currency),
                "vat_code": receipt_codes.YOOKASSA_VAT[line.vat],
                "payment_mode": line.payment_mode,
                "payment_subject": line.payment_subject,
            }
            for line in receipt.lines
        ],
    }


def _make(options: Mapping[str, str], http: ProviderHTTP) -> YooKassa | None:
    shop, secret_key = options["yookassa_shop_id"], options["yookassa_secret_key"]
    if not shop or not secret_key:
        return None
    return YooKassa(shop, secret_key, options["yookassa_url"], options["yookassa_networks"], http)


PROVIDER = Kind(
    "yookassa",
    "ЮKassa: карты, СБП, SberPay",
    "YooKassa: cards, SBP, SberPay",
    ("yookassa_shop_id", "yookassa_secret_key", "yookassa_url", "yookassa_networks"),
    _make,
)
