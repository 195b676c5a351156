"""The addresses of the documentation, and what each shows."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.caller import Plan
from slovomat.web.pages import answer
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.documentation.document import document
from slovomat.web.pages.documentation.llms import llms
from slovomat.web.pages.documentation.openapi import openapi
from slovomat.web.pages.documentation.scene import Scene
from slovomat.web.pages.documentation.sitemap import sitemap
from slovomat.web.pages.documentation.stage import read_plans, scenes
from slovomat.web.pages.frame import Frame, visitor_of
from slovomat.web.pages.language import spoken
from slovomat.web.pages.shelf import Shelf


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The manual has the names that the two job dialects give it."""
    views = _Views(backstage, frame)
    return [
        Route("/api-documentation", views.manual),
        Route("/api-docs", views.manual),
        Route("/api-reference", views.reference),
        Route("/openapi.json", views.described),
        Route("/llms.txt", views.for_models),
        Route("/sitemap.xml", views.sitemap),
    ]


class _Views:
    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._backstage = backstage
        self._frame = frame
        self._shelf = Shelf()

    async def manual(self, request: Request) -> Response:
        """The documentation: every call with its answers, the modes, all errors."""
        language = spoken(request)
        plans = await read_plans(self._backstage)
        key_shown = await self._key_shown(request)

        def facts() -> dict[str, object]:
            prompt = self._frame.texts[language]["sample_prompt"]
            told = document(self._scenes(plans, language), prompt=prompt, key_shown=key_shown)
            return {"told": told}

        return self._frame.kept(request, "documentation.html", read=plans, facts=facts)

    async def reference(self, request: Request) -> Response:
        """The interactive reference, where every call can be tried."""
        return self._frame.kept(request, "reference.html")

    async def described(self, request: Request) -> Response:
        """The OpenAPI document of every route."""
        language = spoken(request)
        plans = await read_plans(self._backstage)

        def render() -> str:
            pages = request.app.routes
            told = openapi(self._scenes(plans, language), self._frame.texts[language], pages)
            return msgspec.json.encode(told).decode()

        body = self._shelf.page(("openapi", language, self._backstage.site(), plans), render)
        headers = {
            **answer.SECURITY,
            "Cache-Control": "no-cache",
            "Content-Language": language,
            "Vary": "Accept-Language, Cookie",
            "Access-Control-Allow-Origin": "*",
        }
        return Response(body, 200, headers, "application/json")

    async def for_models(self, _request: Request) -> Response:
        """What a language model should know of the service."""
        return answer.plain(llms(self._scenes(await read_plans(self._backstage), "en")))

    async def sitemap(self, _request: Request) -> Response:
        """The pages that anybody may find."""
        body = sitemap(self._backstage.site())
        headers = {**answer.SECURITY, "Cache-Control": "public, max-age=3600"}
        return Response(body, 200, headers, "application/xml")

    def _scenes(self, plans: tuple[Plan, ...], language: str) -> dict[str, Scene]:
        return scenes(self._backstage, plans, language, self._frame.texts[language]["sample_said"])

    async def _key_shown(self, request: Request) -> str | None:
        """The beginning of the newest key that still works, of whoever is signed in."""
        visitor = visitor_of(request)
        if visitor is None:
            return None
        now_ms = self._backstage.env.now_ms()
        keys = await self._backstage.store.list_keys(visitor.account.id)
        return next((key.shown for key in reversed(keys) if key.in_force(now_ms)), None)
