"""The pages: the checkout where a buyer pays, and the cabinet where the shop's people see and give back."""

import asyncio
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from slovomat.testing.fakepay.desk import origin
from slovomat.testing.fakepay.faults import Fault
from slovomat.testing.fakepay.house import House
from slovomat.testing.fakepay.payments import NotPossibleError, Payment, State, kopecks
from slovomat.testing.fakepay.texts import language, sum_of_money, texts

ABOVE = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@cache
def templates() -> Environment:
    """The pages' templates."""
    loader = PackageLoader("slovomat.testing.fakepay", "pages")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters["money"] = sum_of_money
    return made


class Cabinet:
    """Forms only, no JavaScript."""

    def __init__(self, house: House, at_once: bool) -> None:
        self._house = house
        self._at_once = at_once

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its routes."""
        router.add_get("/", self.overview)
        router.add_get("/fakepay.css", self.style)
        router.add_get("/favicon.ico", self.no_picture)
        router.add_get("/checkout/{provider}/{id}", self.checkout)
        router.add_post("/checkout/{provider}/{id}", self.decide)
        router.add_post("/cabinet/deliver", self.deliver)
        router.add_post("/cabinet/{provider}/{id}/refund", self.refund)
        router.add_post("/cabinet/{provider}/{id}/faults", self.fault)

    async def style(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """The style of all pages."""
        text = (files("slovomat.testing.fakepay") / "pages" / "fakepay.css").read_text("utf-8")
        return web.Response(text=text, content_type="text/css", charset="utf-8")

    async def no_picture(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Browsers ask for one and complain of a 404."""
        return web.Response(status=HTTPStatus.NO_CONTENT)

    def _payment(self, request: web.Request) -> Payment:
        names = request.match_info
        found = self._house.desk.payments.by_id(names["provider"], names["id"])
        if found is None:
            raise web.HTTPNotFound(text="Такого платежа нет. There is no such payment.")
        return found

    async def checkout(self, request: web.Request) -> web.Response:
        """Pay or not."""
        payment = self._payment(request)
        told = self._house.of(payment).told(payment)
        targets = {origin(payment.return_url), origin(payment.fail_url)} - {""}
        facts = {"payment": payment, "told": told, "open": payment.state is State.PENDING}
        back = self._house.of(payment).back(payment, payment.state is State.PAID)
        return self._page(request, "checkout.html", facts | {"back": back}, targets, payment.language)

    async def decide(self, request: web.Request) -> web.Response:
        """The buyer pressed a button, and goes back to the shop."""
        payment = self._payment(request)
        paid = (await request.post()).get("do") == "pay"
        act = self._house.pay if paid else self._house.cancel
        try:
            await asyncio.to_thread(act, payment.id)
        except NotPossibleError:
            paid = payment.state in {State.PAID, State.HELD}
        await self._after()
        return seen_other(self._house.of(payment).back(payment, paid))

    async def overview(self, request: web.Request) -> web.Response:
        """All payments, what was told of them, and the levers."""
        faults = self._house.desk.faults
        rows = [(one, faults.of(one.provider, one.id)) for one in self._house.desk.payments.all()]
        facts = {"rows": rows, "sent": self._house.sent[::-1], "faults": list(Fault)}
        waiting = len(self._house.desk.pending)
        return self._page(request, "cabinet.html", facts | {"waiting": waiting}, set(), "")

    async def refund(self, request: web.Request) -> web.Response:
        """Money goes back from the provider's own cabinet."""
        payment = self._payment(request)
        wanted = str((await request.post()).get("amount", "")).replace(",", ".")
        try:
            amount = kopecks(wanted) if wanted else None
            await asyncio.to_thread(self._house.refund, payment.id, amount)
        except (NotPossibleError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        await self._after()
        return seen_other("/")

    async def fault(self, request: web.Request) -> web.Response:
        """Sets what goes wrong with a payment."""
        payment = self._payment(request)
        chosen = (await request.post()).getall("fault", [])
        with self._house.desk.lock:
            self._house.desk.faults.off(payment.provider, payment.id)
            self._house.desk.faults.on(payment.provider, payment.id, *map(Fault, map(str, chosen)))
        return seen_other("/")

    async def deliver(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Sends what is in line."""
        await asyncio.to_thread(self._house.deliver)
        return seen_other("/")

    async def _after(self) -> None:
        if self._at_once:
            await asyncio.to_thread(self._house.deliver)

    def _page(
        self, request: web.Request, name: str, facts: dict[str, Any], targets: set[str], wanted: str
    ) -> web.Response:
        asked = request.query.get("lang", "") or wanted
        chosen = language(asked or request.headers.get("Accept-Language", ""))
        titles = {one.name: one.title for one in self._house.providers.values()}
        text = (
            templates()
            .get_template(name)
            .render(facts, t=texts(chosen), language=chosen, titles=titles, path=request.path)
        )
        policy = f"{ABOVE}; form-action 'self' {' '.join(sorted(targets))}".strip()
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
        return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)


def seen_other(url: str) -> web.Response:
    """Go on there, with a GET."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url})
