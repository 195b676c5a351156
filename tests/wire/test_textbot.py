"""The dialect `textbot`, row by row of the contract."""

from typing import Any

import pytest
import requests

from slovomat.domain.mode import MODE_IDS
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office
from tests.wire.deadline import until

NO_SUCH = {"status": "failed", "error_message": "Запрос с таким ID не найден"}


def test_create_is_accepted(customer: Customer) -> None:
    """The answer has an id, a status and the balance after the price of 2, and nothing else."""
    answer = customer.textbot("generate_response", input_text="Привет", mode="chat")
    body = answer.json()
    assert answer.status_code == 200
    assert body == {"request_id": body["request_id"], "status": "processing", "balance": 98}
    assert type(body["request_id"]) is int
    assert 0 < body["request_id"] < 1 << 53
    assert type(body["balance"]) is int


def test_status_done(customer: Customer, name: str) -> None:
    """A finished request shows its text, and asking costs nothing."""
    job = customer.job(f"Привет [[id:{name}]] [[say:Вот ответ]]")
    customer.ended(job)
    answer = customer.textbot("status", request_id=job)
    assert (answer.status_code, answer.json()) == (
        200,
        {"request_id": job, "status": "completed", "result": "Вот ответ"},
    )
    assert customer.balance() == 98


def test_status_at_work(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """While the model works, the status is `processing`, with no result and no error."""
    with chaos.held(name):
        job = customer.job(f"Привет [[id:{name}]] [[gate]]")
        chaos.call(name)
        answer = customer.textbot("status", request_id=job)
        assert (answer.status_code, answer.json()) == (200, {"request_id": job, "status": "processing"})
        assert customer.balance() == 98
    assert customer.ended(job)["status"] == "completed"


def test_status_failed(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """After three attempts a request has failed, says so with 200, and the price is back."""
    job = customer.job(f"Привет [[id:{name}]] [[fault:500]]")
    assert customer.ended(job) == {
        "request_id": job,
        "status": "failed",
        "error_message": "Модель не смогла ответить. Запросы возвращены на баланс.",
    }
    answer = customer.textbot("status", {"Accept-Language": "en"}, request_id=job)
    assert answer.status_code == 200
    assert answer.json()["error_message"] == "The model could not answer. The price is back on the balance."
    assert customer.balance() == 100
    assert chaos.count(name) == 3


def test_a_refused_prompt_fails_with_the_upstreams_words(
    customer: Customer, chaos: ChaosUpstream, name: str
) -> None:
    """A 400 of the upstream is not tried again: its sentence is the error, and the price is back."""
    job = customer.job(f"Привет [[id:{name}]] [[fault:400]]")
    assert customer.ended(job)["error_message"] == "chaos: the prompt is refused"
    assert customer.balance() == 100
    assert chaos.count(name) == 1


@pytest.mark.parametrize("fault", ["empty", "null", "blank", "bad-json", "close", "cut", "html", "401"])
def test_a_generation_without_text_has_failed(customer: Customer, fault: str) -> None:
    """Whatever comes back that is no text: the request fails and the price is back."""
    job = customer.job(f"Привет [[fault:{fault}]]")
    assert customer.ended(job)["status"] == "failed"
    assert customer.balance() == 100


def test_a_passing_fault_is_not_seen(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """A request whose first attempt failed is done by the second, and charged once."""
    job = customer.job(f"Привет [[id:{name}]] [[fault:503 times=1]]")
    assert customer.ended(job)["status"] == "completed"
    assert chaos.count(name) == 2
    assert customer.balance() == 98


def test_balance_too_low(office: Office, site: str) -> None:
    """One request is not enough: 403, both figures, the address to pay at, and the balance as it was."""
    poor = office.customer(requests=1, plan="Бесплатный")
    answer = poor.textbot("generate_response", input_text="Привет", mode="chat")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "status": "failed",
            "error_message": "Недостаточно запросов для генерации. Баланс: 1. Нужно: 2. "
            f"Оплатить запросы: {site}/price",
            "balance": 1,
        },
    )
    english = poor.textbot("generate_response", {"Accept-Language": "en"}, input_text="Hi", mode="chat")
    assert english.json()["error_message"] == (
        f"Not enough requests for a generation. Balance: 1. Needed: 2. Buy requests: {site}/price"
    )
    assert poor.balance() == 1


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"input_text": "Привет", "mode": "chat"}, "key"),
        ({"input_text": "Привет", "key": "?"}, "mode"),
        ({"mode": "chat", "key": "?"}, "input_text"),
        ({"key": "?"}, "input_text, mode"),
        ({}, "input_text, mode, key"),
        ({"input_text": None, "mode": None, "key": None}, "input_text, mode, key"),
        ({"input_text": "Привет", "mode": None, "key": "?"}, "mode"),
    ],
)
def test_a_field_is_missing(customer: Customer, fields: dict[str, object], missing: str) -> None:
    """Every absent field is named, in the contract's order; null is absent too."""
    answer = customer.post("/api/generate_response", fields)
    expected = {"status": "failed", "error_message": f"Отсутствуют необходимые параметры: {missing}"}
    assert (answer.status_code, answer.json()) == (400, expected)
    english = customer.post("/api/generate_response", fields, {"Accept-Language": "en"})
    assert english.json()["error_message"] == f"Required parameters are missing: {missing}"


@pytest.mark.parametrize("key", ["nonsense", "", "slv_" + "0" * 38])
def test_unknown_key(customer: Customer, site: str, key: str) -> None:
    """A key that is none: 403 on every call, with the page where there is one; balance has no status."""
    words = f"Некорректный API ключ. Получить можно на {site}/account"
    create = customer.post("/api/generate_response", {"input_text": "?", "mode": "chat", "key": key})
    assert (create.status_code, create.json()) == (403, {"status": "failed", "error_message": words})
    status = customer.post("/api/status", {"request_id": 1, "key": key})
    assert (status.status_code, status.json()) == (403, {"status": "failed", "error_message": words})
    balance = customer.post("/api/balance", {"key": key})
    assert (balance.status_code, balance.json()) == (403, {"error_message": words})
    english = customer.post("/api/balance", {"key": key}, {"Accept-Language": "en-GB, ru;q=0.5"})
    assert english.json() == {"error_message": f"Invalid API key. Get one at {site}/account"}


def test_unknown_mode_lists_the_modes(customer: Customer) -> None:
    """An unknown mode: 400, the field, and every mode that there is."""
    answer = customer.textbot("generate_response", input_text="Привет", mode="haiku")
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "failed",
        "error_message": "Неизвестный режим mode. Допустимые: " + ", ".join(MODE_IDS),
    }
    assert customer.balance() == 100


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"input_text": 5, "mode": "chat"}, "input_text"),
        ({"input_text": ["Привет"], "mode": "chat"}, "input_text"),
        ({"input_text": "", "mode": "chat"}, "input_text"),
        ({"input_text": " \n\t", "mode": "chat"}, "input_text"),
        ({"input_text": "a\x00b", "mode": "chat"}, "input_text"),
        ({"input_text": "Привет", "mode": 7}, "mode"),
        ({"input_text": "Привет", "mode": ["chat"]}, "mode"),
        ({"input_text": "Привет", "mode": "chat", "key": 7}, "key"),
        ({"input_text": "Привет", "mode": "chat", "idempotency_key": 7}, "Idempotency-Key"),
    ],
)
def test_a_wrong_value_is_named(customer: Customer, fields: dict[str, Any], field: str) -> None:
    """A field of the wrong type or without a text: 400 that names it, and nothing is charged."""
    answer = customer.textbot("generate_response", **fields)
    assert answer.status_code == 400
    assert answer.json().keys() == {"status", "error_message"}
    assert answer.json()["status"] == "failed"
    assert field in answer.json()["error_message"]
    assert customer.balance() == 100


@pytest.mark.parametrize("path", ["generate_response", "status", "balance"])
@pytest.mark.parametrize("body", [b"", b"input_text=1", b'{"key": ', b"[]", b'"key"', b"\xff{}", b"null"])
def test_not_json(customer: Customer, path: str, body: bytes) -> None:
    """What is no JSON object: 400 in the dialect's form."""
    answer = customer.post(f"/api/{path}", body)
    assert answer.status_code == 400
    assert answer.json()["error_message"].startswith("Тело запроса должно быть объектом JSON в UTF-8")
    assert answer.json().get("status", "failed") == "failed"
    assert "request_id" not in answer.json()


def test_another_accounts_request_does_not_exist(office: Office, customer: Customer) -> None:
    """Another account's id, an id never given, and ids out of range get the same 404."""
    job = office.customer().job("Привет")
    for id in (job, job + 1_000_000, 0, -1, 1 << 53, "1" + "0" * 18):
        answer = customer.textbot("status", request_id=id)
        assert (answer.status_code, answer.json()) == (404, NO_SUCH)
    english = customer.textbot("status", {"Accept-Language": "en"}, request_id=job)
    assert english.json()["error_message"] == "No request with this ID was found"


def test_an_id_may_be_a_numeric_string(customer: Customer) -> None:
    """`"59877"` is read as 59877, and answered as a number."""
    job = customer.job("Привет")
    customer.ended(job)
    answer = customer.textbot("status", request_id=str(job))
    assert answer.status_code == 200
    assert answer.json()["request_id"] == job


@pytest.mark.parametrize("id", [True, 1.5, "1x", "", " 1", "١", [1], {"$ne": None}])
def test_what_is_no_id_is_refused(customer: Customer, id: object) -> None:
    """An id of another type: 400 that names the field."""
    answer = customer.textbot("status", request_id=id)
    assert (answer.status_code, answer.json()) == (
        400,
        {"status": "failed", "error_message": "Некорректный параметр request_id: нужно целое число"},
    )


def test_status_without_its_fields(customer: Customer) -> None:
    """`/api/status` names what is missing too."""
    answer = customer.post("/api/status", {"key": None})
    assert (answer.status_code, answer.json()) == (
        400,
        {"status": "failed", "error_message": "Отсутствуют необходимые параметры: request_id, key"},
    )


def test_balance_is_free(office: Office) -> None:
    """The balance counts the day's allowance and packs, and asking leaves it as it is."""
    customer = office.customer(requests=7)
    for _ in range(3):
        answer = customer.textbot("balance")
        assert (answer.status_code, answer.json()) == (200, {"balance": 107})


def test_the_free_plans_allowance_is_not_for_the_api(office: Office) -> None:
    """On «Бесплатный» the API spends and shows packs only."""
    customer = office.customer(requests=3, plan="Бесплатный")
    assert customer.balance() == 3
    job = customer.job("Привет")
    assert customer.ended(job)["status"] == "completed"
    assert customer.balance() == 1


@pytest.mark.parametrize("mode", MODE_IDS)
def test_every_mode_generates(customer: Customer, chaos: ChaosUpstream, name: str, mode: str) -> None:
    """Each mode of the table is accepted, and its prompt carries the client's text to the model."""
    job = customer.job(f"Осень [[id:{name}]]", mode)
    assert customer.ended(job)["status"] == "completed"
    call = chaos.call(name)
    assert "Осень" in call.messages[-1]["content"]
    assert call.messages[-1]["role"] == "user"
    if mode != "chat":
        assert call.messages[0]["role"] == "system"


def test_the_documented_pages_answer(site: str) -> None:
    """The pages that the dialect's documentation names are there; `/account` shows paid requests."""
    for page in ("/account", "/price", "/api-documentation"):
        assert requests.get(site + page, timeout=10).status_code == 200
    assert "Оплаченные запросы" in requests.get(site + "/account", timeout=10).text


def test_too_often(limited: Office) -> None:
    """The create call after the last allowed one: 429 with its words and `Retry-After`, free."""
    customer = limited.customer()
    for _ in range(3):
        customer.job("Привет")
    answer = customer.textbot("generate_response", input_text="Привет", mode="chat")
    seconds = int(answer.headers["Retry-After"])
    assert answer.status_code == 429
    assert answer.json() == {
        "status": "failed",
        "error_message": f"Слишком много запросов. Повторите через {seconds} с.",
    }
    assert 50 < seconds <= 60
    assert customer.balance() == 94
    english = customer.textbot(
        "generate_response", {"Accept-Language": "en"}, input_text="Привет", mode="chat"
    )
    assert english.json()["error_message"].startswith("Too many requests. Try again in ")


def test_polls_and_balance_calls_have_their_own_limits(limited: Office) -> None:
    """Too many polls or balance calls: 429 with `Retry-After`, and creating is still open."""
    customer = limited.customer()
    job = customer.job("Привет")
    calls: list[tuple[str, dict[str, Any], int]] = [("status", {"request_id": job}, 5), ("balance", {}, 4)]
    for path, fields, limit in calls:
        statuses = [customer.textbot(path, **fields) for _ in range(limit + 1)]
        assert [answer.status_code for answer in statuses] == [200] * limit + [429]
        assert 50 < int(statuses[-1].headers["Retry-After"]) <= 60
    assert customer.textbot("generate_response", input_text="Привет", mode="chat").status_code == 200


def test_the_result_comes_without_a_poll_in_between(customer: Customer) -> None:
    """A job needs nobody to ask for it: its price is spent although it was polled only at the end."""
    job = customer.job("Привет")
    until(lambda: customer.textbot("status", request_id=job).json()["status"] == "completed", 10, "the end")
    assert customer.balance() == 98
