"""The pages that anybody may read."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.calculator import asked, calculate
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.price_list import read_price_list
from slovomat.web.pages.samples import samples


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The pages by their addresses; the two dialects name theirs differently."""
    views = _Views(backstage, frame)
    return [
        Route("/", views.home),
        Route("/price", views.price),
        Route("/prices", views.price),
    ]


class _Views:
    """What a page shows of the database is read at every call, and its rendering is kept by it."""

    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._site = backstage.site
        self._store = backstage.store
        self._modes = backstage.modes
        self._settings = backstage.settings
        self._frame = frame

    async def home(self, request: Request) -> Response:
        """What this instance is, and three ways to call it."""
        language = spoken(request)

        def facts() -> dict[str, object]:
            first = samples("textbot", self._site(), "", self._frame.texts[language]["sample_prompt"])[0]
            return {"first": first, "modes": self._mode_titles(language)}

        return self._frame.kept(request, "home.html", facts=facts)

    async def price(self, request: Request) -> Response:
        """Plans and packs on sale, and what a month of texts would cost."""
        prices = await read_price_list(self._store, self._settings)
        need = asked(request.query_params, tuple(self._frame.terms))
        if need is None:
            facts: dict[str, object] = {"prices": prices, "sum": None}
            return self._frame.kept(request, "price.html", read=prices, facts=lambda: facts)
        told = calculate(need, prices, self._frame.terms[need.api])
        return self._frame.page(request, "price.html", prices=prices, sum=told)

    def _mode_titles(self, language: str) -> list[tuple[str, str]]:
        return [(mode_id, self._modes.title(mode_id, language)) for mode_id in self._modes.ids()]
