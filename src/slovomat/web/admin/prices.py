"""Plans and packs: made, given other terms, taken off sale."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.caller import DIALECTS
from slovomat.ports.accounts import PackOffer, PlanOffer
from slovomat.ports.journal import Refused
from slovomat.usecases.price_desk import PriceDesk
from slovomat.web.admin.amounts import typed
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.price_forms import read_pack, read_plan
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.visitor import see

_PAGE = "/admin/prices"


def routes(desk: Desk) -> list[Route]:
    """The list, and what its forms do."""
    prices = _Prices(desk)
    return [
        Route(_PAGE, guarded(Right.PRICES, prices.show), methods=["GET"]),
        Route(f"{_PAGE}/plans", guarded(Right.PRICES, prices.save_plan), methods=["POST"]),
        Route(f"{_PAGE}/packs", guarded(Right.PRICES, prices.save_pack), methods=["POST"]),
    ]


class _Prices:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store
        self._work = PriceDesk(desk.store, desk.env, desk.backstage.secret)

    async def show(self, request: Request) -> Response:
        """What is sold, and what is not any more."""
        return await self._page(request)

    async def save_plan(self, request: Request) -> Response:
        """Makes a plan, or gives one other terms."""
        form = await read_form(request)
        offer = read_plan(form)
        known = {one.plan.name for one in await self._store.list_plans()}
        if fault := _fault(form, offer, known):
            return await self._page(request, fault)
        return await self._told(request, form, offer)

    async def save_pack(self, request: Request) -> Response:
        """Makes a pack, or changes one."""
        form = await read_form(request)
        offer = read_pack(form)
        known = {one.name for one in await self._store.list_pack_offers()}
        if fault := _fault(form, offer, known):
            return await self._page(request, fault)
        return await self._told(request, form, offer)

    async def _told(self, request: Request, form: Form, offer: PlanOffer | PackOffer | str) -> Response:
        deed = self._desk.deed(request, form)
        match offer:
            case PlanOffer():
                done = await self._work.save_plan(deed, offer)
            case PackOffer():
                done = await self._work.save_pack(deed, offer)
            case str():
                raise TypeError(offer)
        if isinstance(done, Refused):
            return await self._page(request, f"admin_refused_{done.why}")
        return see(request, _PAGE, "admin_done")

    async def _page(self, request: Request, fault: str = "") -> Response:
        return self._desk.page(
            request,
            "admin/prices.html",
            422 if fault else 200,
            fault=fault,
            plans=await self._store.list_plans(),
            packs=await self._store.list_pack_offers(),
            dialects=DIALECTS,
            typed=typed,
        )


def _fault(form: Form, offer: PlanOffer | PackOffer | str, known: set[str]) -> str:
    """Why it is not saved, as the name of a text: a new name must be new, another must be there."""
    if isinstance(offer, str):
        return offer
    name = offer.plan.name if isinstance(offer, PlanOffer) else offer.name
    is_new = form.text("new") == "yes"
    if is_new and name in known:
        return "admin_fault_name_taken"
    return "" if is_new or name in known else "admin_fault_name"
