"""Stripe: Checkout Sessions, refunds, signed events (https://docs.stripe.com/api)."""

import hmac
from collections.abc import Mapping

import msgspec

from slovomat.payments import answers
from slovomat.payments.authenticity import Networks, same
from slovomat.payments.http import HTTPAnswer, ProviderHTTP
from slovomat.payments.kind import Kind
from slovomat.ports.payments import (
    Begun,
    Checkout,
    Notice,
    ProviderFault,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    Refund,
    Reply,
)

_VERSION = "2024-06-20"
_TOLERANCE_S = 300
_TITLE_CHARS = 250
_LANGUAGES = {"ru", "en"}


class _Charge(msgspec.Struct):
    amount_refunded: int = 0


class _Intent(msgspec.Struct):
    id: str
    latest_charge: _Charge | str | None = None


class _Session(msgspec.Struct):
    id: str
    livemode: bool
    status: str | None = None
    payment_status: str = ""
    url: str | None = None
    amount_total: int | None = None
    currency: str | None = None
    client_reference_id: str | None = None
    payment_intent: _Intent | str | None = None


class _ErrorBody(msgspec.Struct):
    message: str = ""
    code: str = ""


class _Error(msgspec.Struct):
    error: _ErrorBody


class _Refund(msgspec.Struct):
    status: str | None = None
    failure_reason: str | None = None


class _Subject(msgspec.Struct):
    id: str
    object: str
    client_reference_id: str | None = None
    metadata: dict[str, str] | None = None


class _Data(msgspec.Struct):
    object: _Subject


class _Event(msgspec.Struct):
    livemode: bool
    data: _Data


class Stripe:
    """One account there. Its payments do not name it: the key finds none but its own."""

    name = "stripe"
    shop = "stripe"
    currencies = frozenset({"RUB", "USD", "EUR", "GBP", "KZT", "AMD", "GEL"})
    refund_key_ms = 23 * 3_600_000

    def __init__(
        self, secret_key: str, webhook_secret: str, url: str, networks: str, http: ProviderHTTP
    ) -> None:
        self.test = secret_key.startswith(("sk_test_", "rk_test_"))
        self._login = {"Authorization": f"Bearer {secret_key}", "Stripe-Version": _VERSION}
        self._webhook_secret = webhook_secret
        self._url = url.rstrip("/")
        self._networks = Networks(networks)
        self._http = http

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """Opens a session; the buyer goes to its page."""
        price = "line_items[0][price_data]"
        wanted = {
            "mode": "payment",
            "client_reference_id": checkout.reference,
            "line_items[0][quantity]": "1",
            f"{price}[currency]": checkout.currency.lower(),
            f"{price}[unit_amount]": str(checkout.amount_kopecks),
            f"{price}[product_data][name]": checkout.title[:_TITLE_CHARS],
            "success_url": checkout.return_url,
            "cancel_url": checkout.return_url,
            "locale": checkout.language if checkout.language in _LANGUAGES else "auto",
            "metadata[reference]": checkout.reference,
            # A charge takes it over: a refund made at Stripe names our payment by it.
            "payment_intent_data[metadata][reference]": checkout.reference,
        }
        if checkout.email:
            wanted["customer_email"] = checkout.email
        answer = await self._post("v1/checkout/sessions", wanted, checkout.key)
        if answer.status != 200:
            return _refused(answer)
        session = answers.read(answer, _Session)
        return Begun(session.id, session.url) if session.url else answers.told(f"{session.id} has no page")

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """The payment now; without its session it cannot be found."""
        session = await self._session(provider_id)
        if session is None:
            return None
        if session.amount_total is None or not session.currency:
            raise ProviderUnavailableError(f"{session.id} of no sum")
        refunded_kopecks = _given_back(session)
        return ProviderPayment(
            provider_id=session.id,
            reference=session.client_reference_id or "",
            state=_state(session, refunded_kopecks),
            amount_kopecks=session.amount_total,
            currency=session.currency.upper(),
            shop=self.shop,
            test=not session.livemode,
            refunded_kopecks=refunded_kopecks,
        )

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Gives money back."""
        session = await self._session(refund.provider_id)
        intent = session.payment_intent if session else None
        if intent is None:
            return answers.told(f"{refund.provider_id or 'the payment'} is not paid")
        wanted = {
            "payment_intent": intent if isinstance(intent, str) else intent.id,
            "amount": str(refund.amount_kopecks),
        }
        answer = await self._post("v1/refunds", wanted, refund.key)
        if answer.status != 200:
            return _refused(answer)
        made = answers.read(answer, _Refund)
        failed = made.status in {"failed", "canceled"}
        return answers.told(made.status or "", made.failure_reason or "") if failed else None

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, address: str, now_ms: int
    ) -> Notice | None:
        """Of a session, or of a charge or a refund that bears our number."""
        if not self._networks.hold(address):
            return None
        if not self._signed(headers.get("stripe-signature", ""), body, now_ms // 1000):
            return None
        event = answers.parsed(body, _Event)
        if event is None or event.livemode is self.test:
            return None
        subject = event.data.object
        if subject.object == "checkout.session":
            return Notice(subject.id, subject.client_reference_id or "")
        reference = (subject.metadata or {}).get("reference", "")
        return Notice("", reference) if reference else None

    def reply(self, notice: Notice) -> Reply:
        """Status 200; the body does not count."""
        return Reply(b"")

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.close()

    async def _session(self, provider_id: str) -> _Session | None:
        if not provider_id.startswith("cs_") or not provider_id.replace("_", "").isalnum():
            return None
        url = f"{self._url}/v1/checkout/sessions/{provider_id}"
        query = {"expand[]": "payment_intent.latest_charge"}
        answer = answers.decided(await self._http.get(url, query, self._login))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise ProviderUnavailableError(_refused(answer).message)
        return answers.read(answer, _Session)

    async def _post(self, path: str, form: Mapping[str, str], key: str) -> HTTPAnswer:
        headers = {**self._login, "Idempotency-Key": key}
        answer = answers.decided(await self._http.post_form(f"{self._url}/{path}", form, headers))
        if answer.status == 409:
            raise ProviderUnavailableError("the same call is under way")
        return answer

    def _signed(self, header: str, body: bytes, now_s: int) -> bool:
        """Whether one of the header's signatures is right, and its time within five minutes of ours."""
        parts = [part.strip().partition("=") for part in header.split(",")]
        stamps = [value for name, _, value in parts if name == "t"]
        if len(stamps) != 1 or not stamps[0].isdecimal() or len(stamps[0]) > 15:
            return False
        if abs(now_s - int(stamps[0])) > _TOLERANCE_S:
            return False
        right = hmac.new(self._webhook_secret.encode(), f"{stamps[0]}.".encode() + body, "sha256").hexdigest()
        return any(same(value, right) for name, _, value in parts if name == "v1")


def _state(session: _Session, refunded_kopecks: int) -> ProviderState:
    if session.payment_status == "paid":
        whole = 0 < (session.amount_total or 0) <= refunded_kopecks
        return ProviderState.REFUNDED if whole else ProviderState.PAID
    return ProviderState.CANCELLED if session.status == "expired" else ProviderState.PENDING


def _given_back(session: _Session) -> int:
    intent = session.payment_intent
    charge = intent.latest_charge if isinstance(intent, _Intent) else None
    return charge.amount_refunded if isinstance(charge, _Charge) else 0


def _refused(answer: HTTPAnswer) -> ProviderFault:
    error = answers.read(answer, _Error).error
    return answers.told(error.code, error.message)


def _make(options: Mapping[str, str], http: ProviderHTTP) -> Stripe | None:
    secret_key, webhook_secret = options["stripe_secret_key"], options["stripe_webhook_secret"]
    if not secret_key or not webhook_secret:
        return None
    return Stripe(secret_key, webhook_secret, options["stripe_url"], options["stripe_networks"], http)


PROVIDER = Kind(
    "stripe",
    "Stripe: карты других стран",
    "Stripe: cards of other countries",
    ("stripe_secret_key", "stripe_webhook_secret", "stripe_url", "stripe_networks"),
    _make,
)
