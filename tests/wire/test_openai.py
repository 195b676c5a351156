"""The dialect `openai`: what goes through, what comes back, who may call, which models there are."""

import json
from typing import Any

import pytest
import requests

from slovomat.domain.mode import MODE_IDS
from tests.wire.chaos_answers import CREATED, FINGERPRINT, USAGE
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
PIXEL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def test_a_completion_comes_back_as_the_upstream_gave_it(customer: Customer) -> None:
    """Every field of the upstream's answer is there, and costs 2 requests."""
    answer = customer.chat("Привет [[say:Вот ответ]]")
    message = {"role": "assistant", "content": "Вот ответ", "refusal": None}
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {
        "id": "chatcmpl-chaos",
        "object": "chat.completion",
        "created": CREATED,
        "model": "gpt-4o",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
        "system_fingerprint": FINGERPRINT,
    }
    assert customer.balance() == 98


def test_every_parameter_goes_through_untouched(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """The upstream gets the client's own fields and values, those not invented yet too."""
    parameters: dict[str, Any] = {
        "temperature": 0.3,
        "top_p": 0.9,
        "n": 2,
        "seed": 2**53 + 1,
        "stop": ["a", "б"],
        "logprobs": True,
        "top_logprobs": 2,
        "logit_bias": {"50256": -100},
        "max_completion_tokens": 77,
        "presence_penalty": -0.5,
        "frequency_penalty": 0.5,
        "response_format": {"type": "text"},
        "metadata": {"who": "я"},
        "user": "u-1",
        "service_tier": "auto",
        "reasoning_effort": "low",
        "not_invented_yet": {"deep": [1, 2.5, None, {"х": "ы"}]},
    }
    answer = customer.chat(f"Привет [[id:{name}]]", **parameters)
    assert answer.status_code == 200
    sent = chaos.call(name).body
    assert sent.pop("messages") == [{"role": "user", "content": f"Привет [[id:{name}]]"}]
    assert sent.pop("model") == "gpt-4o"
    assert sent == parameters
    assert [choice["index"] for choice in answer.json()["choices"]] == [0, 1]
    assert answer.json()["choices"][0]["logprobs"]["content"][0]["logprob"] == -0.5


def test_values_keep_their_spelling(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """Numbers that no program could carry through unchanged are not rebuilt."""
    odd = b'"x": {"deep": [2.50, 1e2, -0, 0.1000000000000000055, 18446744073709551615]}'
    prompt = f'{{"messages": [{{"role": "user", "content": "[[id:{name}]] ?"}}], '.encode()
    answer = customer.post("/v1/chat/completions", prompt + odd + b"}", {"Authorization": customer.key})
    assert answer.status_code == 200
    assert odd.partition(b": ")[2] in chaos.call(name).raw


def test_images_go_through(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """Parts of a message reach the upstream as they are."""
    parts = [{"type": "text", "text": f"Что это? [[id:{name}]]"}, PIXEL]
    answer = customer.chat("", messages=[{"role": "user", "content": parts}])
    assert answer.status_code == 200
    assert chaos.call(name).messages == [{"role": "user", "content": parts}]


def test_tools_go_through(customer: Customer) -> None:
    """A tool call comes back whole, and its result is taken up in the next turn."""
    first = customer.chat("Погода?", tools=[WEATHER])
    choice = first.json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    call = choice["message"]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"city": "текст"}
    turns = [
        {"role": "user", "content": "Погода?"},
        choice["message"],
        {"role": "tool", "tool_call_id": call["id"], "content": "+5"},
    ]
    second = customer.chat("", messages=turns, tools=[WEATHER])
    assert second.json()["choices"][0]["message"]["content"] == "Ответ: +5"
    assert customer.balance() == 96


@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_response_formats_go_through(customer: Customer, kind: str) -> None:
    """JSON asked for is JSON given."""
    schema = {"name": "s", "schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}
    wanted = {"type": kind} | ({"json_schema": schema} if kind == "json_schema" else {})
    answer = customer.chat("Дай JSON", response_format=wanted)
    content = json.loads(answer.json()["choices"][0]["message"]["content"])
    assert content == ({"a": 1} if kind == "json_schema" else {"answer": 42})


@pytest.mark.parametrize("fields", [{}, {"model": None}, {"model": "llama-9"}, {"model": "gpt-4o"}])
def test_the_model_is_the_operators(
    customer: Customer, chaos: ChaosUpstream, name: str, fields: dict[str, Any]
) -> None:
    """What the client names as `model`, or that it names none, is ignored."""
    messages = [{"role": "user", "content": f"Привет [[id:{name}]]"}]
    answer = customer.post(
        "/v1/chat/completions", {"messages": messages, **fields}, {"Authorization": customer.key}
    )
    assert answer.status_code == 200
    assert chaos.call(name).body["model"] == "gpt-4o"


def test_nothing_of_the_upstream_leaks(office: Office, customer: Customer, chaos: ChaosUpstream) -> None:
    """No header and no key of the upstream is in an answer, nor the client's key in a call upstream."""
    for answer in (
        customer.chat("Привет [[id:leak]]"),
        customer.chat("Привет [[id:leak]]", stream=True),
        customer.chat("Привет [[fault:401]]"),
    ):
        assert "sk-upstream-secret" not in answer.text + str(answer.headers)
        assert not {"set-cookie", "openai-organization"} & {header.lower() for header in answer.headers}
    call = chaos.call("leak")
    assert call.headers["authorization"] == "Bearer sk-upstream-secret"
    assert customer.key not in str(call.headers) + call.raw.decode()
    assert "sk-upstream-secret" not in office.service.log
    assert customer.key not in office.service.log


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "{}", "Bearer  {} "])
def test_the_key_in_every_form(customer: Customer, form: str) -> None:
    """The scheme counts in any case, and a bare key does too."""
    headers = {"Authorization": form.format(customer.key)}
    answer = requests.get(customer.url + "/v1/models", headers=headers, timeout=10)
    assert answer.status_code == 200


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer nonsense", "Basic dTpw", "slv_" + "0" * 38])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/gpt-4o", "/v1/chat/completions"])
def test_no_key_or_an_unknown_one(site: str, given: str | None, path: str) -> None:
    """401 `invalid_api_key` with the page to get a key at."""
    headers = {} if given is None else {"Authorization": given}
    method = "POST" if "chat" in path else "GET"
    answer = requests.request(method, site + path, headers=headers, timeout=10)
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_api_key")
    assert f"{site}/account" in error["message"]


def test_balance_too_low(office: Office, site: str) -> None:
    """429 `insufficient_quota` that tells clients not to try again; the balance stays."""
    poor = office.customer(requests=1, plan="Бесплатный")
    answer = poor.chat("Привет")
    assert (answer.status_code, answer.json()) == (
        429,
        {
            "error": {
                "message": "Недостаточно запросов для генерации. Баланс: 1. Нужно: 2. "
                f"Оплатить запросы: {site}/price",
                "type": "insufficient_quota",
                "param": None,
                "code": "insufficient_quota",
            }
        },
    )
    assert answer.headers["x-should-retry"] == "false"
    assert "Retry-After" not in answer.headers
    assert answer.headers["x-balance-requests"] == "1"
    assert answer.headers["x-charged-requests"] == "0"
    assert poor.balance() == 1


def test_too_often(limited: Office) -> None:
    """429 `rate_limit_exceeded` with `Retry-After`, which the limit's headers confirm; free."""
    customer = limited.customer()
    for remaining in ("2", "1", "0"):
        answer = customer.chat("Привет")
        assert answer.headers["x-ratelimit-limit-requests"] == "3"
        assert answer.headers["x-ratelimit-remaining-requests"] == remaining
        assert answer.headers["x-ratelimit-reset-requests"] in {"1m0s", "60s", "59s", "58s", "57s"}
    answer = customer.chat("Привет", {"Accept-Language": "en"})
    error = answer.json()["error"]
    assert answer.status_code == 429
    assert (error["type"], error["code"], error["param"]) == ("rate_limit_error", "rate_limit_exceeded", None)
    assert 50 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["x-ratelimit-remaining-requests"] == "0"
    assert "x-should-retry" not in answer.headers
    assert customer.balance() == 94


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Привет"}, "messages"),
        ({"messages": [{"content": "Привет"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": ["Привет"]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages"),
        ({"messages": [{"role": "user", "content": "a\x00"}]}, "messages[0].content"),
        ({"temperature": "warm"}, "temperature"),
        ({"n": 0}, "n"),
        ({"n": True}, "n"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"stream": "yes"}, "stream"),
        ({"stop": [1]}, "stop"),
        ({"tools": {}}, "tools"),
        ({"model": 4}, "model"),
    ],
)
def test_a_bad_field_is_named(
    customer: Customer, chaos: ChaosUpstream, name: str, change: dict[str, Any], param: str
) -> None:
    """400 whose `param` names the field; nothing goes upstream, nothing is charged."""
    answer = customer.chat(f"Привет [[id:{name}]]", **change)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error.keys() == {"message", "type", "param", "code"}
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, None)
    assert param in error["message"]
    assert chaos.count(name) == 0
    assert customer.balance() == 100


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"messages": \xff}', b'{"n": NaN}'])
def test_bad_json(customer: Customer, body: bytes) -> None:
    """400 with all four keys of an error, for no money."""
    answer = customer.post("/v1/chat/completions", body, {"Authorization": f"Bearer {customer.key}"})
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, None)
    assert error["message"].startswith("Тело запроса должно быть объектом JSON")
    assert customer.balance() == 100


def test_the_list_of_models(customer: Customer) -> None:
    """The published names first, then one for each mode; free."""
    answer = customer.get("/v1/models")
    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"object", "data"}
    assert body["object"] == "list"
    assert [model["id"] for model in body["data"]] == ["gpt-4o", *(f"mode-{mode}" for mode in MODE_IDS)]
    for model in body["data"]:
        assert model.keys() == {"id", "object", "created", "owned_by"}
        assert model["object"] == "model"
        assert type(model["created"]) is int
        one = customer.get(f"/v1/models/{model['id']}")
        assert (one.status_code, one.json()) == (200, model)
    assert customer.balance() == 100


@pytest.mark.parametrize("model", ["gpt-5", "mode-haiku", "mode-", "chat", "a%2Fb"])
def test_an_unknown_model(customer: Customer, model: str) -> None:
    """404 `model_not_found`."""
    answer = customer.get(f"/v1/models/{model}")
    error = answer.json()["error"]
    assert answer.status_code == 404
    assert (error["type"], error["code"], error["param"]) == (
        "invalid_request_error",
        "model_not_found",
        "model",
    )
    assert model.replace("%2F", "/") in error["message"]


def test_a_mode_as_a_model(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """`mode-<id>` puts that mode's system prompt in front, and changes nothing else."""
    turns = [
        {"role": "system", "content": "Кратко."},
        {"role": "user", "content": f"Осень [[id:{name}]]"},
    ]
    answer = customer.chat("", model="mode-essay", messages=turns, temperature=0.1)
    assert answer.status_code == 200
    first, *others = chaos.call(name).messages
    assert first["role"] == "system"
    assert len(first["content"]) > 50
    assert others == turns
    assert chaos.call(name).body["model"] == "gpt-4o"
    assert chaos.call(name).body["temperature"] == 0.1


def test_an_unknown_mode_as_a_model(customer: Customer) -> None:
    """`mode-` and no mode of that name: 404, free."""
    answer = customer.chat("Привет", model="mode-haiku")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"
    assert customer.balance() == 100


def test_published_names_only(published: Office) -> None:
    """An operator who publishes names and means it refuses the others, and hides the upstream's own."""
    customer = published.customer()
    listed = [model["id"] for model in customer.get("/v1/models").json()["data"]]
    assert listed[:2] == ["slovo-1", "slovo-2"]
    refused = customer.chat("Привет", model="gpt-4o")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "model_not_found")
    for model in ("slovo-2", "mode-essay", None):
        answer = customer.chat("Привет", model=model)
        assert (answer.status_code, answer.json()["model"]) == (200, "slovo-1")
    streamed = customer.chat("Привет", model="slovo-1", stream=True).text
    assert "gpt-4o" not in streamed
    assert '"model":"slovo-1"' in streamed
