"""The OpenAPI document: every route of the service, in the standard's form, with examples that fit."""

import inspect
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from slovomat import app as composition
from slovomat.dialects.registry import all_dialects
from slovomat.domain.refusal import Code
from slovomat.modes import load_modes
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import ensure_price_list
from slovomat.web.pages.app import make_pages
from tests.pages_stand import SITE, Stand, backstage
from tests.wire.openapi_form import FORM

pytestmark = pytest.mark.anyio
JSON = dict[str, Any]
METHODS = ("get", "post", "put", "delete", "patch")


class DocumentedStand(Stand):
    """The pages with the application that they are."""

    app: Starlette

    async def document(self, language: str = "en") -> JSON:
        answer = await self.browser.get("/openapi.json", params={"lang": language})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        told: JSON = answer.json()
        return told


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[DocumentedStand]:
    store = make_store(tmp_path / "slovomat.db")
    await store.open()
    await ensure_price_list(store)
    pages = make_pages(backstage(tmp_path, store))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=pages), base_url=SITE) as browser:
        made = DocumentedStand(store, browser)
        made.app = within(pages)
        yield made
    await store.close_store()


def within(pages: object) -> Starlette:
    """The application that the guards stand around."""
    while not isinstance(pages, Starlette):
        pages = vars(pages)["_app"]
    return pages


def operations(document: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Path, method and operation of all that the document describes."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def schemas(document: JSON) -> Iterator[tuple[str, JSON, list[Any]]]:
    """Every schema of a body with its examples, and where it stands."""
    for path, method, operation in operations(document):
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for name, body in bodies.items():
            for kind, media in body.get("content", {}).items():
                shown = [one["value"] for one in media.get("examples", {}).values()]
                shown += [media["example"]] if "example" in media else []
                yield f"{method} {path} {name} {kind}", media["schema"], shown
    for name, header in document["components"]["headers"].items():
        yield name, header["schema"], [header["example"]]


def routed(routes: list[BaseRoute], above: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of every route of the pages."""
    for route in routes:
        if isinstance(route, Mount):
            yield from routed(list(route.routes), above + route.path)
        else:
            assert isinstance(route, Route), f"the document does not know how to describe {route}"
            path = re.sub(r":\w+}", "}", route.path)
            for method in route.methods or {"GET"}:
                if method != "HEAD":
                    yield method.lower(), above + path


async def test_every_route_is_described(stand: DocumentedStand) -> None:
    """Whatever the service answers at is in the document: APIs, health paths, pages and files."""
    described = {(method, path) for path, method, _ in operations(await stand.document())}
    of_apis = {
        (route.method.lower(), route.path.replace("/*", "/{id}"))
        for dialect in all_dialects()
        for route in dialect.routes
    }
    health = set(re.findall(r'"(/\w+)": health\.', inspect.getsource(composition)))
    assert health >= {"/health", "/healthz", "/readyz", "/metrics"}
    of_pages = set(routed(stand.app.routes))
    assert ("get", "/api-docs") in of_pages
    assert described == of_apis | of_pages | {("get", path) for path in health}


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_the_form_is_the_standards(stand: DocumentedStand, language: str) -> None:
    """The document has the form of OpenAPI 3.1, and every schema in it is a schema of JSON Schema 2020-12."""
    document = await stand.document(language)
    faults = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(FORM).iter_errors(document)
    ]
    assert faults == []
    for _, schema, _ in schemas(document):
        Draft202012Validator.check_schema(schema)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


async def test_names_are_found_and_unique(stand: DocumentedStand) -> None:
    """Each reference leads somewhere, each operation has its own name, each tag and scheme is declared."""
    document = await stand.document()
    for reference in set(re.findall(r"'\$ref': '([^']+)'", str(document))):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place
    told = list(operations(document))
    names = [operation["operationId"] for _, _, operation in told]
    assert sorted(names) == sorted(set(names))
    tags = {tag["name"] for tag in document["tags"]}
    schemes = document["components"]["securitySchemes"].keys()
    for path, _, operation in told:
        assert set(operation["tags"]) <= tags
        assert {name for one in operation["security"] for name in one} <= schemes
        in_path = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path


async def test_every_example_fits_its_schema(stand: DocumentedStand) -> None:
    """What the service itself answers is what the document says it answers."""
    document = await stand.document()
    fitted = 0
    for where, schema, examples in schemas(document):
        validator = Draft202012Validator({**schema, "components": document["components"]})
        for example in examples:
            faults = [error.message for error in validator.iter_errors(without_key(example))]
            assert faults == [], (where, example)
            fitted += 1
    assert fitted > 100


def without_key(example: Any) -> Any:
    """The example with a key in the place where the reader's belongs."""
    if isinstance(example, dict) and example.get("key") == "YOUR_KEY":
        return {**example, "key": "slv_0123456789"}
    return example


async def test_every_refusal_is_an_example(stand: DocumentedStand) -> None:
    """Every reason to say no is shown with some call; an unknown address is no call."""
    document = await stand.document()
    shown = {
        name
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for media in response.get("content", {}).values()
        for name in media.get("examples", {})
    }
    assert {code.value for code in Code} - shown == {Code.PATH_UNKNOWN}


async def test_the_modes_have_their_parameters(stand: DocumentedStand) -> None:
    """Each mode has a schema of what can be chosen, and the defaults fit it."""
    document = await stand.document()
    named = document["components"]["schemas"]
    for mode in load_modes().ids():
        chosen = named[f"mode_{mode}"]["properties"]
        defaults = {name: schema["default"] for name, schema in chosen.items()}
        Draft202012Validator(named[f"mode_{mode}"]).validate(defaults)
        assert not Draft202012Validator(named[f"mode_{mode}"]).is_valid({**defaults, "no_such": 1})
    assert named["Mode"]["enum"] == list(load_modes().ids())
    assert named["mode_essay"]["properties"]["words"]["maximum"] == 1200


async def test_both_languages_describe_the_same(stand: DocumentedStand) -> None:
    """In English no sentence is left in Russian, and both have the same operations."""
    russian, english = await stand.document("ru"), await stand.document("en")
    assert [one[:2] for one in operations(russian)] == [one[:2] for one in operations(english)]
    words = re.findall(r"'(?:summary|description|title)': '([^']*)'", str(english))
    assert [word for word in words if re.search("[а-яё]", word, re.IGNORECASE)] == []
    assert russian["info"]["title"] == "Словомат"
