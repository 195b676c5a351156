"""All pages of the desk."""

from collections.abc import Callable

from starlette.routing import Route

from slovomat.web.admin import dashboard, jobs, modes, people, settings_page, upstreams
from slovomat.web.admin.desk import Desk
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.frame import Frame

_PARTS: tuple[Callable[[Desk], list[Route]], ...] = (
    dashboard.routes,
    people.routes,
    jobs.routes,
    modes.routes,
    upstreams.routes,
    settings_page.routes,
)


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The pages by their addresses."""
    desk = Desk(backstage, frame)
    return [route for part in _PARTS for route in part(desk)]
