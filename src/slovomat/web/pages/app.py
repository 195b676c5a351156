"""The pages as one ASGI application: addresses, methods, and what is said when something is wrong."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, ExceptionHandler

from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Store, StoreUnavailableError
from slovomat.settings import Settings
from slovomat.web.pages import answer
from slovomat.web.pages.assets import load_assets
from slovomat.web.pages.views import Views

ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /v1/\n"
_ALLOW = "GET, HEAD"


def make_pages(site: Callable[[], str], store: Store, modes: ModeCatalogue, settings: Settings) -> ASGIApp:
    """Every page of the service. `site`: its public URL, known for good only once it listens.

    A fault is answered with a page and then raised on, for the caller's log.
    """
    assets = load_assets()
    views = Views(site, store, modes, settings, assets)

    async def file(request: Request) -> Response:
        asset = assets.get(request.path_params.get("name") or request.url.path.removeprefix("/"))
        if asset is None:
            raise HTTPException(404)
        return answer.static(request, asset)

    async def robots(_request: Request) -> Response:
        return answer.plain(ROBOTS)

    pages = {**views.by_path(), "/robots.txt": robots, "/static/{name}": file}
    pages |= dict.fromkeys(("/favicon.svg", "/favicon.ico"), file)
    app = Starlette(
        routes=[Route(path, view) for path, view in pages.items()],
        exception_handlers={
            404: _notice(views, "missing", 404),
            405: _notice(views, "wrong_method", 405, {"Allow": _ALLOW}),
            StoreUnavailableError: _notice(views, "busy", 503, {"Retry-After": "5"}),
            Exception: _notice(views, "broken", 500),
        },
    )
    app.router.redirect_slashes = False
    return app


def _notice(views: Views, what: str, status: int, headers: dict[str, str] | None = None) -> ExceptionHandler:
    async def handler(request: Request, _error: Exception) -> Response:
        return views.say(request, what, status, headers)

    return handler
