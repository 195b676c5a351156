"""Signing up, in and out."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.usecases.sessions import Visitor
from slovomat.usecases.sign_in import Answer, CodeNeeded, Over, SignedIn
from slovomat.usecases.sign_up import Begun
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import cookie, drop, keep
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import browser_of, next_path, see
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering, with_next


class Door:
    """The pages of those who are not signed in yet."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        self._settings = backstage.settings
        self._frame = frame
        self._cases = cases
        self._entering = Entering(backstage, frame, cases)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            Route("/sign-up", self.sign_up, methods=["GET"]),
            Route("/sign-up", self.begin, methods=["POST"]),
            Route("/verify/{token}", self.verify, methods=["GET"]),
            Route("/verify/{token}", self.finish, methods=["POST"]),
            Route("/sign-in", self.sign_in, methods=["GET"]),
            Route("/sign-in", self.by_password, methods=["POST"]),
            Route("/sign-in/code", self.code, methods=["GET"]),
            Route("/sign-in/code", self.by_code, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def sign_up(self, request: Request) -> Response:
        """The form."""
        if not self._settings.sign_up:
            return self._frame.page(request, "sign_in/closed.html")
        return self._frame.page(request, "sign_in/sign_up.html", fault="", email="")

    async def begin(self, request: Request) -> Response:
        """The same page for everybody: the letter tells the rest."""
        if not self._settings.sign_up:
            raise HTTPException(403)
        form = await read_form(request)
        email = form.text("email")
        answer = await self._cases.sign_up.begin(
            email, form.exact("password"), spoken(request), browser_of(request), self._site()
        )
        if not isinstance(answer, Begun):
            return self._entering.again(request, "sign_in/sign_up.html", answer, {"email": email})
        response = self._frame.page(request, "sign_in/letter_sent.html", email=answer.email, why="sign_up")
        keep(response, "begun", answer.mark, self._site())
        return response

    async def verify(self, request: Request) -> Response:
        """Where the letter's link leads: a button, so that nothing is done by whoever fetches links ahead."""
        found = await self._cases.sign_up.look(request.path_params["token"], self._mark(request))
        if isinstance(found, Over):
            return self._frame.page(request, "sign_in/over.html", 410, again="/sign-up")
        return self._verify_page(request, found.email, not isinstance(found, Begun))

    async def finish(self, request: Request) -> Response:
        """Opens the account."""
        form = await read_form(request)
        token, mark = request.path_params["token"], self._mark(request)
        answer = await self._cases.sign_up.finish(
            token, mark, form.exact("password"), browser_of(request), self._entering.device(request)
        )
        if response := await self._entering.go_on(request, answer, "", "welcome"):
            return response
        found = await self._cases.sign_up.look(token, mark)
        if isinstance(found, Over) or isinstance(answer, SignedIn):
            return self._frame.page(request, "sign_in/over.html", 410, again="/sign-up")
        facts = {"email": found.email, "needs_password": not isinstance(found, Begun)}
        return self._entering.again(request, "sign_in/verify.html", answer, facts)

    async def sign_in(self, request: Request) -> Response:
        """The form; who is signed in already goes on."""
        onward = next_path(request.query_params.get("next", ""))
        if isinstance(request.state.visitor, Visitor):
            return see(request, onward or "/account")
        return self._frame.page(request, "sign_in/sign_in.html", fault="", email="", onward=onward)

    async def by_password(self, request: Request) -> Response:
        """The first step."""
        form = await read_form(request)
        email, onward = form.text("email"), next_path(form.text("next"))
        answer = await self._cases.sign_in.by_password(
            email,
            form.exact("password"),
            "cabinet",
            browser_of(request),
            self._entering.device(request),
        )
        return await self._answer(request, answer, onward, email)

    async def _answer(self, request: Request, answer: Answer, onward: str, email: str) -> Response:
        if response := await self._entering.go_on(request, answer, onward):
            return response
        if isinstance(answer, SignedIn | CodeNeeded):
            raise TypeError(answer)
        facts = {"email": email, "onward": onward}
        return self._entering.again(request, "sign_in/sign_in.html", answer, facts)

    async def code(self, request: Request) -> Response:
        """The form for the second factor."""
        onward = next_path(request.query_params.get("next", ""))
        if not cookie(request, "half_way", self._site()):
            return see(request, with_next("/sign-in", onward))
        return self._frame.page(
            request, "sign_in/code.html", fault="", onward=onward, action="/sign-in/code", back="/sign-in"
        )

    async def by_code(self, request: Request) -> Response:
        """The second step."""
        form = await read_form(request)
        onward = next_path(form.text("next"))
        half_way = cookie(request, "half_way", self._site())
        answer = await self._cases.sign_in.by_code(
            half_way, "cabinet", form.text("code"), browser_of(request), self._entering.device(request)
        )
        if response := await self._entering.go_on(request, answer, onward):
            return response
        if isinstance(answer, Over | SignedIn | CodeNeeded):
            return see(request, with_next("/sign-in", onward), "half_way_over")
        facts = {"onward": onward, "action": "/sign-in/code", "back": "/sign-in"}
        return self._entering.again(request, "sign_in/code.html", answer, facts)

    async def sign_out(self, request: Request) -> Response:
        """Ends this session."""
        if isinstance(request.state.visitor, Visitor):
            await self._cases.sessions.end(request.state.visitor)
        response = see(request, "/", "signed_out")
        drop(response, "session", self._site())
        return response

    def _verify_page(self, request: Request, email: str, needs_password: bool) -> Response:
        return self._frame.page(
            request, "sign_in/verify.html", fault="", email=email, needs_password=needs_password
        )

    def _mark(self, request: Request) -> str:
        return cookie(request, "begun", self._site())
