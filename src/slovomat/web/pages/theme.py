"""Light, dark, or as the browser is set: one cookie, changed by a plain form."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from slovomat.web.pages import answer
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import THEMES, Frame

_FORM_BYTES_MAX = 200
_YEAR_S = 31_536_000


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """`POST /theme` with `theme`; anything but light and dark is the browser's own again."""

    async def choose(request: Request) -> Response:
        wanted = (await read_form(request, _FORM_BYTES_MAX)).text("theme")
        secure = backstage.site().startswith("https://")
        back = RedirectResponse(_back(request, frame), 303, answer.SECURITY)
        if wanted in THEMES:
            back.set_cookie("theme", wanted, max_age=_YEAR_S, samesite="lax", httponly=True, secure=secure)
        else:
            back.delete_cookie("theme", samesite="lax", httponly=True, secure=secure)
        return back

    return [Route("/theme", choose, methods=["POST"])]


def _back(request: Request, frame: Frame) -> str:
    """Where the form stood; only the path and query of that, so that it cannot lead to another host."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return frame.link("/")
    if came.netloc != request.headers.get("host") or not came.path.startswith("/"):
        return frame.link("/")
    return "/" + came.path.lstrip("/") + (f"?{came.query}" if came.query else "")
