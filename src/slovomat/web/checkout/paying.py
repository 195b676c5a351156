"""An order's page: the ways to pay it, the wait for the money, and what it has brought."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.ports.shop import INVOICE, Order, OrderState, Payment
from slovomat.usecases.checkout import CheckoutFailure
from slovomat.web.checkout.orders import Way, my_order, open_payments, way_of
from slovomat.web.pages.backstage import Backstage, Till
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import see, signed_in, visitor

CHECKS_PER_MINUTE = 15
"""How often a provider is asked about a payment because its buyer looks at the page."""
_NAME_CHARS = 40
_STATUS = {
    CheckoutFailure.NO_ORDER: 404,
    CheckoutFailure.NOT_ON_SALE: 404,
    CheckoutFailure.NO_PROVIDER: 400,
    CheckoutFailure.PAID_ALREADY: 409,
    CheckoutFailure.REFUSED: 502,
    CheckoutFailure.UNAVAILABLE: 503,
}


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The order, what its buttons do, and the way back from a provider."""
    if backstage.till is None:
        return []
    paying = _Paying(backstage, backstage.till, frame)
    return [
        Route("/orders/{id:int}", signed_in(paying.show), methods=["GET"]),
        Route("/orders/{id:int}/pay", signed_in(paying.pay), methods=["POST"]),
        Route("/pay/{provider}/return", signed_in(paying.back), methods=["GET"]),
    ]


class _Paying:
    def __init__(self, backstage: Backstage, till: Till, frame: Frame) -> None:
        self._store = backstage.store
        self._limits = backstage.limits
        self._invoices = backstage.settings.seller_name != ""
        self._till = till
        self._frame = frame

    async def show(self, request: Request) -> Response:
        """The order as it is, asked after at its provider if it is not paid yet."""
        order = await my_order(self._store, request, request.path_params["id"])
        if await self._ask(order):
            order = await my_order(self._store, request, order.id)
        return await self._page(request, order)

    async def pay(self, request: Request) -> Response:
        """Begins a payment; its page is then a link away, since forms lead nowhere but to our own pages."""
        order = await my_order(self._store, request, request.path_params["id"])
        provider = (await read_form(request)).text("provider", _NAME_CHARS)
        account = visitor(request).account
        if provider == INVOICE and self._invoices:
            return see(request, f"/orders/{order.id}/requisites")
        url = await self._till.desk.begin(account, order.id, provider, spoken(request))
        if not isinstance(url, CheckoutFailure):
            return see(request, f"/orders/{order.id}")
        again = await my_order(self._store, request, order.id)
        texts = self._frame.texts_of(request)
        return await self._page(request, again, _STATUS[url], texts[f"order_{url}"])

    async def back(self, request: Request) -> Response:
        """Where providers send buyers to: it proves nothing, and leads to the order."""
        provider = request.path_params["provider"]
        if provider not in self._till.providers:
            raise HTTPException(404)
        number = await self._told(provider, request)
        if number is None:
            return see(request, "/topup")
        order = await my_order(self._store, request, number)
        return see(request, f"/orders/{order.id}?back=1")

    async def _told(self, provider: str, request: Request) -> int | None:
        """The order's number, or that of our payment, which a provider adds of its own accord."""
        said = request.query_params
        number = said.get("order", "")
        if number.isascii() and number.isdecimal() and len(number) <= 15:
            return int(number)
        reference = said.get("InvId") or said.get("OrderId") or ""
        if "\0" in reference:
            return None
        found = await self._store.shop.payment_by_reference(provider, reference)
        return None if found is None else found.order_id

    async def _ask(self, order: Order) -> bool:
        """Whether a provider was asked; a page that is loaded over and over does not ask each time."""
        asked = False
        for payment in await open_payments(self._store, order):
            if payment.provider in self._till.providers:
                window = await self._limits.hit("payment_check", str(payment.id), CHECKS_PER_MINUTE)
                if window.allowed:
                    await self._till.cashier.check(payment.id)
                    asked = True
        return asked

    async def _page(self, request: Request, order: Order, status: int = 200, fault: str = "") -> Response:
        payments = await open_payments(self._store, order)
        sale = None if order.state is OrderState.NEW else await self._store.shop.find_sale(order.id)
        return self._frame.page(
            request,
            "checkout/order.html",
            status,
            order=order,
            sale=sale,
            begun=self._begun(request, payments),
            invoice=any(one.provider == INVOICE for one in payments),
            ways=self._ways(request, order),
            waits=request.query_params.get("back") == "1" and bool(payments) and not fault,
            papers=self._invoices,
            fault=fault,
        )

    def _begun(self, request: Request, payments: list[Payment]) -> tuple[str, str] | None:
        """Where the newest payment goes on, and whose page that is."""
        for payment in payments:
            if payment.url.startswith(("https://", "http://")):
                return payment.url, way_of(self._till, payment.provider, spoken(request)).title
        return None

    def _ways(self, request: Request, order: Order) -> list[Way]:
        """By whom it can be paid."""
        language = spoken(request)
        return [
            way_of(self._till, name, language)
            for name, provider in self._till.providers.items()
            if order.currency in provider.currencies
        ]
