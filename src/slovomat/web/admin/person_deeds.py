"""What is done to people: requests given or taken, plans, blocking, sign-ins, roles."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.days import Calendar
from slovomat.domain.role import Role
from slovomat.ports.journal import OperationResult, Refused
from slovomat.ports.people import Person
from slovomat.usecases.journal import Operations
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.person import Persons, may_act
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.visitor import see, visitor

_TITLE_MAX_CHARS = 100
_CREDIT_MAX = 10**9
_DAYS_MAX = 36_500
_CHANGES = {"on": True, "off": False}


class PersonDeeds:
    """The forms of a person's page. Each is done once under its key, and stands in the journal."""

    def __init__(self, desk: Desk, persons: Persons) -> None:
        self._desk = desk
        self._persons = persons
        self._operations = Operations(desk.store, desk.env, Calendar(desk.settings.time_zone), hold_ms=0)

    def routes(self) -> list[Route]:
        """Their addresses."""
        page = "/admin/people/{id:int}"
        deeds = (
            ("credit", Right.CREDIT, self.credit),
            ("plan", Right.PLAN, self.plan),
            ("block", Right.BLOCK, self.block),
            ("sign-out", Right.SESSIONS, self.sign_out),
            ("second-factor", Right.SECOND_FACTOR, self.second_factor),
            ("role", Right.ROLE, self.role),
        )
        return [
            Route(f"{page}/{name}", guarded(right, view), methods=["POST"]) for name, right, view in deeds
        ]

    async def credit(self, request: Request) -> Response:
        """Gives requests as a pack, or takes them back."""
        person, form = await self._asked(request)
        texts = self._desk.texts(request)
        requests, days = form.whole("requests"), form.whole("valid_days")
        if not requests or abs(requests) > _CREDIT_MAX:
            return await self._persons.page(request, person, texts["admin_fault_requests"])
        if (days is None and form.text("valid_days")) or (days is not None and not 0 < days <= _DAYS_MAX):
            return await self._persons.page(request, person, texts["admin_fault_days"])
        title = form.text("title", _TITLE_MAX_CHARS) or texts["admin_credit_title_default"]
        deed = self._desk.deed(request, form)
        done = await self._operations.credit(deed, person.account.id, requests, title, days)
        return await self._told(request, person, done)

    async def plan(self, request: Request) -> Response:
        """Puts the account on another plan."""
        person, form = await self._asked(request)
        done = await self._operations.change_person(
            self._desk.deed(request, form), person.account.id, "plan", form.text("plan")
        )
        return await self._told(request, person, done)

    async def block(self, request: Request) -> Response:
        """Blocks the account, or unblocks it; nobody their own."""
        person, form = await self._asked(request)
        if person.account.id == visitor(request).account.id or form.text("blocked") not in _CHANGES:
            raise HTTPException(403)
        done = await self._operations.block(
            self._desk.deed(request, form), person.account.id, _CHANGES[form.text("blocked")]
        )
        return await self._told(request, person, done)

    async def sign_out(self, request: Request) -> Response:
        """Ends every session."""
        person, form = await self._asked(request)
        done = await self._operations.change_person(
            self._desk.deed(request, form), person.account.id, "sign_out"
        )
        return await self._told(request, person, done)

    async def second_factor(self, request: Request) -> Response:
        """Takes the second factor away, for who has lost it and its recovery codes."""
        person, form = await self._asked(request)
        done = await self._operations.change_person(
            self._desk.deed(request, form), person.account.id, "second_factor"
        )
        return await self._told(request, person, done)

    async def role(self, request: Request) -> Response:
        """Gives a role at this desk, or takes it."""
        person, form = await self._asked(request)
        role = form.text("role")
        if role not in set(Role):
            raise HTTPException(400)
        done = await self._operations.change_person(
            self._desk.deed(request, form), person.account.id, "role", role
        )
        return await self._told(request, person, done)

    async def _asked(self, request: Request) -> tuple[Person, Form]:
        person = await self._persons.find(request)
        if not may_act(request, person):
            raise HTTPException(403)
        return person, await read_form(request)

    async def _told(self, request: Request, person: Person, done: OperationResult) -> Response:
        if isinstance(done, Refused):
            fault = self._desk.texts(request)[f"admin_refused_{done.why}"]
            return await self._persons.page(request, person, fault)
        said = "admin_again" if done.again else "admin_done"
        return see(request, f"/admin/people/{person.account.id}", said)
