"""The way to another issuer and back."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from slovomat.ports.identity import IdentityUnavailableError
from slovomat.usecases.oidc import Linked, Refused, SignInElsewhere
from slovomat.usecases.sessions import Visitor
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import cookie, drop, keep
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.visitor import browser_of, next_path, see
from slovomat.web.sign_in.cases import Cases
from slovomat.web.sign_in.entering import Entering

_BEGIN, _BACK = "/sign-in/oidc", "/sign-in/oidc/back"


class Elsewhere:
    """A link leads there, not a form: browsers hold a form to our own pages, and rightly."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        settings = backstage.settings
        self._entering = Entering(backstage, frame, cases)
        self._elsewhere = (
            None
            if backstage.identity is None
            else SignInElsewhere(
                backstage.store.people,
                backstage.env,
                backstage.secret,
                issuer=backstage.identity,
                sign_in=cases.sign_in,
                plan=settings.sign_up_plan if settings.sign_up else None,
            )
        )

    def routes(self) -> list[Route]:
        """Their addresses; none without an issuer."""
        if self._elsewhere is None:
            return []
        return [Route(_BEGIN, self.depart, methods=["GET"]), Route(_BACK, self.arrive, methods=["GET"])]

    async def depart(self, request: Request) -> Response:
        """To the issuer."""
        onward = next_path(request.query_params.get("next", ""))
        try:
            departed = await self._asked().depart(self._site() + _BACK, onward)
        except IdentityUnavailableError:
            return see(request, "/sign-in", "oidc_silent")
        response = RedirectResponse(departed.address, 303, {**SECURITY, "Cache-Control": "no-store"})
        keep(response, "oidc", departed.ticket, self._site())
        return response

    async def arrive(self, request: Request) -> Response:
        """And back."""
        response = await self._arrive(request)
        drop(response, "oidc", self._site())
        return response

    async def _arrive(self, request: Request) -> Response:
        query, site = request.query_params, self._site()
        kept = cookie(request, "oidc", site)
        try:
            found = await self._asked().arrive(
                kept, query.get("state", ""), query.get("code", ""), site + _BACK
            )
        except IdentityUnavailableError:
            return see(request, "/sign-in", "oidc_silent")
        if isinstance(found, Refused):
            return see(request, "/sign-in", f"oidc_{found}")
        vouched, onward = found
        signed_in = request.state.visitor if isinstance(request.state.visitor, Visitor) else None
        answer = await self._asked().enter(
            vouched, signed_in, browser_of(request), self._entering.device(request), spoken(request)
        )
        if isinstance(answer, Linked):
            return see(request, "/security", "oidc_linked")
        if isinstance(answer, Refused):
            return see(request, "/security" if signed_in else "/sign-in", f"oidc_{answer}")
        return await self._entering.go_on(request, answer, onward) or see(request, "/sign-in", "oidc_closed")

    def _asked(self) -> SignInElsewhere:
        if self._elsewhere is None:
            raise HTTPException(404)
        return self._elsewhere
