"""A place where a provider's answers are laid out, and each provider's adapter that asks there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from slovomat.payments.http import ProviderHTTP
from slovomat.payments.registry import open_providers
from slovomat.ports.payments import Checkout, Closing, PaymentProvider, Receipt, ReceiptLine, Refund
from slovomat.settings import Settings

SECRETS = {
    "yookassa_shop_id": "54401",
    "yookassa_secret_key": "test_yookassa-key",
    "tkassa_terminal_key": "MerchantTerminalKey",
    "tkassa_password": "usaf8fw8fsw21g",
    "robokassa_login": "demo",
    "robokassa_password1": "first",
    "robokassa_password2": "second",
    "robokassa_password3": "third",
    "cloudpayments_public_id": "pk_site",
    "cloudpayments_secret": "cloud-secret",
    "stripe_secret_key": "sk_test_slovomat",
    "stripe_webhook_secret": "whsec_slovomat",
    "seller_inn": "7707083893",
    "site": "https://words.example",
}
NAMES = ("cloudpayments", "robokassa", "stripe", "tkassa", "yookassa")
NETWORKS = {f"{name}_networks": ("192.0.2.0/24",) for name in NAMES}
THERE = "192.0.2.7"
"""An address that notifications may come from."""
URLS = (*(f"{name}_url" for name in NAMES), "robokassa_refund_url", "robokassa_receipt_url")
LINE = ReceiptLine(
    title="Пакет «Старт»",
    amount_kopecks=12_345,
    vat="22",
    payment_mode="full_prepayment",
    payment_subject="service",
)
RECEIPT = Receipt(email="buyer@example.org", tax_system="usn_income", lines=(LINE,))
CHECKOUT = Checkout(
    reference="17",
    key="once-17",
    amount_kopecks=12_345,
    currency="RUB",
    title="Пакет «Старт»",
    email="buyer@example.org",
    language="ru",
    return_url="https://words.example/pay/return?order=17",
    notify_url="https://words.example/pay/notify",
    receipt=RECEIPT,
)


def refund_of(provider_id: str) -> Refund:
    """Fifty roubles back."""
    return Refund(
        provider_id=provider_id, reference="17", key="back-17", amount_kopecks=5_000, currency="RUB"
    )


def closing_of(provider_id: str) -> Closing:
    """The receipt that closes the payment's."""
    line = ReceiptLine(
        title=LINE.title,
        amount_kopecks=LINE.amount_kopecks,
        vat=LINE.vat,
        payment_mode="full_payment",
        payment_subject="service",
    )
    receipt = Receipt(email=RECEIPT.email, tax_system=RECEIPT.tax_system, lines=(line,))
    return Closing(
        provider_id=provider_id,
        reference="17",
        key="close-17",
        amount_kopecks=12_345,
        currency="RUB",
        receipt=receipt,
    )


def adapters(http: ProviderHTTP, **changed: object) -> dict[str, PaymentProvider]:
    """The adapters of these settings."""
    settings = Settings.model_validate({**SECRETS, **NETWORKS, **changed})
    return open_providers(settings.model_dump(), http)


class Asked:
    """A request that arrived."""

    def __init__(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ):
        self.method = method
        self.path = path
        self.query = dict(query)
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body


class Place:
    """Answers lie here by path, and are given each time; `asked` is what arrived."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.providers: dict[str, PaymentProvider] = {}
        self._answers: dict[str, tuple[int, bytes, Mapping[str, str]]] = {}
        self._any: tuple[int, bytes, Mapping[str, str]] | None = None
        self.silent = False
        self.ended = asyncio.Event()

    def lay(self, path: str, body: bytes, status: int = 200) -> None:
        """What is answered there."""
        self._answers[path] = (status, body, {})

    def lay_everywhere(self, body: bytes, status: int = 200, **headers: str) -> None:
        """What is answered to everything."""
        self._any = (status, body, headers)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        body = await request.read()
        self.asked.append(Asked(request.method, request.path, request.query, request.headers, body))
        if self.silent:
            await self.ended.wait()
        status, answer, headers = self._any or self._answers[request.path]
        return web.Response(body=answer, status=status, headers=headers)


@asynccontextmanager
async def place(timeout_s: float = 5, **changed: object) -> AsyncIterator[Place]:
    """The place, open on a port of this machine, and the adapters that know of it."""
    there = Place()
    application = web.Application(client_max_size=1 << 20)
    application.router.add_route("*", "/{anything:.*}", there.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    http = ProviderHTTP(timeout_s)
    there.providers = adapters(http, **{**dict.fromkeys(URLS, url), **changed})
    try:
        yield there
    finally:
        there.ended.set()
        await http.close()
        await runner.cleanup()
