"""The service's OpenAPI document: every route that it has, made of what the service runs on."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from starlette.routing import BaseRoute

from slovomat import __version__
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.refusal import Code
from slovomat.web.pages.cookies import cookie_name
from slovomat.web.pages.documentation.document import in_order
from slovomat.web.pages.documentation.examples import calls, refusal
from slovomat.web.pages.documentation.openapi_calls import call_paths
from slovomat.web.pages.documentation.openapi_headers import header_components
from slovomat.web.pages.documentation.openapi_pages import TAGS, page_paths
from slovomat.web.pages.documentation.openapi_schemas import schema_components
from slovomat.web.pages.documentation.openapi_service import service_paths
from slovomat.web.pages.documentation.scene import Scene

JSON = dict[str, Any]


def openapi(scenes: Mapping[str, Scene], texts: Mapping[str, str], routes: Iterable[BaseRoute]) -> JSON:
    """The document in the language of the texts. `scenes`: by dialect; `routes`: those of the pages."""
    dialects = in_order()
    scene = scenes[dialects[0].name]
    told = [call for one in dialects for call in calls(one, scenes[one.name])]
    wrong = refusal(DIALECT, Code.METHOD_WRONG, None, scenes[DIALECT.name], methods="GET, HEAD")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": texts["brand"],
            "version": __version__,
            "summary": texts["ref_title"],
            "description": "\n\n".join(
                texts[name] for name in ("docs_lead", "docs_key_text", "docs_pay_text")
            ),
        },
        "servers": [{"url": scene.voice.site}],
        "externalDocs": {"url": f"{scene.voice.site}/api-docs", "description": texts["docs_title"]},
        "tags": [
            *(
                {"name": one.name, "description": texts.get(f"home_way_{one.name}", one.name)}
                for one in dialects
            ),
            {"name": "service", "description": texts["ref_tag_service"]},
            *({"name": area, "description": texts[f"ref_tag_{area}"]} for area in TAGS),
        ],
        "paths": {
            **call_paths(told, texts, scene.model),
            **service_paths(texts, msgspec.json.decode(wrong.body)),
            **page_paths(routes, texts),
        },
        "components": {
            "schemas": schema_components(scene.modes, [one.name for one in dialects], scene.voice.language),
            "headers": header_components(texts),
            "securitySchemes": _security(scene.voice.site, texts),
        },
    }


def _security(site: str, texts: Mapping[str, str]) -> JSON:
    cookie = {"type": "apiKey", "in": "cookie"}
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": texts["ref_bearer"]},
        "session": {**cookie, "name": cookie_name("session", site), "description": texts["ref_session"]},
        "desk": {**cookie, "name": cookie_name("desk", site), "description": texts["ref_desk"]},
    }
