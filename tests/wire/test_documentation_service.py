"""A running service answers what its OpenAPI document says, and the reference can be used in a browser."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.wire.service import Service

JSON = dict[str, Any]
CHROMIUM = "/usr/bin/chromium"
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("documented")
    (folder / "data").mkdir()
    with Service(folder / "data", NOWHERE) as running:
        yield running


@pytest.fixture(scope="module")
def document(service: Service) -> JSON:
    told: JSON = httpx2.get(f"{service.url}/openapi.json?lang=en").json()
    return told


def calls(document: JSON) -> list[tuple[str, str, JSON]]:
    """The described calls of programs: those that are no pages."""
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation["tags"][0] in {"textbot", "chatinfo", "openai", "service"}
    ]


def fits(document: JSON, operation: JSON, answer: httpx2.Response) -> None:
    """The answer's status, type, body and headers are described."""
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, (operation["operationId"], answer.status_code, answer.text)
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in described["content"]
    if kind == "application/json":
        schema = {**described["content"][kind]["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())
    of_any = {"content-type", "content-length", "cache-control", "connection", "date"}
    of_v1 = {"access-control-allow-origin", "access-control-expose-headers", "vary"}
    told = {name.lower() for name in described.get("headers", {})}
    assert set(answer.headers) - of_any - of_v1 <= told, operation["operationId"]


def test_the_service_answers_as_described(service: Service, document: JSON) -> None:
    """Good calls, and calls with no key, a wrong key, a broken body, the wrong method: all answers fit."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        for method, path, operation in calls(document):
            address = path.replace("{id}", "mode-essay")
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            bodies: list[Any] = [{}, body.get("example", {}), {**body.get("example", {}), "key": service.key}]
            for sent in bodies if method == "post" else [None]:
                for headers in (
                    {},
                    {"Authorization": f"Bearer {service.key}"},
                    {"Authorization": "Bearer x"},
                ):
                    fits(document, operation, client.request(method, address, json=sent, headers=headers))
            if method == "post":
                fits(document, operation, client.post(address, content=b"{"))
                fits(
                    document,
                    operation,
                    client.post(address, content=b"{}", headers={"Content-Encoding": "gzip"}),
                )
            fits(document, operation, client.request("PATCH", address))


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        made = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-US")
        yield made
        browser.close()


def test_a_call_can_be_tried(service: Service, page: Page) -> None:
    """The reference is drawn under the strict policy, asks no other host, and its calls reach the service."""
    complaints: list[str] = []
    hosts: set[str] = set()

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.partition("?")[0].rsplit("/", 1)[0]))
    page.goto(f"{service.url}/api-reference")
    page.locator(".btn.authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(service.key)
    page.locator(".auth-btn-wrapper .authorize").first.click()
    page.locator(".btn-done").first.click()
    models = page.locator("#operations-openai-openai_models")
    models.locator(".opblock-summary-control").click()
    models.locator(".execute").click()
    answered = models.locator(".live-responses-table tbody .response-col_status")
    assert answered.first.inner_text().startswith("200")
    assert '"gpt-4o"' in models.locator(".live-responses-table pre").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []
    assert all(host.startswith((service.url, "data:")) for host in hosts)


def test_without_scripts_there_is_a_way_on(service: Service) -> None:
    """A reader whose browser runs no scripts is shown the documentation and the file."""
    html = httpx2.get(f"{service.url}/api-reference?lang=en").text
    assert "The reference needs JavaScript" in html.split("<noscript>")[1]
    assert 'href="/api-documentation?lang=en"' in html
