"""Papers of an order for companies: the invoice to pay by, and the closing document (акт) once it is paid."""

from base64 import b64encode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.ports.shop import INVOICE, Order, OrderState
from slovomat.usecases.checkout import CheckoutFailure
from slovomat.web.checkout.bank_order import payment_text
from slovomat.web.checkout.in_words import roubles_in_words
from slovomat.web.checkout.orders import my_order, open_payments
from slovomat.web.checkout.requisites import Requisites, of_order, read_requisites, stored
from slovomat.web.checkout.vat import contained_kopecks, rate_percent
from slovomat.web.pages.backstage import Backstage, Till
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import see, signed_in, visitor
from slovomat.web.sign_in.qr import qr_svg


class Tax(msgspec.Struct, frozen=True):
    """The line of VAT: how much of the sum, at which rate."""

    percent: int
    kopecks: int


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """Only where there is somebody to make papers out: a seller with a name."""
    if backstage.till is None or not backstage.settings.seller_name:
        return []
    papers = _Papers(backstage, backstage.till, frame)
    return [
        Route("/orders/{id:int}/requisites", signed_in(papers.ask), methods=["GET"]),
        Route("/orders/{id:int}/requisites", signed_in(papers.name), methods=["POST"]),
        Route("/orders/{id:int}/invoice", signed_in(papers.invoice), methods=["GET"]),
        Route("/orders/{id:int}/act", signed_in(papers.act), methods=["GET"]),
    ]


class _Papers:
    def __init__(self, backstage: Backstage, till: Till, frame: Frame) -> None:
        self._store = backstage.store
        self._settings = backstage.settings
        self._till = till
        self._frame = frame

    async def ask(self, request: Request) -> Response:
        """Who the papers are for."""
        order = await self._order(request)
        return self._form(request, order, of_order(order.buyer), frozenset())

    async def name(self, request: Request) -> Response:
        """Keeps it, and makes the paper out: the invoice, or of what is paid the closing document."""
        order = await self._order(request)
        given = read_requisites(await read_form(request))
        if faults := given.faults():
            return self._form(request, order, given, faults, 400)
        await self._store.shop.name_buyer(order.id, stored(given))
        if order.state is OrderState.PAID:
            return see(request, f"/orders/{order.id}/act")
        made = await self._till.desk.invoice(visitor(request).account, order.id)
        page = f"/orders/{order.id}" if isinstance(made, CheckoutFailure) else f"/orders/{order.id}/invoice"
        return see(request, page)

    async def invoice(self, request: Request) -> Response:
        """To be paid by bank transfer."""
        order = await self._order(request)
        payments = await open_payments(self._store, order)
        if not any(one.provider == INVOICE for one in payments):
            return see(request, f"/orders/{order.id}")
        texts = self._frame.texts_of(request)
        purpose = texts["paper_purpose"].format(n=order.id)
        text = payment_text(self._settings, order.amount_kopecks, purpose) if order.currency == "RUB" else ""
        code = b64encode(qr_svg(text)).decode() if text else ""
        return self._paper(request, order, "checkout/invoice.html", purpose=purpose, code=code)

    async def act(self, request: Request) -> Response:
        """That what was paid for was given."""
        order = await self._order(request)
        if order.state is not OrderState.PAID:
            return see(request, f"/orders/{order.id}")
        if not order.buyer:
            return see(request, f"/orders/{order.id}/requisites")
        return self._paper(request, order, "checkout/act.html")

    async def _order(self, request: Request) -> Order:
        order = await my_order(self._store, request, request.path_params["id"])
        if order.state not in {OrderState.NEW, OrderState.PAID}:
            raise HTTPException(404)
        return order

    def _form(
        self, request: Request, order: Order, given: Requisites, faults: frozenset[str], status: int = 200
    ) -> Response:
        return self._frame.page(
            request,
            "checkout/requisites.html",
            status,
            order=order,
            given=given,
            faults=faults,
            settled=order.state is OrderState.PAID and order.buyer != "",
        )

    def _paper(
        self, request: Request, order: Order, template: str, purpose: str = "", code: str = ""
    ) -> Response:
        percent = rate_percent(self._settings.receipts_vat)
        tax = None if percent is None else Tax(percent, contained_kopecks(order.amount_kopecks, percent))
        words = roubles_in_words(order.amount_kopecks) if order.currency == "RUB" else ""
        return self._frame.page(
            request,
            template,
            order=order,
            buyer=of_order(order.buyer),
            tax=tax,
            words=words,
            purpose=purpose,
            code=code,
        )
