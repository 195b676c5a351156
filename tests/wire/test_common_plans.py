"""Plans and packs: what they open, what they cost, what is spent first."""

import socket

import pytest

from tests.wire.conftest import OpenOffice
from tests.wire.customers import Office
from tests.wire.every_dialect import chatinfo, form_of, openai, textbot


@pytest.fixture(scope="module")
def plans(open_office: OpenOffice) -> Office:
    """The service with two more plans, a small limit for bodies, and a public URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    office = open_office(body_max_bytes=2_000, site="http://slovo.example", port=port)
    office.service.url = f"http://127.0.0.1:{port}"
    command = office.service.command
    command("plan", "set", "Профи", "--daily", "1", "--dialects", "chatinfo,openai", "--api-allowance")
    command("plan", "set", "Тихий", "--daily", "50", "--rpm", "2", "--dialects", "textbot", "--api-allowance")
    return office


def test_several_plans_open_a_dialect(plans: Office) -> None:
    """The plan error names each of them, «на тарифах …», in both languages and in every dialect."""
    free, quiet = plans.customer(plan="Бесплатный"), plans.customer(plan="Тихий")
    assert chatinfo(free).json()["error"] == (
        "Использовать API можно только на тарифах Престиж, Профи. Ваш тариф: Бесплатный."
    )
    english = free.chatinfo("units", {"Accept-Language": "en"})
    assert english.json()["error"] == (
        "The API is open only on the plans Престиж, Профи. Your plan: Бесплатный."
    )
    answer = openai(quiet)
    error = answer.json()["error"]
    assert answer.status_code == 403
    assert (error["type"], error["code"]) == ("invalid_request_error", "plan_required")
    assert error["message"] == (
        "Использовать API можно только на тарифах Бесплатный, Престиж, Профи. Ваш тариф: Тихий."
    )
    assert quiet.get("/v1/models").status_code == 403
    pro = textbot(plans.customer(plan="Профи"))
    assert (pro.status_code, pro.json()["status"]) == (403, "failed")
    assert "на тарифах Бесплатный, Престиж, Тихий. Ваш тариф: Профи." in pro.json()["error_message"]


def test_a_plans_own_limit_a_minute(plans: Office) -> None:
    """A plan's requests a minute stand in the place of the service's, for all keys of the account."""
    customer = plans.customer(plan="Тихий")
    twin = plans.another_key(customer)
    assert [textbot(customer).headers["x-ratelimit-remaining-requests"], textbot(twin).status_code] == [
        "1",
        200,
    ]
    answer = textbot(customer)
    assert answer.status_code == 429
    assert answer.headers["x-ratelimit-limit-requests"] == "2"
    assert 50 < int(answer.headers["Retry-After"]) <= 60


def test_allowance_first_then_packs(plans: Office) -> None:
    """A price may be paid by both, the day's allowance first; a failure gives each its part back."""
    customer = plans.customer(requests=3, plan="Профи")
    assert customer.chat("Привет [[fault:401]]").status_code == 502
    day = plans.entries(customer)[1][1]
    assert plans.entries(customer) == [
        ("grant", "test", 3),
        ("grant", day, 1),
        ("hold", day, -1),
        ("hold", "test", -1),
        ("release", day, 1),
        ("release", "test", 1),
    ]
    assert customer.chat("Привет").headers["x-balance-requests"] == "2"
    assert customer.chat("Привет").headers["x-balance-requests"] == "0"


def test_the_pack_that_expires_first_is_spent_first(plans: Office) -> None:
    """Of two packs the one with the earlier end pays, and an expired one counts for nothing."""
    customer = plans.customer(plan="Бесплатный")
    for requests_given, expires in (("2", "30d"), ("2", "5d"), ("2", "")):
        more = ["--expires", expires] if expires else []
        plans.service.command("credit", customer.email, requests_given, "--reason", expires or "never", *more)
    for _ in range(3):
        assert customer.chat("Привет").status_code == 200
    spent = [entry for entry in plans.entries(customer) if entry[0] == "hold"]
    assert len({bucket for _, bucket, _ in spent}) == len(spent)
    assert customer.chat("Привет").status_code == 429


def test_a_body_too_large(plans: Office) -> None:
    """413 in each dialect's form, free."""
    customer = plans.customer(plan="Престиж")
    long = "я" * 2_000
    answer = customer.chat(long)
    error = answer.json()["error"]
    assert answer.status_code == 413
    assert (error["type"], error["code"]) == ("invalid_request_error", "request_too_large")
    jobs = [
        customer.textbot("generate_response", input_text=long, mode="chat"),
        customer.chatinfo("create_request", content=long),
    ]
    assert [job.status_code for job in jobs] == [413, 413]
    assert [form_of(job.json()) for job in jobs] == ["textbot", "chatinfo"]
    assert customer.balance() == 100


def test_the_site_is_a_setting(plans: Office) -> None:
    """Messages name the public URL, not the address that the service listens on."""
    customer = plans.customer(plan="Бесплатный")
    assert customer.chat("Привет").json()["error"]["message"].endswith("http://slovo.example/price")
