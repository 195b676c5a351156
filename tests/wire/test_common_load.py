"""A service that is full, or stops, or changes under load."""

import os
import signal

import pytest

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.conftest import OpenOffice
from tests.wire.customers import Office
from tests.wire.deadline import until
from tests.wire.every_dialect import chatinfo, form_of, openai, textbot


@pytest.fixture(scope="module")
def narrow(open_office: OpenOffice) -> Office:
    """The service with room for two direct calls, one an account, one worker."""
    return open_office(concurrent_direct=2, concurrent_per_account=1, workers=1, lease_s=3)


def test_overloaded(narrow: Office, chaos: ChaosUpstream, name: str) -> None:
    """With no room left: 503 `overloaded` with `Retry-After`, free; one account alone gets 429."""
    first, second, third = (narrow.customer() for _ in range(3))
    with (
        chaos.held(name),
        first.hung_up(f"[[id:{name}]] [[gate]]"),
        second.hung_up(f"[[id:{name}]] [[gate]]"),
    ):
        until(lambda: chaos.count(name) == 2, 5, "both calls")
        alone = openai(third)
    error = alone.json()["error"]
    assert alone.status_code == 503
    assert (error["type"], error["code"]) == ("server_error", "overloaded")
    assert int(alone.headers["Retry-After"]) >= 1
    assert third.balance() == 100


def test_an_accounts_own_concurrency(narrow: Office, chaos: ChaosUpstream, name: str) -> None:
    """An account with too many generations at once: 429 `rate_limit_exceeded`, free."""
    customer = narrow.customer()
    with chaos.held(name):
        with customer.hung_up(f"[[id:{name}]] [[gate]]"):
            call = chaos.call(name)
            answer = openai(customer)
        assert call.left.wait(2)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    assert int(answer.headers["Retry-After"]) >= 1
    until(lambda: customer.balance() == 100, 5, "the balance")


def test_draining(open_office: OpenOffice, chaos: ChaosUpstream, name: str) -> None:
    """A service that stops takes nothing new (503, free) and finishes what it has."""
    office = open_office(drain_s=20)
    customer = office.customer()
    prompt = f"[[id:{name}]] [[gate:middle]] Привет"
    with chaos.held(name), customer.chat(prompt, live=True, stream=True) as answer:
        stream = answer.iter_lines(chunk_size=1)
        next(stream)
        os.kill(office.service.pid, signal.SIGTERM)
        until(lambda: customer.get("/readyz").status_code == 503, 5, "the closed door")
        refused = [create(customer) for create in (textbot, chatinfo, openai)]
        chaos.open_gate(name)
        assert list(stream)[-2] == b"data: [DONE]"
    assert [one.status_code for one in refused] == [503, 503, 503]
    assert [form_of(one.json()) for one in refused] == ["textbot", "chatinfo", "openai"]
    assert all(int(one.headers["Retry-After"]) >= 1 for one in refused)
    assert refused[2].json()["error"]["code"] == "overloaded"
    assert office.service.stop() == 0
    assert office.audit().spent == 2


def test_a_changed_plan_is_in_force_within_a_second(narrow: Office) -> None:
    """A limit that the operator changes holds for calls made one second later."""
    narrow.service.command("plan", "set", "Живой", "--daily", "50", "--rpm", "5", "--dialects", "textbot")
    customer = narrow.customer(requests=20, plan="Живой")
    assert textbot(customer).headers["x-ratelimit-limit-requests"] == "5"
    narrow.service.command("plan", "set", "Живой", "--rpm", "7", "--dialects", "textbot,openai")
    until(lambda: textbot(customer).headers["x-ratelimit-limit-requests"] == "7", 1, "the new limit")
    assert customer.get("/v1/models").status_code == 200
