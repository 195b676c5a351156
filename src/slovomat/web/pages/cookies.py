"""The cookies of a sign-in: none is seen by scripts, and over HTTPS none goes another way."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

Name = Literal["session", "desk", "device", "begun", "half_way", "oidc"]
_HOST = "__Host-"
_YEAR_S = 31_536_000
LASTS_S: dict[Name, int] = {
    "session": _YEAR_S,
    "desk": 7 * 86_400,
    "device": 400 * 86_400,
    "begun": 86_400,
    "half_way": 600,
    "oidc": 900,
}
"""The browser forgets them after that; what they open may end earlier."""


def cookie_name(name: Name, site: str) -> str:
    """As the browser knows it: over HTTPS the prefix keeps other hosts from setting it."""
    plain = f"slovomat_{name}"
    return f"{_HOST}{plain}" if site.startswith("https://") else plain


def cookie(request: Request, name: Name, site: str) -> str:
    """What the browser sent; empty when it did not."""
    return request.cookies.get(cookie_name(name, site), "")


def keep(response: Response, name: Name, value: str, site: str) -> None:
    """Has the browser keep it."""
    response.set_cookie(
        cookie_name(name, site),
        value,
        max_age=LASTS_S[name],
        path="/",
        secure=site.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, name: Name, site: str) -> None:
    """Has the browser forget it."""
    secure = site.startswith("https://")
    response.delete_cookie(cookie_name(name, site), path="/", secure=secure, httponly=True, samesite="lax")
