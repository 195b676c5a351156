"""People: found, and looked at."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.ports.desk import PeopleQuery
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.lists import before_of, older
from slovomat.web.admin.person import Persons
from slovomat.web.admin.person_deeds import PersonDeeds
from slovomat.web.admin.rights import Right, guarded

_PAGE_ROWS = 50
_SEARCH_MAX_CHARS = 254


def routes(desk: Desk) -> list[Route]:
    """The list, one person, and what is done to them."""
    persons = Persons(desk)
    return [
        Route("/admin/people", guarded(Right.PEOPLE, _People(desk).listing), methods=["GET"]),
        *persons.routes(),
        *PersonDeeds(desk, persons).routes(),
    ]


class _People:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def listing(self, request: Request) -> Response:
        """Those whose e-mail has the text in it, or whose number it is."""
        text = request.query_params.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX_CHARS]
        query = PeopleQuery(
            now_ms=self._desk.env.now_ms(), text=text, before=before_of(request), limit=_PAGE_ROWS + 1
        )
        rows = await self._desk.store.desk.people(query)
        return self._desk.page(
            request,
            "admin/people.html",
            rows=rows[:_PAGE_ROWS],
            text=text,
            **older(
                self._desk.frame, "/admin/people", rows, _PAGE_ROWS, filters={"q": text}, before=query.before
            ),
        )
