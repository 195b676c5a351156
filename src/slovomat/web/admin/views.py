"""All pages of the desk."""

from collections.abc import Callable

from starlette.routing import Route

from slovomat.web.admin import (
    codes,
    dashboard,
    jobs,
    modes,
    payments,
    people,
    prices,
    records,
    settings_page,
    upstreams,
)
from slovomat.web.admin.desk import Desk
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.frame import Frame

_PARTS: tuple[Callable[[Desk], list[Route]], ...] = (
    dashboard.routes,
    people.routes,
    payments.routes,
    prices.routes,
    codes.routes,
    records.routes,
    jobs.routes,
    modes.routes,
    upstreams.routes,
    settings_page.routes,
)


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The pages by their addresses."""
    desk = Desk(backstage, frame)
    return [route for part in _PARTS for route in part(desk)]
