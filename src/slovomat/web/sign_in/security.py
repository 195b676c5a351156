"""One's own safety: password, second factor, sessions, language."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.usecases.change_email import LetterSent
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import LANGUAGES
from slovomat.web.pages.visitor import browser_of, see, signed_in, visitor
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering, Fault
from slovomat.web.sign_in.qr import qr_svg

_PAGE = "/security"
_UNKEPT = {**SECURITY, "Cache-Control": "no-store"}


class Security:
    """The page and its forms."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        self._people = backstage.store.people
        self._env = backstage.env
        self._frame = frame
        self._cases = cases
        self._entering = Entering(backstage, frame, cases)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route(_PAGE, self.page, methods=["GET"]),
            Route(f"{_PAGE}/password", self.change_password, methods=["POST"]),
            Route(f"{_PAGE}/email", self.begin_email, methods=["POST"]),
            Route(f"{_PAGE}/second-factor", self.propose, methods=["GET"]),
            Route(f"{_PAGE}/second-factor", self.turn_on, methods=["POST"]),
            Route(f"{_PAGE}/second-factor/off", self.turn_off, methods=["POST"]),
            Route(f"{_PAGE}/recovery-codes", self.recovery_codes, methods=["POST"]),
            Route(f"{_PAGE}/totp.svg", self.picture, methods=["GET"]),
            Route(f"{_PAGE}/sessions", self.end_session, methods=["POST"]),
            Route(f"{_PAGE}/sessions/others", self.end_others, methods=["POST"]),
            Route(f"{_PAGE}/language", self.set_language, methods=["POST"]),
            Route(f"{_PAGE}/identities", self.unlink, methods=["POST"]),
        ]

    @signed_in
    async def page(self, request: Request) -> Response:
        """All of it."""
        return await self._page(request)

    async def _page(self, request: Request, fault: Fault | None = None, about: str = "") -> Response:
        who = visitor(request)
        facts: dict[str, Any] = {
            "about": about,
            "sessions": await self._cases.sessions.listing(who.account.id),
            "recovery_codes": await self._people.recovery_codes_left(who.account.id),
            "identities": await self._people.identities(who.account.id),
            "languages": LANGUAGES,
        }
        if fault is not None:
            return self._entering.again(request, "sign_in/security.html", fault, facts)
        return self._frame.page(request, "sign_in/security.html", fault="", **facts)

    @signed_in
    async def change_password(self, request: Request) -> Response:
        """Another password; the other sessions end."""
        form = await read_form(request)
        fault = await self._cases.change_password.change(
            visitor(request),
            form.exact("present"),
            form.exact("password"),
            browser_of(request).address,
            self._entering.device(request),
        )
        return await self._page(request, fault, "password") if fault else see(request, _PAGE, "password_set")

    @signed_in
    async def begin_email(self, request: Request) -> Response:
        """Another e-mail: a letter goes there, and nothing changes before its link is followed."""
        form, who = await read_form(request), visitor(request)
        if not who.person.password_hash:
            return see(request, _PAGE, "password_first")
        answer = await self._cases.change_email.begin(
            who,
            form.text("email"),
            form.exact("present"),
            browser=browser_of(request),
            device=self._entering.device(request),
            site=self._site(),
        )
        if not isinstance(answer, LetterSent):
            return await self._page(request, answer, "email")
        return self._frame.page(request, "sign_in/letter_sent.html", email=answer.email, why="email")

    @signed_in
    async def propose(self, request: Request) -> Response:
        """A picture for the app, and the form for its first code."""
        proposal = self._cases.second_factor.propose(visitor(request).person, self._issuer(request))
        return self._proposal(request, {"proposal": proposal, "fault": ""})

    @signed_in
    async def picture(self, request: Request) -> Response:
        """The proposal as a QR code."""
        sealed = request.query_params.get("sealed", "")
        proposal = self._cases.second_factor.proposed(visitor(request).person, sealed, self._issuer(request))
        if proposal is None:
            raise HTTPException(404)
        return Response(qr_svg(proposal.uri), 200, _UNKEPT, "image/svg+xml")

    @signed_in
    async def turn_on(self, request: Request) -> Response:
        """Puts the second factor in force, and shows the recovery codes this once."""
        form, who = await read_form(request), visitor(request)
        if not await self._is_their_password(request, form):
            return see(request, f"{_PAGE}/second-factor", "wrong_password")
        sealed = form.text("sealed")
        codes = await self._cases.second_factor.turn_on(who, sealed, form.text("code"))
        if codes is not None:
            return self._codes(request, codes)
        proposal = self._cases.second_factor.proposed(who.person, sealed, self._issuer(request))
        if proposal is None:
            return see(request, f"{_PAGE}/second-factor")
        fault = self._frame.texts_of(request)["sign_in_fault_wrong"]
        return self._proposal(request, {"proposal": proposal, "fault": fault}, 422)

    @signed_in
    async def turn_off(self, request: Request) -> Response:
        """Takes the second factor away, for who knows the password."""
        if not await self._is_their_password(request, await read_form(request)):
            return see(request, _PAGE, "wrong_password")
        await self._cases.second_factor.turn_off(visitor(request))
        return see(request, _PAGE, "second_factor_off")

    @signed_in
    async def recovery_codes(self, request: Request) -> Response:
        """Other recovery codes, for who knows the password."""
        who = visitor(request)
        if not who.person.totp_secret or not await self._is_their_password(request, await read_form(request)):
            return see(request, _PAGE, "wrong_password")
        return self._codes(request, await self._cases.second_factor.new_recovery_codes(who))

    @signed_in
    async def end_session(self, request: Request) -> Response:
        """Signs another browser out."""
        session_id = (await read_form(request)).whole("session")
        if session_id is not None:
            await self._cases.sessions.end_one(visitor(request), session_id)
        return see(request, _PAGE, "session_ended")

    @signed_in
    async def end_others(self, request: Request) -> Response:
        """Signs out everywhere else."""
        await self._cases.sessions.end_others(visitor(request))
        return see(request, _PAGE, "sessions_ended")

    @signed_in
    async def set_language(self, request: Request) -> Response:
        """The language of letters, and of the pages in this browser."""
        language = (await read_form(request)).text("language")
        if language not in LANGUAGES:
            raise HTTPException(400)
        await self._people.set_language(visitor(request).account.id, language, self._env.now_ms())
        return see(request, f"{_PAGE}?lang={language}", "saved")

    @signed_in
    async def unlink(self, request: Request) -> Response:
        """The other issuer opens this account no more; only where a password does."""
        form, who = await read_form(request), visitor(request)
        if not who.person.password_hash:
            return see(request, _PAGE, "password_first")
        await self._people.unlink_identity(who.account.id, form.text("issuer"), form.text("subject"))
        return see(request, _PAGE, "saved")

    async def _is_their_password(self, request: Request, form: Form) -> bool:
        who = visitor(request)
        if not who.person.password_hash:
            return True
        refused = await self._cases.change_password.confirm(
            who, form.exact("present"), browser_of(request).address, self._entering.device(request)
        )
        return refused is None

    def _proposal(self, request: Request, facts: Mapping[str, Any], status: int = 200) -> Response:
        picture = self._frame.link(f"{_PAGE}/totp.svg?sealed={facts['proposal'].sealed}")
        return self._frame.page(
            request, "sign_in/second_factor.html", status, **facts, at=_PAGE, picture=picture
        )

    def _codes(self, request: Request, codes: list[str]) -> Response:
        return self._frame.page(request, "sign_in/recovery_codes.html", codes=codes, onward=_PAGE)

    def _issuer(self, request: Request) -> str:
        return self._frame.texts_of(request)["brand"]
