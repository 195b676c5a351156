"""Pages of lists: where the next one begins stands in the address, with the filters."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from starlette.requests import Request

from slovomat.web.pages.frame import Frame

_ID_DIGITS = 15


class Numbered(Protocol):
    """A row with an id, by which the list goes down."""

    @property
    def id(self) -> int:
        """Its number."""


def whole(request: Request, name: str) -> int:
    """A whole number of the address; 0 for anything else."""
    typed = request.query_params.get(name, "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _ID_DIGITS else 0


def before_of(request: Request) -> int:
    """Where the page begins; 0: at the newest."""
    return whole(request, "before")


def address(frame: Frame, path: str, filters: Mapping[str, str | int]) -> str:
    """A list with its filters; those that are empty are left out."""
    chosen = urlencode({name: value for name, value in filters.items() if value})
    return frame.link(path) + (f"?{chosen}" if chosen else "")


def older(
    frame: Frame,
    path: str,
    rows: Sequence[Numbered],
    limit: int,
    *,
    filters: Mapping[str, str | int],
    before: int,
) -> dict[str, Any]:
    """The addresses of the first page and of the next one; `rows` has one row more if there is any."""
    following = {**filters, "before": rows[limit - 1].id} if len(rows) > limit else {}
    return {
        "newest": address(frame, path, filters) if before else "",
        "older": address(frame, path, following) if following else "",
    }
