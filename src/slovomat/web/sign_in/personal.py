"""One's own data: a file with all of it, and the account's end."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from slovomat.usecases import personal_data
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import drop
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import browser_of, see, signed_in, visitor
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering, Fault

_PAGE = "/personal-data"
_FILE = {
    **SECURITY,
    "Cache-Control": "no-store",
    "Content-Disposition": 'attachment; filename="slovomat-personal-data.json"',
}


class Personal:
    """The page and its forms."""

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
            Route(_PAGE, self.page, methods=["GET"]),
            Route(f"{_PAGE}/export", self.export, methods=["POST"]),
            Route(f"{_PAGE}/delete", self.leave, methods=["POST"]),
        ]

    @signed_in
    async def page(self, request: Request) -> Response:
        """What can be done."""
        return self._page(request)

    @signed_in
    async def export(self, request: Request) -> Response:
        """The file, for who knows the password."""
        if fault := await self._refused(request):
            return self._page(request, fault)
        pieces = personal_data.export(self._store, self._env, visitor(request).person)
        return StreamingResponse(pieces, 200, _FILE, "application/json")

    @signed_in
    async def leave(self, request: Request) -> Response:
        """The end, for who knows the password."""
        if not visitor(request).person.password_hash:
            return see(request, "/security", "password_first")
        if fault := await self._refused(request):
            return self._page(request, fault)
        if not await personal_data.leave(self._store, self._env, visitor(request).account.id):
            return see(request, _PAGE, "not_deleted")
        response = see(request, "/", "deleted")
        for name in ("session", "device"):
            drop(response, name, self._site())
        return response

    async def _refused(self, request: Request) -> Fault | None:
        form = await read_form(request)
        if not visitor(request).person.password_hash:
            return None
        return await self._cases.change_password.confirm(
            visitor(request),
            form.exact("present"),
            browser_of(request).address,
            self._entering.device(request),
        )

    def _page(self, request: Request, fault: Fault | None = None) -> Response:
        if fault is not None:
            return self._entering.again(request, "sign_in/personal.html", fault)
        return self._frame.page(request, "sign_in/personal.html", fault="")
