"""The link that changes one's e-mail."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.usecases.sign_in import Over
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import keep
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import see, signed_in, visitor
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering

_PAGE = "/security"
_LINK = f"{_PAGE}/email/{{token}}"


class NewEmail:
    """A button, and what it does: a link alone may be followed by programs."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        self._frame = frame
        self._cases = cases
        self._entering = Entering(backstage, frame, cases)

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [Route(_LINK, self.look, methods=["GET"]), Route(_LINK, self.finish, methods=["POST"])]

    @signed_in
    async def look(self, request: Request) -> Response:
        """Where the letter's link leads."""
        email = await self._cases.change_email.look(visitor(request), request.path_params["token"])
        if email is None:
            return self._over(request)
        return self._frame.page(request, "sign_in/new_email.html", email=email)

    @signed_in
    async def finish(self, request: Request) -> Response:
        """Changes it; the browser stays a known one."""
        answer = await self._cases.change_email.finish(visitor(request), request.path_params["token"])
        if isinstance(answer, Over):
            return self._over(request)
        response = see(request, _PAGE, "email_changed")
        device = self._cases.guessing.remember(self._entering.device(request), answer)
        keep(response, "device", device, self._site())
        return response

    def _over(self, request: Request) -> Response:
        return self._frame.page(request, "sign_in/over.html", 410, again=_PAGE)
