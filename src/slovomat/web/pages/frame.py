"""What every page has around it: language, theme, whose it is; and how a template becomes an answer."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from slovomat import __version__
from slovomat.web.pages import answer
from slovomat.web.pages.assets import Asset
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.documentation.document import in_order
from slovomat.web.pages.language import LANGUAGE_COOKIE, LANGUAGES, asked_language, other, spoken
from slovomat.web.pages.render import make_templates
from slovomat.web.pages.shelf import Shelf
from slovomat.web.pages.texts import CATALOGUE, speak
from slovomat.web.services import terms_of

Facts = Callable[[], dict[str, object]]
THEMES = ("light", "dark")
_OF_A_PERSON = {"Cache-Control": "no-store"}
_YEAR_S = 31_536_000
_WARNINGS = frozenset(
    f"said_{name}"
    for name in (
        *("oidc_silent", "oidc_broken", "oidc_taken", "oidc_unverified", "oidc_closed", "half_way_over"),
        *("not_deleted", "wrong_password", "password_first", "admin_again", "admin_refund_refused"),
        *("admin_checked_mismatch", "admin_checked_unavailable", "admin_checked_unknown"),
    )
)
"""What is said of what was not done."""


class Frame:
    """Makes pages of templates."""

    def __init__(self, backstage: Backstage, assets: Mapping[str, Asset]) -> None:
        self._site = backstage.site
        self._settings = backstage.settings
        self._assets = assets
        self._templates = make_templates(backstage.settings)
        self.terms = {one.name: terms_of(one, backstage.settings) for one in in_order()}
        self.texts = {language: speak(language) for language in LANGUAGES}
        self._shelf = Shelf()

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **facts: Any,
    ) -> Response:
        """A page of this person and this moment: made anew each time, kept by nobody."""
        html = self._render(request, template, request.url.path, status, facts).encode()
        return self._answer(request, html, status, {**_OF_A_PERSON, **(headers or {})})

    def kept(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        read: Hashable = None,
        facts: Facts = dict,
    ) -> Response:
        """A page that is the same for all who are not signed in; kept for them once it is rendered.

        `read`: all that `facts` depend on beside the language and the site.
        """
        if visitor_of(request) is not None or said_of(request):
            return self.page(request, template, status, headers, **facts())
        # Anybody may ask for any address that is none of ours: notices neither name nor are kept by theirs.
        path: str = request.scope["path"] if status == 200 else ""
        made_of = (template, path, spoken(request), asked_language(request), theme_of(request))

        def render() -> str:
            return self._render(request, template, path, status, facts())

        html = self._shelf.page((*made_of, self._site(), status, read), render)
        return self._answer(request, html, status, headers)

    def say(
        self, request: Request, what: str, status: int, headers: dict[str, str] | None = None
    ) -> Response:
        """A page that says what is wrong: `what` begins the names of its texts."""
        return self.kept(request, "notice.html", status, headers, read=what, facts=lambda: {"what": what})

    def texts_of(self, request: Request) -> dict[str, str]:
        """All texts, in the language of the request."""
        return self.texts[spoken(request)]

    def link(self, path: str) -> str:
        """The address of a page of ours, as the browser should ask for it."""
        return urlsplit(self._site()).path.rstrip("/") + path

    def _answer(self, request: Request, html: bytes, status: int, headers: dict[str, str] | None) -> Response:
        made = answer.page(html, spoken(request), status, headers)
        asked = asked_language(request)
        if asked:
            secure = self._site().startswith("https://")
            made.set_cookie(
                LANGUAGE_COOKIE, asked, max_age=_YEAR_S, samesite="lax", httponly=True, secure=secure
            )
        return made

    def _render(
        self, request: Request, template: str, path: str, status: int, facts: Mapping[str, object]
    ) -> str:
        shown = {**self._around(request, path), **facts, "status": status}
        return self._templates.get_template(template).render(shown)

    def _around(self, request: Request, path: str) -> dict[str, object]:
        """What the templates of all pages know."""
        site, language = self._site(), spoken(request)
        base = urlsplit(site).path.rstrip("/")
        kept = f"?lang={language}" if asked_language(request) else ""
        return {
            "t": self.texts[language],
            "language": language,
            "asked_language": asked_language(request) or "",
            "other_language": other(language),
            "theme": theme_of(request),
            "visitor": visitor_of(request),
            "said": said_of(request),
            "warnings": _WARNINGS,
            "link": lambda path, anchor="": f"{base}{path}{kept}{anchor}",
            "asset": lambda name: base + self._assets[name].path,
            "path": path,
            "site": site,
            "host": urlsplit(site).netloc,
            "version": __version__,
            "settings": self._settings,
            "terms": self.terms,
        }


def visitor_of(request: Request) -> Any:
    """Who is signed in, or None."""
    return getattr(request.state, "visitor", None)


def said_of(request: Request) -> str:
    """The name of the text that a page begins with after a form (`?said=`); empty: none of ours."""
    name = f"said_{request.query_params.get('said', '')}"
    return name if name in CATALOGUE else ""


def theme_of(request: Request) -> str:
    """The theme that the visitor chose; empty: as the browser is set."""
    wanted = request.cookies.get("theme", "")
    return wanted if wanted in THEMES else ""
