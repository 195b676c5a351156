"""The page of money: what there is to buy, codes, and what was bought so far."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import INVOICE, Order, OrderState, Redemption
from slovomat.usecases.codes import redeem_code
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.web.checkout.offers import offers
from slovomat.web.checkout.orders import way_of
from slovomat.web.pages.backstage import Backstage, Till
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import see, signed_in, visitor
from slovomat.web.sign_in.cases import guess_rules

_ORDERS_SHOWN = 50
_CODE_CHARS = 100


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An order in the list. `way`: who takes or took the money; `state`: as its buyer sees it."""

    order: Order
    way: str
    state: str
    refunded_kopecks: int
    invoice: bool


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The page, and the form for a code."""
    if backstage.till is None:
        return []
    topup = _TopUp(backstage, backstage.till, frame)
    return [
        Route("/topup", signed_in(topup.show), methods=["GET"]),
        Route("/codes", signed_in(topup.redeem), methods=["POST"]),
    ]


class _TopUp:
    def __init__(self, backstage: Backstage, till: Till, frame: Frame) -> None:
        self._backstage = backstage
        self._store = backstage.store
        self._till = till
        self._frame = frame
        self._guessing = Guessing(
            backstage.limits, backstage.env, backstage.secret, guess_rules(backstage.settings)
        )

    async def show(self, request: Request) -> Response:
        """What there is to buy, and what was bought."""
        return await self._page(request)

    async def redeem(self, request: Request) -> Response:
        """Takes a code. Guessing is slowed, for the account and for the address."""
        typed = (await read_form(request)).text("code", _CODE_CHARS)
        account = visitor(request).account
        waits_ms = await self._guessing.wait_ms(Guess.VOUCHER, account.email, request.state.address)
        if waits_ms:
            seconds = str(-(-waits_ms // 1000))
            return await self._page(request, typed, "code_slow", 429, {"Retry-After": seconds})
        backstage = self._backstage
        taken = await redeem_code(self._store, backstage.env, backstage.secret, account.id, typed)
        if not isinstance(taken, Redemption):
            return await self._page(request, typed, f"code_{taken}", 400)
        return see(request, "/topup", "code_before" if taken.before else "code_taken")

    async def _page(
        self,
        request: Request,
        typed: str = "",
        fault: str = "",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        account_id = visitor(request).account.id
        return self._frame.page(
            request,
            "checkout/topup.html",
            status,
            headers,
            offers=await offers(self._store),
            lines=await self._lines(request),
            codes=await self._store.shop.account_redemptions(account_id, _ORDERS_SHOWN),
            debt=await self._store.shop.debt(account_id),
            typed=typed,
            fault=fault,
        )

    async def _lines(self, request: Request) -> list[Line]:
        found = await self._store.shop.account_orders(visitor(request).account.id, _ORDERS_SHOWN)
        return [await self._line(order, spoken(request)) for order in found]

    async def _line(self, order: Order, language: str) -> Line:
        payments = await self._store.shop.order_payments(order.id)
        paid = [one for one in payments if one.paid_at_ms is not None]
        last = (paid or payments)[-1] if payments else None
        state = str(order.state)
        if order.state is OrderState.NEW:
            waiting = any(one.state is ProviderState.PENDING for one in payments)
            state = "waiting" if waiting else "new"
        return Line(
            order=order,
            way=""
            if last is None or last.provider == INVOICE
            else way_of(self._till, last.provider, language).title,
            state=state,
            refunded_kopecks=sum(one.refunded_kopecks for one in paid),
            invoice=last is not None and last.provider == INVOICE,
        )
