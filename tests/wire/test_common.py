"""What holds for all dialects: keys, plans, limits, money, errors, headers."""

import re
from typing import Any

import pytest
import requests

from tests.wire.customers import Customer, Office
from tests.wire.every_dialect import Create, chatinfo, form_at, form_of, openai, textbot

EVERY_DIALECT = pytest.mark.parametrize("create", [textbot, chatinfo, openai])


@EVERY_DIALECT
def test_headers_of_a_paid_call(customer: Customer, create: Create) -> None:
    """Each carries its id, where the caller stands in the minute, what it cost, what is left."""
    first, second = create(customer), create(customer)
    for answer, remaining, balance in ((first, "1499", "98"), (second, "1498", "96")):
        assert answer.status_code == 200
        assert answer.headers["x-ratelimit-limit-requests"] == "1500"
        assert answer.headers["x-ratelimit-remaining-requests"] == remaining
        assert re.fullmatch(r"1m0s|\d{1,2}s|\d{1,3}ms", answer.headers["x-ratelimit-reset-requests"])
        assert answer.headers["x-balance-requests"] == balance
        assert answer.headers["x-charged-requests"] == "2"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize(
    "path", ["/health", "/v1/models", "/v1/nothing", "/api/balance", "/api/gpt/units", "/api/nothing"]
)
def test_every_answer_has_an_id(site: str, path: str) -> None:
    """Errors and free answers too can be named when asking for help."""
    assert requests.get(site + path, timeout=10).headers["x-request-id"].startswith("req_")


def test_health(site: str) -> None:
    """`/health` answers 200 without a key."""
    assert requests.get(site + "/health", timeout=10).status_code == 200


def test_numbers_are_numbers(customer: Customer) -> None:
    """Ids, balances and counts are JSON integers."""
    answers: list[dict[str, Any]] = [
        textbot(customer).json(),
        chatinfo(customer).json(),
        customer.textbot("balance").json(),
        customer.chatinfo("units").json(),
    ]
    for body in answers:
        for field in {"request_id", "id", "balance", "units"} & body.keys():
            assert type(body[field]) is int


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json"]
)
def test_the_body_is_json_whatever_its_type(customer: Customer, kind: str | None) -> None:
    """No Content-Type, or any, makes no difference."""
    headers = {} if kind is None else {"Content-Type": kind}
    job = customer.textbot("generate_response", headers, input_text="Привет", mode="chat")
    assert job.status_code == 200
    assert customer.textbot("balance", headers).json() == {"balance": 98}
    assert customer.chatinfo("units", headers).json() == {"success": True, "units": 49}
    assert customer.chat("Привет", headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/generate_response", "POST"),
        ("/api/status", "POST"),
        ("/api/balance", "POST"),
        ("/api/gpt/create_request", "POST"),
        ("/api/gpt/get_response", "POST"),
        ("/api/gpt/units", "POST"),
        ("/v1/chat/completions", "POST"),
        ("/v1/models", "GET"),
        ("/v1/models/gpt-4o", "GET"),
    ],
)
def test_a_wrong_method(site: str, path: str, methods: str) -> None:
    """405 with `Allow`, in the dialect's own form."""
    for method in ("DELETE", "PUT", "GET" if methods == "POST" else "POST"):
        answer = requests.request(method, site + path, timeout=10)
        assert answer.status_code == 405
        assert methods in answer.headers["Allow"].split(", ")
        assert method not in answer.headers["Allow"].split(", ")
        assert form_of(answer.json()) == form_at(path)


@pytest.mark.parametrize(
    "path",
    [
        *("/api/nothing", "/api/status/1", "/api/", "/api/gpt/nothing", "/api/gpt/", "/api/gpt/units/"),
        *(
            "/v1/nothing",
            "/v1/",
            "/v1",
            "/v1/completions",
            "/v1/chat",
            "/v1/models/",
            "/v1/chat/completions/",
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path(site: str, method: str, path: str) -> None:
    """404 in the dialect of its prefix."""
    answer = requests.request(method, site + path, timeout=10)
    assert answer.status_code == 404
    assert form_of(answer.json()) == form_at(path)
    if form_at(path) == "openai":
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_every_address_in_a_message_answers(office: Office, customer: Customer, site: str) -> None:
    """Each URL that a message contains can be opened, without a key."""
    poor = office.customer(plan="Бесплатный")
    bound = office.another_key(customer, modes=("essay",), cap_total=0)
    texts = [
        *(create(caller).text for caller in (poor, bound) for create in (textbot, chatinfo, openai)),
        customer.post("/api/balance", {"key": "?"}).text,
        customer.post("/api/gpt/units", {"key": "?"}).text,
        customer.get("/v1/models/nothing").text,
        customer.get("/v1/nothing").text,
        requests.get(site + "/v1/models", timeout=10).text,
        requests.get(site + "/api/nothing", timeout=10).text,
    ]
    found = {url.rstrip(".") for text in texts for url in re.findall(r'https?://[^\s"\\)]+', text)}
    assert {f"{site}/price", f"{site}/account", f"{site}/subscription"} <= found
    for url in found:
        assert requests.get(url, timeout=10).status_code == 200, url
