"""Codes: made by the batch, shown or downloaded once, and looked after."""

import csv
import io

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.ids import BatchId
from slovomat.ports.journal import Refused
from slovomat.ports.shop import Batch, Goods
from slovomat.usecases.codes import BATCH_MAX, CodeOrder, MadeCodes
from slovomat.usecases.price_desk import PriceDesk
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.visitor import visitor

_PAGE = "/admin/codes"
_LISTED = 200
_ALL = 100_000
_REQUESTS_MAX = 10**9
_DAYS_MAX = 36_500
_DAY_MS = 86_400_000
_NOTE_MAX_CHARS = 200
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def routes(desk: Desk) -> list[Route]:
    """The batches, one of them, and the form for another."""
    codes = _Codes(desk)
    return [
        Route(_PAGE, guarded(Right.CODES, codes.show), methods=["GET"]),
        Route(_PAGE, guarded(Right.CODES, codes.make), methods=["POST"]),
        Route(f"{_PAGE}/{{id:int}}", guarded(Right.CODES, codes.batch), methods=["GET"]),
    ]


class _Codes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shop = desk.store.shop
        self._work = PriceDesk(desk.store, desk.env, desk.backstage.secret)

    async def show(self, request: Request) -> Response:
        """The batches that were made, and a form for another."""
        return await self._page(request)

    async def batch(self, request: Request) -> Response:
        """Who has used the codes of a batch."""
        wanted = self._desk.number(request)
        found = next((one for one in await self._shop.list_batches(_ALL) if one.id == wanted), None)
        if found is None:
            raise HTTPException(404)
        codes = await self._shop.batch_codes(BatchId(wanted))
        return self._desk.page(request, "admin/code_batch.html", batch=found, codes=codes)

    async def make(self, request: Request) -> Response:
        """Makes a batch: the answer, a page or a file, is the one moment when its codes are known."""
        form = await read_form(request)
        order = await self._order(request, form)
        if isinstance(order, str):
            return await self._page(request, order)
        made = await self._work.make_codes(self._desk.deed(request, form), order)
        if isinstance(made, Refused):
            return await self._page(request, f"admin_refused_{made.why}")
        if form.text("as") == "csv":
            return _file(made)
        return self._desk.page(request, "admin/codes_made.html", made=made, goods=order.goods)

    async def _order(self, request: Request, form: Form) -> CodeOrder | str:
        """What is asked for; or what is wrong with it, by the name of a text."""
        count, lasts = form.whole("count"), form.whole("expires_days")
        if count is None or not 0 < count <= BATCH_MAX:
            return "admin_fault_count"
        if form.text("expires_days") and (lasts is None or not 0 < lasts <= _DAYS_MAX):
            return "admin_fault_days"
        goods = await self._goods(form)
        if isinstance(goods, str):
            return goods
        return CodeOrder(
            goods=goods,
            count=count,
            by=visitor(request).email,
            note=form.text("note", _NOTE_MAX_CHARS),
            expires_at_ms=None if lasts is None else self._desk.env.now_ms() + lasts * _DAY_MS,
        )

    async def _goods(self, form: Form) -> Goods | str:
        """A pack of so many requests, or a period of a plan."""
        days = form.whole("days")
        if form.text("days") and (days is None or not 0 < days <= _DAYS_MAX):
            return "admin_fault_days"
        if plan := form.text("plan"):
            terms = await self._shop.plan_terms(plan)
            if terms is None:
                return "admin_refused_no_plan"
            return Goods(
                title=terms.name,
                plan_id=terms.plan_id,
                version_id=terms.version_id,
                period_days=days or terms.period_days,
            )
        requests = form.whole("requests")
        if requests is None or not 0 < requests <= _REQUESTS_MAX:
            return "admin_fault_pack_requests"
        return Goods(title=str(requests), requests=requests, valid_days=days)

    async def _page(self, request: Request, fault: str = "") -> Response:
        batches: list[Batch] = await self._shop.list_batches(_LISTED)
        return self._desk.page(
            request,
            "admin/codes.html",
            422 if fault else 200,
            fault=fault,
            batches=batches,
            plans=[one.plan.name for one in await self._desk.store.list_plans()],
            most=BATCH_MAX,
        )


def _file(made: MadeCodes) -> Response:
    """The codes as a file for spreadsheets."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerows([("code",), *((code,) for code in made.codes)])
    headers = {
        **SECURITY,
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="slovomat-codes-{made.batch_id}.csv"',
    }
    return Response((_MARK + written.getvalue()).encode(), 200, headers, "text/csv; charset=utf-8")
