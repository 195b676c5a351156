"""What changes something is asked for by our own pages alone, whatever cookies a browser sends along.

Browsers say where a request comes from: `Sec-Fetch-Site` over HTTPS and to this machine, `Origin` with every
POST. What says neither is no browser, and
brings no cookies. Providers' notices (`/pay/…/notify`) prove who
they are in their own way, and no cookie is read for them.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = {"GET", "HEAD", "OPTIONS"}
_NOTICE = re.compile(r"/pay/[a-z0-9_-]+/notify")
_OURS = {"same-origin", "none"}
"""`none`: the person did it, by the address line or by reloading."""


class SameOrigin:
    """Lets through what reads, and what our own pages ask for; refuses the rest."""

    def __init__(self, app: ASGIApp, site: Callable[[], str], refuse: Callable[[Request], Response]) -> None:
        self._app = app
        self._site = site
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self._is_ours(scope):
            await self._refuse(Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        if _NOTICE.fullmatch(scope["path"]):
            return True
        headers = Headers(scope=scope)
        fetched = headers.getlist("sec-fetch-site")
        if fetched:
            return len(fetched) == 1 and fetched[0] in _OURS
        origins = headers.getlist("origin")
        if not origins:
            return "cookie" not in headers
        return len(origins) == 1 and self._is_our_origin(origins[0], headers.get("host", ""))

    def _is_our_origin(self, origin: str, host: str) -> bool:
        """Our public one, or the one that was asked: nobody else can make a browser name it.

        Where we are HTTPS, whoever writes into plain HTTP under our name is somebody else.
        """
        site = urlsplit(self._site())
        if origin == f"{site.scheme}://{site.netloc}":
            return True
        return bool(host) and origin in {f"https://{host}", f"{site.scheme}://{host}"}
