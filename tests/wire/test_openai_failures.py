"""What the client of a plain chat call is told when the upstream fails, and that it pays nothing."""

import socket
import time
from collections.abc import Callable

import pytest
import requests

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.conftest import OpenOffice
from tests.wire.customers import Customer, Office

LOST = "Модель не смогла ответить. Запросы возвращены на баланс."
LATE = "Модель не ответила вовремя. Запросы возвращены на баланс."
FAULTS = [
    ("500", 3),
    ("503", 3),
    ("429", 3),
    ("429 retry-after=0", 3),
    ("429 retry-after=3600", 1),
    ("401", 1),
    ("403", 1),
    ("404", 1),
    ("302", 1),
    ("empty", 3),
    ("null", 3),
    ("blank", 3),
    ("bad-json", 3),
    ("html", 3),
    ("cut", 3),
    ("close", 3),
]


def failed(answer: requests.Response, status: int, message: str, code: str) -> None:
    """Check a refusal of the service's own, with the price back in its headers."""
    error = {"message": message, "type": "server_error", "param": None, "code": code}
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert answer.headers["x-balance-requests"] == "100"
    assert answer.headers["x-charged-requests"] == "0"


@pytest.mark.parametrize(("fault", "calls"), FAULTS)
def test_no_upstream_could_answer(
    customer: Customer, chaos: ChaosUpstream, name: str, fault: str, calls: int
) -> None:
    """502 `upstream_error`, free, after no more calls than the fault deserves."""
    failed(customer.chat(f"Привет [[id:{name}]] [[fault:{fault}]]"), 502, LOST, "upstream_error")
    assert customer.balance() == 100
    assert chaos.count(name) == calls


def test_in_english(customer: Customer) -> None:
    """`Accept-Language: en` gets the English words."""
    answer = customer.chat("Hello [[fault:500]]", {"Accept-Language": "en-US,en;q=0.9"})
    failed(answer, 502, "The model could not answer. The price is back on the balance.", "upstream_error")


@pytest.mark.parametrize("stream", [False, True])
def test_the_upstreams_own_400(customer: Customer, chaos: ChaosUpstream, name: str, stream: bool) -> None:
    """A refused prompt comes back as the upstream gave it, after one call, free."""
    answer = customer.chat(f"Привет [[id:{name}]] [[fault:400]]", stream=stream)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": {
            "message": "chaos: the prompt is refused",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "content_policy_violation",
        }
    }
    assert answer.headers["x-charged-requests"] == "0"
    assert chaos.count(name) == 1
    assert customer.balance() == 100


def test_a_passing_fault_is_not_seen(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """The call is made again, and charged once."""
    answer = customer.chat(f"Привет [[id:{name}]] [[fault:500 times=2]] [[say:да]]")
    assert answer.json()["choices"][0]["message"]["content"] == "да"
    assert chaos.count(name) == 3
    assert customer.balance() == 98


@pytest.mark.parametrize(
    ("fault", "stream"),
    [
        ("hang-headers", False),
        ("hang-first", False),
        ("hang-middle", False),
        ("hang-headers", True),
        ("hang-first", True),
    ],
)
def test_an_upstream_that_hangs(
    hasty: Office, chaos: ChaosUpstream, name: str, fault: str, stream: bool
) -> None:
    """504 `upstream_timeout` within its limit, free, and the upstream's connection is closed."""
    customer = hasty.customer()
    began = time.monotonic()
    answer = customer.chat(f"Привет [[id:{name}]] [[fault:{fault}]]", stream=stream)
    failed(answer, 504, LATE, "upstream_timeout")
    assert time.monotonic() - began < 2.5
    assert chaos.call(name).left.wait(2)
    assert chaos.count(name) == 1
    assert customer.balance() == 100


def test_the_whole_generation_has_a_limit(hasty: Office, chaos: ChaosUpstream, name: str) -> None:
    """A stream that never pauses for long is ended all the same, free."""
    customer = hasty.customer()
    words = " ".join(["слово"] * 20)
    answer = customer.chat(f"Привет [[id:{name}]] [[fault:slow gap=0.3]] [[say:{words}]]", stream=True)
    assert '"code":"upstream_timeout"' in answer.text
    assert "[DONE]" not in answer.text
    assert chaos.call(name).left.wait(2)
    assert customer.balance() == 100


def test_jobs_have_the_same_time_limits(hasty: Office, chaos: ChaosUpstream, name: str) -> None:
    """A job whose upstream hangs fails after its attempts, says that it was late, and is free."""
    customer = hasty.customer()
    job = customer.job(f"Привет [[id:{name}]] [[fault:hang-headers]]")
    assert customer.ended(job) == {"request_id": job, "status": "failed", "error_message": LATE}
    assert chaos.count(name) == 3
    assert customer.balance() == 100


@pytest.fixture(scope="module")
def deserted(open_office: OpenOffice) -> Office:
    """The service whose upstream refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return open_office(f"http://127.0.0.1:{port}/v1", upstream_connect_timeout_s=0.5)


def test_an_upstream_that_is_not_there(deserted: Office) -> None:
    """502 for plain and streamed calls, a failed job, and the price back each time."""
    customer = deserted.customer()
    failed(customer.chat("Привет"), 502, LOST, "upstream_error")
    failed(customer.chat("Привет", stream=True), 502, LOST, "upstream_error")
    assert customer.ended(customer.job("Привет"))["error_message"] == LOST
    assert customer.balance() == 100


@pytest.mark.parametrize(
    "ask",
    [
        lambda customer: customer.chat("Привет [[fault:500]]"),
        lambda customer: customer.chat("Привет [[fault:bad-json]]"),
        lambda customer: customer.chat("Привет [[fault:cut]]", stream=True),
    ],
)
def test_no_answer_shows_the_inside(customer: Customer, ask: Callable[[Customer], requests.Response]) -> None:
    """An error tells nothing of the upstream's address, and holds no traceback."""
    text = ask(customer).text
    assert "127.0.0.1" not in text
    assert "Traceback" not in text
    assert "chaos 500" not in text
