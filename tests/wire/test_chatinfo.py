"""The dialect `chatinfo`, row by row of the contract."""

from typing import Any

import pytest
import requests

from slovomat.domain.mode import MODE_IDS
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office
from tests.wire.deadline import until

OFTEN = {
    "success": False,
    "error": "Кажется, вы отправляете запросы слишком часто. Обновите страницу, чтобы продолжить",
}
NO_SUCH = {"success": False, "solving": False, "error": "Запрос с таким ID не найден"}
CLOSED = {
    "success": False,
    "error": "Использовать API можно только на тарифе Престиж. Ваш тариф: Бесплатный.",
}


def create(customer: Customer, content: str = "Привет", **fields: Any) -> int:
    """The id of a new request."""
    answer = customer.chatinfo("create_request", content=content, **fields)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def ended(customer: Customer, id: int) -> requests.Response:
    """The first poll that no longer says «at work»."""

    def poll() -> requests.Response | None:
        answer = customer.chatinfo("get_response", id=id)
        return None if answer.status_code == 202 else answer

    return until(poll, 15, f"the end of {id}")


def units(customer: Customer) -> int:
    """The balance in API Units."""
    return int(customer.chatinfo("units").json()["units"])


def test_create_is_accepted(customer: Customer) -> None:
    """The answer has the units that are left after the price of 1, and an id, and nothing else."""
    answer = customer.chatinfo("create_request", content="Привет", mode="chat")
    body = answer.json()
    assert answer.status_code == 200
    assert body == {"success": True, "units": 49, "id": body["id"]}
    assert type(body["id"]) is int
    assert 0 < body["id"] < 1 << 53
    assert type(body["units"]) is int


def test_the_mode_is_chat_by_default(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """Without a mode, or with null, the request is an ordinary one."""
    for fields in ({}, {"mode": None}, {"mode": "chat"}):
        ended(customer, create(customer, f"Привет [[id:{name}]]", **fields))
    first, *others = [call.messages for call in chaos.calls(name)]
    assert others == [first, first]


def test_units_are_rounded_down(office: Office) -> None:
    """One unit is two requests; an odd request is not shown, nor does it buy anything."""
    odd = office.customer(requests=5)
    assert (odd.balance(), units(odd)) == (105, 52)
    answer = odd.chatinfo("create_request", content="Привет")
    assert answer.json()["units"] == 51
    last = office.another_key(odd, cap_total=1)
    assert (last.balance(), units(last)) == (1, 0)
    assert last.chatinfo("create_request", content="Привет").json()["units"] == 0


def test_done(customer: Customer) -> None:
    """A finished request: 200 with the text; asking costs nothing."""
    id = create(customer, "Привет [[say:Вот ответ]]")
    answer = ended(customer, id)
    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "solving": False, "result": "Вот ответ"},
    )
    assert units(customer) == 49


def test_at_work_is_202(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """While the model works, a poll gets 202 and no error."""
    with chaos.held(name):
        id = create(customer, f"Привет [[id:{name}]] [[gate]]")
        chaos.call(name)
        answer = customer.chatinfo("get_response", id=id)
        assert (answer.status_code, answer.json()) == (202, {"success": False, "solving": True})
        assert units(customer) == 49
    assert ended(customer, id).json()["success"] is True


def test_failed(customer: Customer) -> None:
    """A failed request: 200 with the error and without a result, and the price is back."""
    id = create(customer, "Привет [[fault:500]]")
    answer = ended(customer, id)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "success": False,
            "solving": False,
            "error": "Модель не смогла ответить. Запросы возвращены на баланс.",
        },
    )
    assert units(customer) == 50
    english = customer.chatinfo("get_response", {"Accept-Language": "en"}, id=id)
    assert english.json()["error"] == "The model could not answer. The price is back on the balance."


def test_too_few_units(office: Office, site: str) -> None:
    """Nothing left: 403 with the units and the page where to buy, without an id."""
    customer = office.customer()
    capped = office.another_key(customer, cap_total=100)
    for _ in range(50):
        create(capped)
    answer = customer.chatinfo("create_request", content="Привет")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "success": False,
            "units": 0,
            "error": f"Недостаточно API Units для создания запроса. Купить еще: {site}/prices",
        },
    )
    english = customer.chatinfo("create_request", {"Accept-Language": "en"}, content="Привет")
    assert english.json()["error"] == f"Not enough API Units to create a request. Buy more: {site}/prices"


def test_the_plan_has_no_api(office: Office) -> None:
    """On a plan that does not open this API every call, the free ones too, says which plan does."""
    customer = office.customer(requests=10, plan="Бесплатный")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("create_request", {"content": "Привет"}),
        ("get_response", {"id": 1}),
        ("units", {}),
    ]
    for path, fields in calls:
        answer = customer.chatinfo(path, **fields)
        assert (answer.status_code, answer.json()) == (403, CLOSED)
        english = customer.chatinfo(path, {"Accept-Language": "en"}, **fields)
        assert english.json()["error"] == ("The API is open only on the plan Престиж. Your plan: Бесплатный.")
    assert customer.balance() == 10


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, "content, key"),
        ({"content": None, "key": None}, "content, key"),
        ({"key": "?"}, "content"),
        ({"content": "Привет"}, "key"),
    ],
)
def test_a_field_is_missing(customer: Customer, fields: dict[str, object], missing: str) -> None:
    """Every absent field is named; null is absent too."""
    answer = customer.post("/api/gpt/create_request", fields)
    expected = {"success": False, "error": f"Отсутствуют необходимые параметры: {missing}"}
    assert (answer.status_code, answer.json()) == (400, expected)


def test_polls_and_units_name_what_is_missing(customer: Customer) -> None:
    """The free calls do likewise."""
    poll = customer.post("/api/gpt/get_response", {})
    assert (poll.status_code, poll.json()["error"]) == (
        400,
        "Отсутствуют необходимые параметры: id, key",
    )
    balance = customer.post("/api/gpt/units", {})
    assert (balance.status_code, balance.json()) == (
        400,
        {"success": False, "error": "Отсутствуют необходимые параметры: key"},
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"content": 5}, "content"),
        ({"content": {"text": "Привет"}}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": "Привет", "mode": 7}, "mode"),
        ({"content": "Привет", "key": ["x"]}, "key"),
    ],
)
def test_a_wrong_value_is_named(customer: Customer, fields: dict[str, Any], field: str) -> None:
    """A field of the wrong type or without a text: 400 that names it, free, without an id."""
    answer = customer.chatinfo("create_request", **fields)
    assert answer.status_code == 400
    assert answer.json().keys() == {"success", "error"}
    assert field in answer.json()["error"]
    assert units(customer) == 50


def test_unknown_mode_lists_the_modes(customer: Customer) -> None:
    """An unknown mode: 400, the field, and every mode that there is."""
    answer = customer.chatinfo("create_request", content="Привет", mode="haiku")
    assert (answer.status_code, answer.json()) == (
        400,
        {"success": False, "error": "Неизвестный режим mode. Допустимые: " + ", ".join(MODE_IDS)},
    )
    english = customer.chatinfo("create_request", {"Accept-Language": "en"}, content="Привет", mode="haiku")
    assert english.json()["error"] == "Unknown mode in mode. Allowed: " + ", ".join(MODE_IDS)


@pytest.mark.parametrize("path", ["create_request", "get_response", "units"])
@pytest.mark.parametrize("body", [b"", b"content=1", b'{"key": "', b"[1]", b"7"])
def test_not_json(customer: Customer, path: str, body: bytes) -> None:
    """What is no JSON object: 400 in the dialect's form, with an `error`."""
    answer = customer.post(f"/api/gpt/{path}", body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"success", "error"}
    assert answer.json()["error"].startswith("Тело запроса должно быть объектом JSON в UTF-8")


@pytest.mark.parametrize("path", ["create_request", "get_response", "units"])
def test_unknown_key(customer: Customer, site: str, path: str) -> None:
    """A key that is none: 403 that names the page `/subscription`."""
    body = {"content": "Привет", "id": 1, "key": "nonsense"}
    answer = customer.post(f"/api/gpt/{path}", body)
    assert (answer.status_code, answer.json()) == (
        403,
        {"success": False, "error": f"Некорректный API ключ. Получить можно на {site}/subscription"},
    )
    english = customer.post(f"/api/gpt/{path}", body, {"Accept-Language": "en"})
    assert english.json()["error"] == f"Invalid API key. Get one at {site}/subscription"


def test_another_accounts_request_does_not_exist(office: Office, customer: Customer) -> None:
    """Another account's id and an id never given get the same 404, which ends the client's polling."""
    id = create(office.customer())
    for asked in (id, id + 1_000_000, str(id), 1 << 60):
        answer = customer.chatinfo("get_response", id=asked)
        assert (answer.status_code, answer.json()) == (404, NO_SUCH)


def test_an_id_may_be_a_numeric_string(customer: Customer) -> None:
    """`"1234"` is read as 1234."""
    id = create(customer, "Привет [[say:да]]")
    ended(customer, id)
    answer = customer.chatinfo("get_response", id=str(id))
    assert answer.json() == {"success": True, "solving": False, "result": "да"}


def test_too_often(limited: Office) -> None:
    """Each of the three calls has its limit a minute; beyond it 429, the words, and `Retry-After`."""
    customer = limited.customer()
    id = create(customer)
    calls: list[tuple[str, dict[str, Any], int]] = [
        ("create_request", {"content": "Привет"}, 2),
        ("get_response", {"id": id}, 5),
        ("units", {}, 4),
    ]
    for path, fields, left in calls:
        for _ in range(left):
            assert customer.chatinfo(path, **fields).status_code in {200, 202}
        answer = customer.chatinfo(path, **fields)
        assert (answer.status_code, answer.json()) == (429, OFTEN)
        assert 50 < int(answer.headers["Retry-After"]) <= 60
        english = customer.chatinfo(path, {"Accept-Language": "en"}, **fields)
        assert english.json()["error"] == (
            "It seems that you send requests too often. Refresh the page to go on"
        )


def test_the_dialects_share_one_balance(customer: Customer) -> None:
    """What one dialect spends is gone for the others: one account, one balance."""
    create(customer)
    customer.job("Привет")
    answer = customer.chat("Привет")
    assert answer.headers["x-balance-requests"] == "94"
    assert (customer.balance(), units(customer)) == (94, 47)


def test_the_documented_pages_answer(site: str) -> None:
    """The pages that the dialect's documentation names are there."""
    for page in ("/subscription", "/prices", "/api-docs"):
        assert requests.get(site + page, timeout=10).status_code == 200
