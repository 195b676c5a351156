"""What providers tell: read whole, proven in each provider's own way, and answered as it wants."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage, Till
from slovomat.web.pages.forms import read_body
from slovomat.web.pages.frame import Frame

BODY_MAX_BYTES = 65_536
_KEEP_NOTHING = {**SECURITY, "Cache-Control": "no-store"}


def routes(backstage: Backstage, frame: Frame) -> list[Route]:  # noqa: ARG001 - as all parts of the pages
    """One address for each provider that has its secret; the others have none."""
    if backstage.till is None:
        return []
    notices = _Notices(backstage.till)
    return [Route("/pay/{provider}/notify", notices.hear, methods=["GET", "POST"])]


class _Notices:
    def __init__(self, till: Till) -> None:
        self._till = till

    async def hear(self, request: Request) -> Response:
        """One notification. What is not authentic is told no more than that."""
        provider = request.path_params["provider"]
        if provider not in self._till.providers:
            raise HTTPException(404)
        body = await _body(request)
        if body is None:
            return _plain(413, "too large")
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply = await self._till.cashier.notified(provider, headers, body, request.state.address)
        if reply is None:
            return _plain(403, "not accepted")
        return Response(reply.body, reply.status, _KEEP_NOTHING, reply.media_type)


async def _body(request: Request) -> bytes | None:
    """As it came; of a GET, the query. None: longer than any notification."""
    if request.method in {"GET", "HEAD"}:
        query: bytes = request.scope["query_string"]
        return query
    try:
        return await read_body(request, BODY_MAX_BYTES)
    except HTTPException:
        return None


def _plain(status: int, text: str) -> Response:
    return Response(text, status, _KEEP_NOTHING, "text/plain; charset=utf-8")
