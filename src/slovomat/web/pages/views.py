"""What each page shows."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from slovomat import __version__
from slovomat.dialects.calls import Voice
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.web.pages import answer
from slovomat.web.pages.assets import Asset
from slovomat.web.pages.documentation import document, in_order
from slovomat.web.pages.language import LANGUAGES, chosen, other, spoken
from slovomat.web.pages.price_list import read_price_list
from slovomat.web.pages.render import make_templates
from slovomat.web.pages.samples import samples
from slovomat.web.pages.shelf import Shelf
from slovomat.web.pages.texts import speak
from slovomat.web.services import terms_of

View = Callable[[Request], Awaitable[Response]]
Facts = Callable[[], dict[str, object]]


class Views:
    """The pages of one instance; each is a method.

    What a page shows of the database is read at every call and is part of what its rendering is kept by.
    """

    def __init__(
        self,
        site: Callable[[], str],
        store: Store,
        modes: ModeCatalogue,
        settings: Settings,
        assets: Mapping[str, Asset],
    ) -> None:
        self._site = site
        self._store = store
        self._modes = modes
        self._settings = settings
        self._assets = assets
        self._templates = make_templates(settings)
        self._terms = {one.name: terms_of(one, settings) for one in in_order()}
        self._texts = {language: speak(language) for language in LANGUAGES}
        self._shelf = Shelf()

    def by_path(self) -> dict[str, View]:
        """Every page by its address; the two dialects name theirs differently."""
        return {
            "/": self.home,
            "/price": self.price,
            "/prices": self.price,
            "/account": self.account,
            "/subscription": self.subscription,
            "/admin/login": self.operator,
            "/api-documentation": self.documentation,
            "/api-docs": self.documentation,
        }

    async def home(self, request: Request) -> Response:
        """What this instance is, and three ways to call it."""
        language = spoken(request)

        def facts() -> dict[str, object]:
            first = samples("textbot", self._site(), "", self._texts[language]["sample_prompt"])[0]
            return {"first": first, "modes": self._mode_titles(language)}

        return self._page(request, "home.html", facts=facts)

    async def price(self, request: Request) -> Response:
        """Plans and packs on sale."""
        return await self._with_prices(request, "price.html")

    async def account(self, request: Request) -> Response:
        """How to get a key, top up, and see the balance."""
        return self._page(request, "account.html")

    async def subscription(self, request: Request) -> Response:
        """The plans, and how to get on one."""
        return await self._with_prices(request, "subscription.html")

    async def operator(self, request: Request) -> Response:
        """Where the printed sign-in link leads: its token must stay in this browser, unkept and unsent."""
        unkept = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return self._page(request, "operator.html", headers=unkept)

    async def documentation(self, request: Request) -> Response:
        """Every call with its answers."""
        language = spoken(request)
        plans = tuple(offer.plan for offer in await self._store.list_plans())

        def facts() -> dict[str, object]:
            told = document(
                voice=Voice(language, self._site()),
                settings=self._settings,
                modes=self._modes,
                plans=plans,
                prompt=self._texts[language]["sample_prompt"],
                said=self._texts[language]["sample_said"],
            )
            return {"told": told, "modes": self._mode_titles(language)}

        return self._page(request, "documentation.html", read=plans, facts=facts)

    def say(
        self, request: Request, what: str, status: int, headers: dict[str, str] | None = None
    ) -> Response:
        """A page that says what is wrong: `what` begins the names of its texts."""
        return self._page(request, "notice.html", status, headers, read=what, facts=lambda: {"what": what})

    async def _with_prices(self, request: Request, template: str) -> Response:
        prices = await read_price_list(self._store, self._settings)
        return self._page(request, template, read=prices, facts=lambda: {"prices": prices})

    def _page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        read: Hashable = None,
        facts: Facts = dict,
    ) -> Response:
        """The page of a template. `read`: all that `facts` depend on beside the language and the site."""
        language = spoken(request)
        # Anybody may ask for any address that is none of ours: notices neither name nor are kept by theirs.
        path: str = request.scope["path"] if status == 200 else ""

        def render() -> str:
            shown = {**self._frame(request, language, path), **facts(), "status": status}
            return self._templates.get_template(template).render(shown)

        made_of = (template, path, language, chosen(request), self._site(), status, read)
        return answer.page(self._shelf.page(made_of, render), language, status, headers)

    def _frame(self, request: Request, language: str, path: str) -> dict[str, object]:
        """What the templates of all pages know."""
        site = self._site()
        base = urlsplit(site).path.rstrip("/")
        kept = f"?lang={language}" if chosen(request) else ""
        return {
            "t": self._texts[language],
            "language": language,
            "other_language": other(language),
            "link": lambda path, anchor="": f"{base}{path}{kept}{anchor}",
            "asset": lambda name: base + self._assets[name].path,
            "path": path,
            "site": site,
            "host": urlsplit(site).netloc,
            "version": __version__,
            "settings": self._settings,
            "terms": self._terms,
        }

    def _mode_titles(self, language: str) -> list[tuple[str, str]]:
        return [(mode_id, self._modes.title(mode_id, language)) for mode_id in self._modes.ids()]
