"""Browser pages may call `/v1`: preflights, allowed and exposed headers, the list of origins."""

import pytest
import requests

from tests.wire.conftest import OpenOffice
from tests.wire.customers import Customer, Office

PAGE = "https://page.example"
EXPOSED = {
    "x-request-id",
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "x-balance-requests",
    "x-charged-requests",
    "x-input-truncated",
    "idempotent-replayed",
    "retry-after",
}
STAINLESS = (
    "x-stainless-os,x-stainless-lang,x-stainless-package-version,x-stainless-runtime,"
    "x-stainless-retry-count,x-stainless-timeout,x-stainless-anything-new"
)


def preflight(url: str, path: str, method: str = "POST", origin: str = PAGE) -> requests.Response:
    """What a browser asks before a call of the official JavaScript client."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": f"authorization,content-type,idempotency-key,{STAINLESS}",
    }
    return requests.options(url + path, headers=headers, timeout=10)


def listed(answer: requests.Response, header: str) -> set[str]:
    """The words of a list header, in lower case."""
    return {word.strip().lower() for word in answer.headers.get(header, "").split(",") if word.strip()}


@pytest.mark.parametrize(
    ("path", "method"),
    [("/v1/chat/completions", "POST"), ("/v1/models", "GET"), ("/v1/models/gpt-4o", "GET")],
)
def test_a_preflight(site: str, path: str, method: str) -> None:
    """It is answered without a key: any origin, the method, all asked headers, never credentials."""
    answer = preflight(site, path, method)
    assert answer.status_code in {200, 204}
    assert answer.content == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert method.lower() in listed(answer, "Access-Control-Allow-Methods")
    assert {"authorization", "content-type", "idempotency-key", *STAINLESS.split(",")} <= listed(
        answer, "Access-Control-Allow-Headers"
    )
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_allows_no_other_header(site: str) -> None:
    """A header that is none of the contract's is not allowed."""
    headers = {"Origin": PAGE, "Access-Control-Request-Headers": "x-evil, cookie"}
    answer = requests.options(site + "/v1/chat/completions", headers=headers, timeout=10)
    assert not {"x-evil", "cookie", "*"} & listed(answer, "Access-Control-Allow-Headers")


def test_every_answer_may_be_read(customer: Customer) -> None:
    """Answers, streams and errors carry the origin and the exposed headers, never credentials."""
    page = {"Origin": PAGE}
    answers = [
        customer.chat("Привет", page),
        customer.chat("Привет", page, stream=True),
        customer.chat("Привет [[fault:500]]", page),
        customer.chat("Привет", page, messages=None),
        requests.get(customer.url + "/v1/models", headers=page, timeout=10),
        requests.get(customer.url + "/v1/nothing", headers=page, timeout=10),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 502, 400, 401, 404]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert listed(answer, "Access-Control-Expose-Headers") == EXPOSED
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.fixture(scope="module")
def picky(open_office: OpenOffice) -> Office:
    """The service that lets the pages of two origins call."""
    return open_office(cors_origins=f"{PAGE}, http://localhost:3000")


@pytest.mark.parametrize("origin", [PAGE, "http://localhost:3000"])
def test_a_listed_origin(picky: Office, origin: str) -> None:
    """It is named, and caches are told that the answer depends on it."""
    customer = picky.customer()
    for answer in (
        preflight(customer.url, "/v1/chat/completions", origin=origin),
        customer.chat("Привет", {"Origin": origin}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "origin" in listed(answer, "Vary")
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", f"{PAGE}.evil.example", "null", PAGE.upper()])
def test_another_origin(picky: Office, origin: str) -> None:
    """It gets no permission; a program without an origin is served as ever."""
    customer = picky.customer()
    for answer in (
        preflight(customer.url, "/v1/chat/completions", origin=origin),
        customer.chat("Привет", {"Origin": origin}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "origin" in listed(answer, "Vary")
    assert customer.chat("Привет").status_code == 200
