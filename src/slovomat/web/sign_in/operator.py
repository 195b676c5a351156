"""The operator's own sign-in at /admin: another cookie, a role, and a second factor."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.usecases.operator_link import follow_operator_link
from slovomat.usecases.second_factor import Proposal
from slovomat.usecases.sessions import Visitor
from slovomat.usecases.sign_in import CodeNeeded, Over, SignedIn
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import cookie, drop
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import browser_of, next_path, see, visitor
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering, with_next
from slovomat.web.sign_in.qr import qr_svg

_LOGIN, _CODE = "/admin/login", "/admin/login/code"
_UNKEPT = {**SECURITY, "Cache-Control": "no-store"}


class Operator:
    """The pages around the desk's door."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        self._store = backstage.store
        self._env = backstage.env
        self._frame = frame
        self._cases = cases
        self._entering = Entering(backstage, frame, cases)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route(_LOGIN, self.sign_in, methods=["GET"]),
            Route(_LOGIN, self.by_password, methods=["POST"]),
            Route(f"{_LOGIN}/link", self.by_link, methods=["POST"]),
            Route(_CODE, self.code, methods=["GET"]),
            Route(_CODE, self.by_code, methods=["POST"]),
            Route("/admin/sign-out", self.sign_out, methods=["POST"]),
            Route("/admin/second-factor", self.propose, methods=["GET"]),
            Route("/admin/second-factor", self.turn_on, methods=["POST"]),
            Route("/admin/totp.svg", self.picture, methods=["GET"]),
            Route("/admin/password", self.password, methods=["GET"]),
            Route("/admin/password", self.set_password, methods=["POST"]),
        ]

    async def sign_in(self, request: Request) -> Response:
        """The form, or the button of the printed link: it works once, so nothing may follow it by itself."""
        onward = next_path(request.query_params.get("next", ""))
        if isinstance(request.state.visitor, Visitor):
            return see(request, onward or "/admin")
        facts: dict[str, Any] = {
            "token": request.query_params.get("token", "")[:100],
            "onward": onward,
            "email": "",
        }
        return self._frame.page(request, "sign_in/operator.html", fault="", **facts)

    async def by_link(self, request: Request) -> Response:
        """The first sign-in of all, which then offers to set a password."""
        token = (await read_form(request)).text("token")
        person = await follow_operator_link(self._store, self._env, token)
        if person is None:
            return self._frame.page(request, "sign_in/over.html", 410, again=_LOGIN)
        answer = await self._cases.sign_in.proved(
            person, "admin", browser_of(request), self._entering.device(request)
        )
        return await self._entering.go_on(request, answer, "/admin/password") or see(request, _LOGIN)

    async def by_password(self, request: Request) -> Response:
        """The first step."""
        form = await read_form(request)
        email, onward = form.text("email"), next_path(form.text("next"))
        answer = await self._cases.sign_in.by_password(
            email, form.exact("password"), "admin", browser_of(request), self._entering.device(request)
        )
        if response := await self._entering.go_on(request, answer, onward):
            return response
        if isinstance(answer, SignedIn | CodeNeeded):
            raise TypeError(answer)
        facts = {"token": "", "onward": onward, "email": email}
        return self._entering.again(request, "sign_in/operator.html", answer, facts)

    async def code(self, request: Request) -> Response:
        """The form for the second factor."""
        onward = next_path(request.query_params.get("next", ""))
        if not cookie(request, "half_way", self._site()):
            return see(request, with_next(_LOGIN, onward))
        facts: dict[str, Any] = {"onward": onward, "action": _CODE, "back": _LOGIN}
        return self._frame.page(request, "sign_in/code.html", fault="", **facts)

    async def by_code(self, request: Request) -> Response:
        """The second step."""
        form = await read_form(request)
        onward = next_path(form.text("next"))
        answer = await self._cases.sign_in.by_code(
            cookie(request, "half_way", self._site()),
            "admin",
            form.text("code"),
            browser_of(request),
            self._entering.device(request),
        )
        if response := await self._entering.go_on(request, answer, onward):
            return response
        if isinstance(answer, Over | SignedIn | CodeNeeded):
            return see(request, with_next(_LOGIN, onward), "half_way_over")
        facts = {"onward": onward, "action": _CODE, "back": _LOGIN}
        return self._entering.again(request, "sign_in/code.html", answer, facts)

    async def sign_out(self, request: Request) -> Response:
        """Ends this session."""
        if isinstance(request.state.visitor, Visitor):
            await self._cases.sessions.end(request.state.visitor)
        response = see(request, _LOGIN, "signed_out")
        drop(response, "desk", self._site())
        return response

    async def propose(self, request: Request) -> Response:
        """A second factor for who has none yet; who has one signs in with it."""
        who = self._at_desk(request)
        if who is None or who.person.totp_secret:
            return see(request, _LOGIN) if who is None else await self.sign_out(request)
        return self._proposal(request, self._cases.second_factor.propose(who.person, self._issuer(request)))

    async def picture(self, request: Request) -> Response:
        """The proposal as a QR code."""
        who = self._at_desk(request)
        sealed = request.query_params.get("sealed", "")
        if who is None or not (proposal := self._proposed(request, who, sealed)):
            raise HTTPException(404)
        return Response(qr_svg(proposal.uri), 200, _UNKEPT, "image/svg+xml")

    async def turn_on(self, request: Request) -> Response:
        """Puts the second factor in force, and signs in with it."""
        who = self._at_desk(request)
        if who is None or who.person.totp_secret:
            return see(request, _LOGIN)
        form = await read_form(request)
        codes = await self._cases.second_factor.turn_on(who, form.text("sealed"), form.text("code"))
        if codes is None:
            proposal = self._proposed(request, who, form.text("sealed"))
            if proposal is None:
                return see(request, "/admin/second-factor")
            return self._proposal(request, proposal, self._frame.texts_of(request)["sign_in_fault_wrong"])
        await self._cases.sessions.end(who)
        answer = await self._cases.sign_in.enter(
            who.person, "admin", browser_of(request), self._entering.device(request), second_factor=True
        )
        page = self._frame.page(request, "sign_in/recovery_codes.html", codes=codes, onward="/admin")
        self._entering.keep(page, "admin", answer)
        return page

    async def password(self, request: Request) -> Response:
        """The form for a new password."""
        if self._at_desk(request) is None:
            return see(request, _LOGIN)
        return self._frame.page(request, "sign_in/operator_password.html", fault="")

    async def set_password(self, request: Request) -> Response:
        """Sets it; who has one shows it first."""
        who = self._at_desk(request)
        if who is None:
            return see(request, _LOGIN)
        form = await read_form(request)
        fault = await self._cases.change_password.change(
            who,
            form.exact("present"),
            form.exact("password"),
            browser_of(request).address,
            self._entering.device(request),
        )
        if fault:
            return self._entering.again(request, "sign_in/operator_password.html", fault)
        return see(request, "/admin", "password_set")

    def _at_desk(self, request: Request) -> Visitor | None:
        """Who has shown a password here, with or without a second factor so far."""
        return visitor(request) if request.state.visitor is not None else None

    def _proposed(self, request: Request, who: Visitor, sealed: str) -> Proposal | None:
        return self._cases.second_factor.proposed(who.person, sealed, self._issuer(request))

    def _proposal(self, request: Request, proposal: Proposal, fault: str = "") -> Response:
        picture = self._frame.link(f"/admin/totp.svg?sealed={proposal.sealed}")
        facts: dict[str, Any] = {"proposal": proposal, "fault": fault, "at": "/admin", "picture": picture}
        return self._frame.page(request, "sign_in/second_factor.html", 422 if fault else 200, **facts)

    def _issuer(self, request: Request) -> str:
        return self._frame.texts_of(request)["brand"]
