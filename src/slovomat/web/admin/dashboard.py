"""The first page of the desk: how business goes; and the books, checked when somebody asks."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.ports.store import Audit
from slovomat.web.admin.board import Board, Boards
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.charts import bars, lines
from slovomat.web.pages.figures import money
from slovomat.web.pages.language import spoken

_AUDIT_KEPT_S = 60.0
_ERRORS_SHOWN = 6


def routes(desk: Desk) -> list[Route]:
    """Figures and books."""
    figures = _Figures(desk)
    return [
        Route("/admin", guarded(Right.FIGURES, figures.show), methods=["GET"]),
        Route("/admin/books", guarded(Right.LEDGER, figures.books), methods=["GET"]),
    ]


class _Figures:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._boards = Boards(desk)
        self._audit: tuple[int, float, Audit] | None = None

    async def show(self, request: Request) -> Response:
        """The figures of today and of the month."""
        board = await self._boards.latest()
        return self._desk.page(
            request,
            "admin/dashboard.html",
            board=board,
            charts=self._charts(request, board),
            errors=_errors(board),
            audit=self._audit,
        )

    async def books(self, request: Request) -> Response:
        """Checks every invariant of the ledger, and says what it adds up to."""
        now_s = self._desk.env.monotonic_s()
        if self._audit is None or now_s - self._audit[1] >= _AUDIT_KEPT_S:
            self._audit = self._desk.env.now_ms(), now_s, await self._desk.store.audit()
        return self._desk.page(request, "admin/books.html", at_ms=self._audit[0], audit=self._audit[2])

    def _charts(self, request: Request, board: Board) -> dict[str, Markup]:
        texts, language = self._desk.texts(request), spoken(request)
        days = [one.day[8:] for one in board.days]
        currency = self._desk.settings.currency

        def roubles(value: int) -> str:
            return money(value, currency, language)

        earned = [[max(0, one.kopecks) for one in board.money]]
        money_names = [texts["admin_real"]]
        if any(one.test_kopecks for one in board.money):
            earned.append([max(0, one.test_kopecks) for one in board.money])
            money_names.append(texts["admin_tests"])
        charged = [one.by_state.get("settled", 0) for one in board.days]
        failed = [sum(one.errors.values()) for one in board.days]
        names = (texts["admin_charged"], texts["admin_failed"])
        times = [[one.median_ms or 0 for one in board.days], [one.p95_ms or 0 for one in board.days]]
        return {
            "revenue": bars(
                days, *earned, title=texts["admin_chart_revenue"], names=money_names, shown=roubles
            ),
            "requests": bars(days, charged, failed, title=texts["admin_chart_calls"], names=names),
            "latency": lines(
                days,
                *times,
                title=texts["admin_chart_latency"],
                names=(texts["admin_median"], texts["admin_p95"]),
                shown=_seconds,
            ),
        }


def _seconds(value_ms: int) -> str:
    return f"{value_ms / 1000:.1f}"


def _errors(board: Board) -> list[tuple[str, int]]:
    """What went wrong in the month, the commonest first."""
    counts: dict[str, int] = {}
    for one in board.days:
        for reason, count in one.errors.items():
            counts[reason] = counts.get(reason, 0) + count
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_ERRORS_SHOWN]
