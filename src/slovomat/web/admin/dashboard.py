"""The first page of the desk: how business goes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.web.admin.desk import Desk
from slovomat.web.admin.rights import Right, guarded


def routes(desk: Desk) -> list[Route]:
    """The page."""
    figures = _Figures(desk)
    return [Route("/admin", guarded(Right.FIGURES, figures.show), methods=["GET"])]


class _Figures:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: Request) -> Response:
        """The figures of today and of the month."""
        return self._desk.page(request, "admin/dashboard.html")
