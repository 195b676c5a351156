"""The pages in the OpenAPI document, taken from the routes of the running application itself."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from starlette.convertors import FloatConvertor, IntegerConvertor
from starlette.routing import BaseRoute, Mount, Route

JSON = dict[str, Any]
_FILES = {
    "/robots.txt": "What crawlers may read.",
    "/static/{name}": "A style sheet, script or picture of the pages.",
    "/favicon.svg": "The icon.",
    "/favicon.ico": "The icon, for browsers that want it so.",
}
_TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".xml": "application/xml",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    "/static/{name}": "*/*",
    "/notify": "*/*",
}
_AREAS = {"/admin": "desk", "/pay": "payments"}
TAGS = ("cabinet", "payments", "desk", "pages")
_COOKIES = {"cabinet": "session", "desk": "desk"}
_NUMBERS = {IntegerConvertor: "integer", FloatConvertor: "number"}


def page_paths(routes: Iterable[BaseRoute], texts: Mapping[str, str]) -> JSON:
    """The path items of all pages, forms and files."""
    paths: JSON = {}
    for path, route in _flat(routes, ""):
        item = paths.setdefault(path, {})
        for method in _methods(route):
            item[method] = _operation(path, method, route, texts)
    return paths


def _flat(routes: Iterable[BaseRoute], above: str) -> Iterator[tuple[str, Route]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _flat(route.routes, above + route.path)
        elif isinstance(route, Route):
            yield above + re.sub(r":\w+}", "}", route.path), route


def _methods(route: Route) -> list[str]:
    names = route.methods or {name for name in ("GET", "POST") if hasattr(route.endpoint, name.lower())}
    return sorted(name.lower() for name in names if name != "HEAD")


def _operation(path: str, method: str, route: Route, texts: Mapping[str, str]) -> JSON:
    area = _area(path, route)
    operation: JSON = {
        "operationId": _name(method, path),
        "tags": [area],
        "summary": _summary(path, route),
        "parameters": [*_in_path(route), *_language(path, method, texts)],
        "responses": _responses(path, method, area, texts),
        "security": [{_COOKIES[area]: []}, {}] if area in _COOKIES else [],
    }
    if method == "post":
        form = {"type": "object", "additionalProperties": {"type": "string"}}
        kind = "*/*" if path.startswith("/pay/") else "application/x-www-form-urlencoded"
        operation["requestBody"] = {"content": {kind: {"schema": form if kind != "*/*" else {}}}}
    return operation


def _area(path: str, route: Route) -> str:
    """Guards stand around the views of those who are signed in."""
    guarded = "cabinet" if hasattr(route.endpoint, "__wrapped__") else "pages"
    return next((area for head, area in _AREAS.items() if re.match(rf"{head}(/|$)", path)), guarded)


def _name(method: str, path: str) -> str:
    return "_".join([method, *re.findall(r"\w+", path.replace("-", "_"))])


def _summary(path: str, route: Route) -> str:
    """The first sentence of the view's docstring."""
    told = inspect.getdoc(route.endpoint) or ""
    return re.split(r"(?<=[.!?])\s|\n\n", told)[0].replace("\n", " ") or _FILES.get(path, path)


def _in_path(route: Route) -> list[JSON]:
    kinds = {name: _NUMBERS.get(type(one), "string") for name, one in route.param_convertors.items()}
    told = {"in": "path", "required": True}
    return [{"name": name, **told, "schema": {"type": kind}} for name, kind in kinds.items()]


def _language(path: str, method: str, texts: Mapping[str, str]) -> list[JSON]:
    if method != "get" or _media_type(path) != "text/html":
        return []
    schema = {"type": "string", "enum": ["ru", "en"]}
    return [{"name": "lang", "in": "query", "description": texts["ref_lang"], "schema": schema}]


def _media_type(path: str) -> str:
    found = [kind for ending, kind in _TYPES.items() if path.endswith(ending)]
    return found[0] if found else "text/html"


def _responses(path: str, method: str, area: str, texts: Mapping[str, str]) -> JSON:
    kind = _media_type(path)
    text = kind.startswith("text/") or kind.endswith("xml")
    schema: JSON = {"type": "string"} if text else {}
    responses: JSON = {"200": {"description": texts["ref_page"], "content": {kind: {"schema": schema}}}}
    if method == "post" or area in _COOKIES:
        target = {"description": texts["ref_location"], "schema": {"type": "string"}}
        responses["303"] = {"description": texts["ref_elsewhere"], "headers": {"Location": target}}
    if path == "/static/{name}" or path.startswith("/favicon"):
        responses["304"] = {"description": texts["ref_unchanged"]}
    notice = {"text/html": {"schema": {"type": "string"}}}
    return {**responses, "default": {"description": texts["ref_notice"], "content": notice}}
