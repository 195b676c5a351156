"""The addresses of the documentation, and what each shows."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.documentation.document import document
from slovomat.web.pages.documentation.stage import read_plans, scenes
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The page has the names that the two job dialects give it."""
    views = _Views(backstage, frame)
    return [Route("/api-documentation", views.manual), Route("/api-docs", views.manual)]


class _Views:
    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._backstage = backstage
        self._frame = frame

    async def manual(self, request: Request) -> Response:
        """The documentation: every call with its answers, the modes, all errors."""
        language = spoken(request)
        texts = self._frame.texts[language]
        plans = await read_plans(self._backstage)

        def facts() -> dict[str, object]:
            staged = scenes(self._backstage, plans, language, texts["sample_said"])
            return {"told": document(staged, prompt=texts["sample_prompt"])}

        return self._frame.kept(request, "documentation.html", read=plans, facts=facts)
