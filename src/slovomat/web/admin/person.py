"""One person, as the desk sees them; and their generations."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.days import Calendar
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.role import Role
from slovomat.ports.people import Person
from slovomat.ports.shop import PaymentFilter
from slovomat.usecases.overview import overview
from slovomat.web.admin.desk import LARGEST_ID, Desk
from slovomat.web.admin.lists import before_of
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.cabinet.history_query import read_query
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import sessions_of, visitor

_ROWS = 20
_HISTORY_ROWS = 50


class Persons:
    """Finds them, and shows what there is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store
        self._calendar = Calendar(desk.settings.time_zone)
        self._sessions = sessions_of(desk.backstage)

    def routes(self) -> list[Route]:
        """Their addresses."""
        page = "/admin/people/{id:int}"
        return [
            Route(page, guarded(Right.PEOPLE, self.show), methods=["GET"]),
            Route(f"{page}/history", guarded(Right.PEOPLE, self.history), methods=["GET"]),
            Route(
                f"{page}/history/{{generation:int}}", guarded(Right.TEXTS, self.generation), methods=["GET"]
            ),
        ]

    async def find(self, request: Request) -> Person:
        """Whose page it is. Raises 404."""
        person = await self._store.people.by_id(AccountId(self._desk.number(request)))
        if person is None:
            raise HTTPException(404)
        return person

    async def show(self, request: Request) -> Response:
        """Everything about somebody, on one page."""
        return await self.page(request, await self.find(request))

    async def page(self, request: Request, person: Person, fault: str = "") -> Response:
        """The person's page; `fault`: why a deed was not done."""
        account = person.account
        shop = self._store.shop
        return self._desk.page(
            request,
            "admin/person.html",
            422 if fault else 200,
            fault=fault,
            person=person,
            account=account,
            seen=await overview(self._store, self._desk.env, self._calendar, account),
            now_ms=self._desk.env.now_ms(),
            keys=list(reversed(await self._store.list_keys(account.id)))[:_ROWS],
            periods=await shop.account_periods(account.id, _ROWS),
            orders=await shop.account_orders(account.id, _ROWS),
            payments=await shop.list_payments(PaymentFilter(limit=_ROWS, account_id=account.id)),
            sessions=await self._sessions.listing(account.id),
            identities=await self._store.people.identities(account.id),
            plans=[one.plan.name for one in await self._store.list_plans()],
            modes=self._modes(request),
            roles=list(Role),
            myself=visitor(request).account.id == account.id,
            may_act=may_act(request, person),
        )

    async def history(self, request: Request) -> Response:
        """All generations of somebody."""
        person = await self.find(request)
        query = read_query(person.account.id, request.query_params, _HISTORY_ROWS)
        found = await self._store.history.page(query)
        path = self._desk.frame.link(f"/admin/people/{person.account.id}/history")
        return self._desk.page(
            request,
            "admin/person_history.html",
            person=person,
            rows=found.rows,
            modes=self._modes(request),
            newest=path if before_of(request) else "",
            older=f"{path}?before={found.before}" if found.before else "",
        )

    async def generation(self, request: Request) -> Response:
        """One generation with its text; that it was read is in the journal."""
        person = await self.find(request)
        wanted = self._desk.number(request, "generation")
        found = None
        if wanted < LARGEST_ID:
            found = await self._store.history.find(person.account.id, GenerationId(wanted))
        if found is None:
            raise HTTPException(404)
        await self._desk.note(request, "read_text", ("generation", str(wanted)))
        return self._desk.page(
            request,
            "admin/generation.html",
            person=person,
            found=found,
            row=found.row,
            modes=self._modes(request),
            days=self._desk.settings.results_days,
        )

    def _modes(self, request: Request) -> dict[str, str]:
        modes, language = self._desk.backstage.modes, spoken(request)
        return {mode_id: modes.title(mode_id, language) for mode_id in modes.ids()}


def may_act(request: Request, person: Person) -> bool:
    """Whether anything may be done to that person here: those who have a role answer to owners alone."""
    return person.role is Role.NONE or visitor(request).role is Role.OWNER
