"""The pages as one ASGI application: addresses, methods, and what is said when something is wrong."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, ExceptionHandler

from slovomat.dialects.texts import STATUS
from slovomat.ports.store import StoreUnavailableError
from slovomat.usecases.passwords import TooManyWaitError
from slovomat.web.admin import views as admin
from slovomat.web.cabinet import account, history, keys, notices, playground
from slovomat.web.checkout import buying, papers, paying, topup
from slovomat.web.checkout import notices as provider_notices
from slovomat.web.pages import answer, theme, views
from slovomat.web.pages.assets import load_assets
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.documentation import routes as documentation
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.same_origin import SameOrigin
from slovomat.web.pages.visitor import Visitors
from slovomat.web.protocol import FAULT
from slovomat.web.sign_in import views as sign_in

ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /v1/\n"
_PARTS = (
    views,
    theme,
    documentation,
    sign_in,
    account,
    keys,
    notices,
    history,
    playground,
    admin,
    buying,
    paying,
    papers,
    provider_notices,
    topup,
)
"""Each brings its `routes`."""


def make_pages(backstage: Backstage) -> ASGIApp:
    """Every page of the service. A fault is answered with a page and then raised on, for the caller's log."""
    assets = load_assets()
    frame = Frame(backstage, assets)

    async def file(request: Request) -> Response:
        asset = assets.get(request.path_params.get("name") or request.url.path.removeprefix("/"))
        if asset is None:
            raise HTTPException(404)
        return answer.static(request, asset)

    async def robots(_request: Request) -> Response:
        return answer.plain(f"{ROBOTS}Sitemap: {backstage.site()}/sitemap.xml\n")

    files = {"/robots.txt": robots, "/static/{name}": file, "/favicon.svg": file, "/favicon.ico": file}
    app = Starlette(
        routes=[
            *[route for part in _PARTS for route in part.routes(backstage, frame)],
            *[Route(path, view) for path, view in files.items()],
        ],
        exception_handlers={
            400: _notice(frame, "bad_form", 400),
            403: _notice(frame, "closed", 403),
            404: _notice(frame, "missing", 404),
            405: _wrong_method(frame),
            413: _notice(frame, "bad_form", 413),
            415: _notice(frame, "bad_form", 415),
            ClientDisconnect: _broken_off(frame),
            StoreUnavailableError: _notice(frame, "busy", 503, {"Retry-After": "5"}),
            TooManyWaitError: _notice(frame, "crowded", 503, {"Retry-After": "5"}),
            Exception: _notice(frame, "broken", 500),
        },
    )
    app.router.redirect_slashes = False
    return SameOrigin(
        Visitors(app, backstage), backstage.site, lambda request: frame.say(request, "cross_site", 403)
    )


def _notice(frame: Frame, what: str, status: int, headers: dict[str, str] | None = None) -> ExceptionHandler:
    async def handler(request: Request, _error: Exception) -> Response:
        return frame.say(request, what, status, headers)

    return handler


def _wrong_method(frame: Frame) -> ExceptionHandler:
    """With the methods of the whole address: each of its routes knows its own alone."""

    async def handler(request: Request, _error: Exception) -> Response:
        fitting = [
            one
            for one in request.app.routes
            if isinstance(one, Route) and one.matches(request.scope)[0] is not Match.NONE
        ]
        methods = sorted({method for one in fitting for method in one.methods or ()})
        return frame.say(request, "wrong_method", 405, {"Allow": ", ".join(methods)})

    return handler


def _broken_off(frame: Frame) -> ExceptionHandler:
    """A body that does not come to its end: its sender is gone, too slow, or has sent too much."""

    async def handler(request: Request, _error: Exception) -> Response:
        fault = request.scope.get(FAULT)
        return frame.say(request, "bad_form", 400 if fault is None else STATUS[fault])

    return handler
