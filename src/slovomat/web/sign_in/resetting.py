"""A forgotten password."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.usecases.passwords import PasswordFault
from slovomat.usecases.sign_in import Blocked, Over, Slowed, Wrong
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import browser_of
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering

_NO_SOONER_S = 0.1
"""Longer than a letter takes to be written down: the time of the answer does not tell whether one was."""


class Resetting:
    """Both steps."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        self._frame = frame
        self._reset = cases.reset
        self._entering = Entering(backstage, frame, cases)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/reset", self.ask, methods=["GET"]),
            Route("/reset", self.begin, methods=["POST"]),
            Route("/reset/{token}", self.choose, methods=["GET"]),
            Route("/reset/{token}", self.finish, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """The form."""
        return self._frame.page(request, "sign_in/reset.html", fault="", email="")

    async def begin(self, request: Request) -> Response:
        """The same page for everybody."""
        form = await read_form(request)
        email = form.text("email")
        begun = self._reset.begin(
            email, spoken(request), browser_of(request), self._entering.device(request), self._site()
        )
        slowed, _ = await asyncio.gather(begun, asyncio.sleep(_NO_SOONER_S))
        if slowed:
            return self._entering.again(request, "sign_in/reset.html", slowed, {"email": email})
        return self._frame.page(request, "sign_in/letter_sent.html", email=email, why="reset")

    async def choose(self, request: Request) -> Response:
        """Where the letter's link leads."""
        email = await self._reset.look(request.path_params["token"])
        if email is None:
            return self._over(request)
        return self._frame.page(request, "sign_in/new_password.html", fault="", email=email)

    async def finish(self, request: Request) -> Response:
        """Sets the password, and signs in."""
        form = await read_form(request)
        token = request.path_params["token"]
        email = await self._reset.look(token) or ""
        answer = await self._reset.finish(
            token, form.exact("password"), browser_of(request), self._entering.device(request)
        )
        match answer:
            case PasswordFault():
                return self._entering.again(request, "sign_in/new_password.html", answer, {"email": email})
            case Blocked() | Slowed() | Wrong():
                facts = {"email": email, "onward": ""}
                return self._entering.again(request, "sign_in/sign_in.html", answer, facts)
            case Over():
                return self._over(request)
        return await self._entering.go_on(request, answer, "", "password_set") or self._over(request)

    def _over(self, request: Request) -> Response:
        return self._frame.page(request, "sign_in/over.html", 410, again="/reset")
