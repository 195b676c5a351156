"""The history: every generation, its price, who paid it, and its text."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from slovomat.domain.ids import GenerationId
from slovomat.web.cabinet.history_file import history_file
from slovomat.web.cabinet.history_query import STATES, WAYS, address, filters, read_query
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.moments import Moments
from slovomat.web.pages.visitor import signed_in, visitor

_PAGE_ROWS = 25
_LARGEST_ID = 2**53


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The list, one generation, and the file."""
    views = _Views(backstage, frame)
    return [
        Route("/history", signed_in(views.listing)),
        Route("/history.csv", signed_in(views.file)),
        Route("/history/{id:int}", signed_in(views.one)),
    ]


class _Views:
    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._store = backstage.store
        self._modes = backstage.modes
        self._days = backstage.settings.results_days
        self._moments = Moments(backstage.settings.time_zone)
        self._frame = frame

    async def listing(self, request: Request) -> Response:
        """Your generations, the newest first."""
        query = read_query(visitor(request).account.id, request.query_params, _PAGE_ROWS)
        page = await self._store.history.page(query)
        texts = self._frame.texts[spoken(request)]
        return self._frame.page(
            request,
            "cabinet/history.html",
            rows=page.rows,
            chosen=filters(query),
            keys=await self._store.list_keys(query.account_id),
            modes=self._titles(request),
            ways=WAYS,
            state_choices=[(state, texts[f"history_state_{state}"]) for state in STATES],
            newest=self._frame.link(address("/history", query)) if query.before else "",
            older=self._frame.link(address("/history", query, page.before)) if page.before else "",
            file=self._frame.link(address("/history.csv", query)),
        )

    async def one(self, request: Request) -> Response:
        """One generation with its text."""
        wanted = GenerationId(request.path_params["id"])
        account_id = visitor(request).account.id
        found = await self._store.history.find(account_id, wanted) if wanted < _LARGEST_ID else None
        if found is None:
            raise HTTPException(404)
        return self._frame.page(
            request,
            "cabinet/generation.html",
            found=found,
            row=found.row,
            modes=dict(self._titles(request)),
            days=self._days,
        )

    async def file(self, request: Request) -> Response:
        """Your generations as CSV, with the filters of the list."""
        query = read_query(visitor(request).account.id, request.query_params, _PAGE_ROWS)
        texts = self._frame.texts[spoken(request)]
        headers = {
            **SECURITY,
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="slovomat-history.csv"',
        }
        lines = history_file(self._store, query, texts, self._moments)
        return StreamingResponse(lines, 200, headers, "text/csv; charset=utf-8")

    def _titles(self, request: Request) -> list[tuple[str, str]]:
        language = spoken(request)
        return [(mode_id, self._modes.title(mode_id, language)) for mode_id in self._modes.ids()]
