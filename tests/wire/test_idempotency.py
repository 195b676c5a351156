"""`Idempotency-Key`: one call, one charge, one answer, in all dialects."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office

JOBS = [("/api/generate_response", "input_text", "request_id"), ("/api/gpt/create_request", "content", "id")]


def create(
    customer: Customer, path: str, field: str, text: str, header: str | None = None, **more: Any
) -> requests.Response:
    """A create call of a job dialect."""
    headers = {} if header is None else {"Idempotency-Key": header}
    return customer.post(path, {field: text, "mode": "chat", "key": customer.key, **more}, headers)


@pytest.mark.parametrize("call", JOBS)
@pytest.mark.parametrize("first", ["header", "body"])
@pytest.mark.parametrize("second", ["header", "body"])
def test_a_repeated_job_is_the_same_job(
    customer: Customer, call: tuple[str, str, str], first: str, second: str
) -> None:
    """The repeat gets the first answer, says that it is one, and costs nothing; header and body are equal."""
    path, field, id = call

    def ask(where: str, text: str) -> requests.Response:
        if where == "header":
            return create(customer, path, field, text, "k-1")
        return create(customer, path, field, text, idempotency_key="k-1")

    one, two, other = ask(first, "Привет"), ask(second, "Привет"), ask(second, "Пока")
    assert one.status_code == two.status_code == 200
    assert one.content == two.content
    assert one.json()[id] == two.json()[id]
    assert "Idempotent-Replayed" not in one.headers
    assert two.headers["Idempotent-Replayed"] == "true"
    assert (one.headers["x-charged-requests"], two.headers["x-charged-requests"]) == ("2", "0")
    assert two.headers["x-balance-requests"] == "98"
    assert other.status_code == 422
    assert customer.balance() == 98


def test_a_mismatch_in_each_dialect(customer: Customer) -> None:
    """Another body under the key: 422 in the dialect's own form, free."""
    words = "Этот Idempotency-Key уже использован с другим запросом"
    for path, field, _ in JOBS:
        assert create(customer, path, field, "Привет", path).status_code == 200
        answer = create(customer, path, field, "Пока", path)
        body = answer.json()
        assert answer.status_code == 422
        assert body.get("error_message", body.get("error")) == words
        assert not {"request_id", "id"} & body.keys()
    assert customer.chat("Привет", {"Idempotency-Key": "chat"}).status_code == 200
    answer = customer.chat("Пока", {"Idempotency-Key": "chat"})
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "error": {
                "message": words,
                "type": "invalid_request_error",
                "param": None,
                "code": "idempotency_mismatch",
            }
        },
    )
    assert customer.balance() == 94


def test_a_difference_behind_the_cut_is_a_difference(customer: Customer) -> None:
    """Two long texts that differ only in what is cut off are two texts."""
    path, field, _ = JOBS[1]
    assert create(customer, path, field, "я" * 5_000 + "а", "long").status_code == 200
    assert create(customer, path, field, "я" * 5_000 + "б", "long").status_code == 422
    repeat = create(customer, path, field, "я" * 5_000 + "а", "long")
    assert repeat.headers["Idempotent-Replayed"] == "true"
    assert repeat.headers["X-Input-Truncated"] == "1"


def test_a_key_belongs_to_an_account(office: Office, customer: Customer) -> None:
    """Two accounts may use one key; two keys of one account share it."""
    other = office.customer()
    twin = office.another_key(customer)
    path, field, id = JOBS[0]
    mine = create(customer, path, field, "Привет", "shared").json()[id]
    assert create(other, path, field, "Привет", "shared").json()[id] != mine
    assert create(twin, path, field, "Привет", "shared").json()[id] == mine


def test_a_repeated_plain_answer(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """The repeat gets the same bytes without a call upstream, charged once."""
    answers = [customer.chat(f"Привет [[id:{name}]]", {"Idempotency-Key": name}) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["content-type"] for answer in answers}) == 1
    replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers]
    assert replayed == [None, "true", "true"]
    assert [answer.headers["x-charged-requests"] for answer in answers] == ["2", "0", "0"]
    assert chaos.count(name) == 1
    assert customer.balance() == 98


def test_a_repeated_stream(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """The replay of a stream gives the same bytes, `[DONE]` and all."""
    header = {"Idempotency-Key": name}
    prompt = f"Привет мой милый друг [[id:{name}]]"
    first, second = (customer.chat(prompt, header, stream=True) for _ in range(2))
    assert first.content == second.content
    assert second.content.endswith(b"data: [DONE]\n\n")
    assert first.headers["content-type"] == second.headers["content-type"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["x-balance-requests"] == "98"
    assert chaos.count(name) == 1
    assert customer.balance() == 98


@pytest.mark.parametrize("stream", [False, True])
def test_the_first_is_still_at_work(
    customer: Customer, chaos: ChaosUpstream, name: str, stream: bool
) -> None:
    """Meanwhile a repeat gets 409 with `Retry-After`, and another body 422; then the answer."""
    header = {"Idempotency-Key": name}
    prompt = f"Привет [[id:{name}]] [[gate]]"
    with ThreadPoolExecutor(1) as pool:
        with chaos.held(name):
            first = pool.submit(customer.chat, prompt, header, stream=stream)
            chaos.call(name)
            answer = customer.chat(prompt, header, stream=stream)
            mismatch = customer.chat(prompt + "!", header, stream=stream)
        done = first.result(20)
    assert answer.status_code == 409
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["code"] == "idempotency_in_progress"
    assert int(answer.headers["Retry-After"]) >= 1
    assert mismatch.status_code == 422
    repeat = customer.chat(prompt, header, stream=stream)
    assert repeat.content == done.content
    assert chaos.count(name) == 1
    assert customer.balance() == 98


def test_many_at_once_are_one(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """Twenty equal calls at once: one generation, one charge; the others wait or repeat."""
    path, field, id = JOBS[0]
    with ThreadPoolExecutor(20) as pool:
        jobs = list(pool.map(lambda _: create(customer, path, field, "Привет", "many"), range(20)))
        chats = list(
            pool.map(lambda _: customer.chat(f"Привет [[id:{name}]]", {"Idempotency-Key": name}), range(20))
        )
    assert len({answer.json()[id] for answer in jobs}) == 1
    assert {answer.status_code for answer in chats} <= {200, 409}
    assert chaos.count(name) == 1
    assert customer.balance() == 96


def test_a_refused_call_leaves_the_key_free(office: Office, customer: Customer) -> None:
    """After a refusal for money, for a field, or by the upstream, the same key works."""
    poor = office.customer(plan="Бесплатный")
    path, field, _ = JOBS[0]
    assert create(poor, path, field, "Привет", "later").status_code == 403
    office.service.command("credit", poor.email, "2", "--reason", "test")
    assert create(poor, path, field, "Привет", "later").status_code == 200
    assert create(customer, path, field, "", "later").status_code == 400
    assert create(customer, path, field, "Привет", "later").status_code == 200
    header = {"Idempotency-Key": "chat"}
    assert customer.chat("Привет [[fault:400]]", header).status_code == 400
    assert customer.chat("Привет", header).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_generation_leaves_the_key_free(
    customer: Customer, chaos: ChaosUpstream, name: str, stream: bool
) -> None:
    """After a 502 or a broken stream the repeat is a new generation."""
    header = {"Idempotency-Key": name}
    prompt = f"Привет мой друг [[id:{name}]] [[fault:{'cut' if stream else '401'} times=1]]"
    failed = customer.chat(prompt, header, stream=stream)
    assert "upstream_error" in failed.text
    assert customer.balance() == 100
    again = customer.chat(prompt, header, stream=stream)
    assert again.status_code == 200
    assert "Idempotent-Replayed" not in again.headers
    assert "upstream_error" not in again.text
    assert chaos.count(name) == 2
    assert customer.balance() == 98


@pytest.mark.parametrize("key", ["", "k" * 256, "a\x07b", "a\nb", "\x85", 7, True, ["k"], {}])
def test_a_bad_key_in_the_body(customer: Customer, key: object) -> None:
    """A key that is empty, too long, unprintable or no string: 400, free."""
    for path, field, id in JOBS:
        answer = create(customer, path, field, "Привет", idempotency_key=key)
        assert answer.status_code == 400
        assert "1 до 255 печатных символов" in answer.text
        assert id not in answer.json()
    assert customer.balance() == 100


@pytest.mark.parametrize("key", ["", "k" * 256, "a\x85b", "a\x07b"])
def test_a_bad_key_in_the_header(customer: Customer, key: str) -> None:
    """The same for the header."""
    for path, field, _ in JOBS:
        assert create(customer, path, field, "Привет", key).status_code == 400
    answer = customer.chat("Привет", {"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert customer.balance() == 100


def test_the_longest_key(customer: Customer) -> None:
    """255 characters are a key."""
    path, field, id = JOBS[0]
    ids = {create(customer, path, field, "Привет", "k" * 255).json()[id] for _ in range(2)}
    assert len(ids) == 1


def test_null_is_no_key(customer: Customer) -> None:
    """`idempotency_key: null` is absent: every call is its own."""
    path, field, id = JOBS[0]
    ids = {create(customer, path, field, "Привет", idempotency_key=None).json()[id] for _ in range(2)}
    assert len(ids) == 2
