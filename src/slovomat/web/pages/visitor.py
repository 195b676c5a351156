"""Who asks for a page: found once a request, and asked for by the pages that are not for everybody."""

import ipaddress
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from slovomat.domain.role import Role
from slovomat.ports.people import Desk
from slovomat.ports.store import StoreUnavailableError
from slovomat.usecases.sessions import Browser, SessionRules, Sessions, Visitor
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import cookie
from slovomat.web.proxies import Proxies

__all__ = ["Visitor", "Visitors", "browser_of", "desk", "see", "signed_in", "visitor"]
Way = ParamSpec("Way")
_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000
_DESK = "/admin"
_FILES = "/static/"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_UNSEEN = {**SECURITY, "Cache-Control": "no-store"}


def sessions_of(backstage: Backstage) -> Sessions:
    """Sessions as the settings have them."""
    settings = backstage.settings
    rules = SessionRules(
        cabinet_ms=settings.session_days * _DAY_MS,
        cabinet_idle_ms=settings.session_idle_days * _DAY_MS,
        desk_ms=settings.desk_session_hours * _HOUR_MS,
        desk_idle_ms=settings.desk_session_idle_minutes * _MINUTE_MS,
    )
    return Sessions(backstage.store.people, backstage.env, backstage.secret, rules)


class Visitors:
    """Puts into each request's state who asks (`visitor`), and from where (`address`)."""

    def __init__(self, app: ASGIApp, backstage: Backstage) -> None:
        self._app = app
        self._site = backstage.site
        self._settings = backstage.settings
        self._sessions = sessions_of(backstage)
        self._proxies = Proxies(backstage.settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and not scope["path"].startswith(_FILES):
            request = Request(scope)
            state = request.state
            peer = scope["client"][0] if scope.get("client") else ""
            state.address = self._proxies.client_of(peer, scope["headers"])
            state.own_machine = self._own_machine(request, peer)
            state.base = urlsplit(self._site()).path.rstrip("/")
            state.visitor, state.store_silent = await self._who(request)
        await self._app(scope, receive, send)

    def _own_machine(self, request: Request, peer: str) -> bool:
        """Whether somebody on this machine asks a service that nobody else can: not by way of a proxy."""
        settings = self._settings
        forwarded = any(name in request.headers for name in _FORWARDED)
        named = settings.site == "" or is_loopback(urlsplit(settings.site).hostname or "")
        hosts = (settings.host, peer, _named_host(request))
        return named and not settings.trusted_proxies and not forwarded and all(map(is_loopback, hosts))

    async def _who(self, request: Request) -> tuple[Visitor | None, bool]:
        """And whether the database could not say: public pages do without it."""
        at_desk = is_desk(request.scope["path"])
        token = cookie(request, "desk" if at_desk else "session", self._site())
        if not token:
            return None, False
        try:
            return await self._sessions.find(token, "admin" if at_desk else "cabinet"), False
        except StoreUnavailableError:
            return None, True


def is_loopback(host: str) -> bool:
    """Whether a name or an address leads to this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _named_host(request: Request) -> str:
    """The host that the browser was told to ask, without its port."""
    named = request.headers.get("host", "")
    return named[1:].partition("]")[0] if named.startswith("[") else named.partition(":")[0]


def is_desk(path: str) -> bool:
    """Whether the page is one of the operator's."""
    return path == _DESK or path.startswith(f"{_DESK}/")


def desk_of(request: Request) -> Desk:
    """Which sign-in counts for the page."""
    return "admin" if is_desk(request.scope["path"]) else "cabinet"


def visitor(request: Request) -> Visitor:
    """Who is signed in, on a page that is for nobody else."""
    found = request.state.visitor
    if not isinstance(found, Visitor):
        raise TypeError("the page is not guarded: put @signed_in or @desk before it")
    return found


def browser_of(request: Request) -> Browser:
    """Where the request comes from."""
    return Browser(request.state.address, request.headers.get("user-agent", ""))


def see(request: Request, path: str, said: str = "") -> RedirectResponse:
    """Leads on to another page after a form; `said`: a text `said_…` that it begins with."""
    path, anchor, place = path.partition("#")
    mark = ("&" if "?" in path else "?") + f"said={said}" if said else ""
    return RedirectResponse(f"{request.state.base}{path}{mark}{anchor}{place}", 303, _UNSEEN)


def signed_in(view: Callable[Way, Awaitable[Response]]) -> Callable[Way, Awaitable[Response]]:
    """The page is for those who are signed in; others go to sign in, and come back. The request is last."""

    @wraps(view)
    async def guarded(*way: Way.args, **named: Way.kwargs) -> Response:
        request = _request(way)
        return _to_sign_in(request, "/sign-in") or await view(*way, **named)

    return guarded


def desk(
    *roles: Role,
) -> Callable[[Callable[Way, Awaitable[Response]]], Callable[Way, Awaitable[Response]]]:
    """The page is for these roles at the operator's desk, and for owners; with a second factor."""

    def guard(view: Callable[Way, Awaitable[Response]]) -> Callable[Way, Awaitable[Response]]:
        @wraps(view)
        async def guarded(*way: Way.args, **named: Way.kwargs) -> Response:
            request = _request(way)
            if away := _to_sign_in(request, "/admin/login"):
                return away
            who = visitor(request)
            if who.role is not Role.OWNER and who.role not in roles:
                raise HTTPException(403)
            if not who.session.second_factor and not request.state.own_machine:
                return see(request, "/admin/second-factor")
            return await view(*way, **named)

        return guarded

    return guard


def _request(way: tuple[object, ...]) -> Request:
    request = way[-1]
    if not isinstance(request, Request):
        raise TypeError("a view's last argument is the request")
    return request


def _to_sign_in(request: Request, page: str) -> Response | None:
    if request.state.visitor is not None:
        return None
    if request.state.store_silent:
        raise StoreUnavailableError("nobody knows who is signed in")
    if request.method not in {"GET", "HEAD"}:
        return see(request, page)
    asked = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
    return see(request, f"{page}?next={quote(asked, safe='/')}")


def next_path(text: str) -> str:
    """Where to go after a sign-in: a path of ours, and nothing that a browser takes for another host."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable() or "\\" in text:
        return ""
    return text
