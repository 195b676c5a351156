"""From a button of the price list to an order."""

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.usecases.checkout import CheckoutFailure
from slovomat.web.checkout.offers import Offered, find_offer, order_offer
from slovomat.web.pages.backstage import Backstage, Till
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame, visitor_of
from slovomat.web.pages.visitor import see, signed_in, visitor

ORDERS_PER_MINUTE = 20
_OFFER_CHARS = 40


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The page that asks once more, and the order itself."""
    if backstage.till is None:
        return []
    buying = _Buying(backstage, backstage.till, frame)
    return [
        Route("/buy", signed_in(buying.ask), methods=["GET"]),
        Route("/buy", buying.buy, methods=["POST"]),
    ]


class _Buying:
    def __init__(self, backstage: Backstage, till: Till, frame: Frame) -> None:
        self._store = backstage.store
        self._limits = backstage.limits
        self._till = till
        self._frame = frame

    async def ask(self, request: Request) -> Response:
        """What is to be bought; ordered by a button, since a link may be opened by anybody's page."""
        offered = await self._offered(request.query_params.get("offer", ""))
        return self._frame.page(request, "checkout/buy.html", offered=offered)

    async def buy(self, request: Request) -> Response:
        """Orders, and leads to the order; a stranger signs in first, and finds the offer again."""
        name = (await read_form(request)).text("offer", _OFFER_CHARS)
        offered = await self._offered(name)
        if visitor_of(request) is None:
            back = quote(f"/buy?offer={quote(name, safe='')}", safe="/")
            return see(request, f"/sign-in?next={back}")
        account = visitor(request).account
        window = await self._limits.hit("orders", str(account.id), ORDERS_PER_MINUTE)
        if not window.allowed:
            return self._frame.say(request, "too_many_orders", 429)
        order = await order_offer(self._till.desk, account, offered)
        if isinstance(order, CheckoutFailure):
            raise HTTPException(404)
        return see(request, f"/orders/{order.id}")

    async def _offered(self, name: str) -> Offered:
        offered = await find_offer(self._store, name)
        if offered is None:
            raise HTTPException(404)
        return offered
