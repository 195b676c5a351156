"""The official `openai` client of Python, with nothing changed but address and key."""

import json
from collections.abc import Iterator

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Привет [[say:раз два три]]"}]
TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def said(prompt: str) -> list[ChatCompletionMessageParam]:
    """One turn of the user."""
    return [{"role": "user", "content": prompt}]


@pytest.fixture
def client(customer: Customer) -> Iterator[OpenAI]:
    """A client of the default service, with the client's own retries on."""
    with OpenAI(api_key=customer.key, base_url=customer.url + "/v1") as opened:
        yield opened


def test_a_completion(client: OpenAI) -> None:
    """A plain call."""
    completion = client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert completion.choices[0].message.content == "раз два три"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 12
    assert completion._request_id
    assert completion._request_id.startswith("req_")


def test_a_stream(client: OpenAI) -> None:
    """A streamed call with its usage."""
    stream = client.chat.completions.create(
        model="gpt-4o", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "раз два три"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 12


def test_the_stream_helper(client: OpenAI) -> None:
    """The client's own accumulation of a stream."""
    with client.chat.completions.stream(model="gpt-4o", messages=HELLO) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "раз два три"
    assert final.choices[0].finish_reason == "stop"


@pytest.mark.anyio
async def test_the_async_client(customer: Customer) -> None:
    """Plain and streamed, awaited."""
    async with AsyncOpenAI(api_key=customer.key, base_url=customer.url + "/v1") as client:
        completion = await client.chat.completions.create(model="gpt-4o", messages=HELLO)
        assert completion.choices[0].message.content == "раз два три"
        stream = await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        assert text == "раз два три"
    assert customer.balance() == 96


def test_tools(client: OpenAI) -> None:
    """A tool is called, and its answer is taken up."""
    first = client.chat.completions.create(model="gpt-4o", messages=said("Погода?"), tools=[TOOL])
    assert first.choices[0].finish_reason == "tool_calls"
    assert first.choices[0].message.tool_calls
    call = first.choices[0].message.tool_calls[0]
    assert call.type == "function"
    assert json.loads(call.function.arguments) == {"city": "текст"}
    second = client.chat.completions.create(
        model="gpt-4o",
        messages=[
            *said("Погода?"),
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.function.name, "arguments": call.function.arguments},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": call.id, "content": "+5"},
        ],
        tools=[TOOL],
    )
    assert second.choices[0].message.content == "Ответ: +5"


def test_streamed_tools(client: OpenAI) -> None:
    """A tool call in pieces."""
    stream = client.chat.completions.create(
        model="gpt-4o", messages=said("Погода?"), tools=[TOOL], stream=True
    )
    calls = [call for chunk in stream for call in chunk.choices[0].delta.tool_calls or ()]
    assert calls[0].function is not None
    assert calls[0].function.name == "weather"


def test_models(client: OpenAI) -> None:
    """The list, one of them, and one as a mode."""
    names = [model.id for model in client.models.list()]
    assert names[0] == "gpt-4o"
    assert "mode-essay" in names
    assert client.models.retrieve("mode-essay").object == "model"
    completion = client.chat.completions.create(model="mode-essay", messages=HELLO)
    assert completion.choices[0].message.content == "раз два три"


def test_raw_headers(client: OpenAI) -> None:
    """`with_raw_response` shows the money."""
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o", messages=HELLO)
    assert raw.headers["x-balance-requests"] == "98"
    assert raw.headers["x-charged-requests"] == "2"
    assert raw.headers["x-ratelimit-limit-requests"] == "1500"
    assert raw.parse().choices[0].message.content == "раз два три"


def test_the_key_is_wrong(customer: Customer) -> None:
    """AuthenticationError, with our words and the request's id."""
    client = OpenAI(api_key="sk-nonsense", base_url=customer.url + "/v1")
    with client, pytest.raises(openai.AuthenticationError) as raised:
        client.models.list()
    assert raised.value.code == "invalid_api_key"
    assert "Некорректный API ключ" in raised.value.message
    assert raised.value.request_id


def test_no_retries_without_money(office: Office) -> None:
    """A client that retries 429 is told not to when the money is out: one call, not three."""
    poor = office.customer(plan="Бесплатный")
    client = OpenAI(api_key=poor.key, base_url=poor.url + "/v1", max_retries=5)
    with client, pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert raised.value.code == "insufficient_quota"
    again = poor.chat("Привет")
    assert again.headers["x-ratelimit-remaining-requests"] == "1498"


@pytest.mark.parametrize(
    ("prompt", "error"),
    [
        ("[[fault:400]]", openai.BadRequestError),
        ("[[fault:401]]", openai.InternalServerError),
    ],
)
def test_errors_of_the_upstream(
    customer: Customer, chaos: ChaosUpstream, name: str, prompt: str, error: type[openai.APIStatusError]
) -> None:
    """Each is the class that the client's users catch; nothing is paid."""
    client = OpenAI(api_key=customer.key, base_url=customer.url + "/v1", max_retries=0)
    with client, pytest.raises(error) as raised:
        client.chat.completions.create(model="gpt-4o", messages=said(f"Привет [[id:{name}]] {prompt}"))
    assert raised.value.code in {"content_policy_violation", "upstream_error"}
    assert chaos.count(name) == 1
    assert customer.balance() == 100


def test_a_broken_stream_raises(client: OpenAI, customer: Customer) -> None:
    """An error event within a stream is an APIError, not an early end."""
    stream = client.chat.completions.create(
        model="gpt-4o", messages=said("Привет мой друг [[fault:error-event after=2]]"), stream=True
    )
    with pytest.raises(openai.APIError, match="Модель не смогла ответить"):
        list(stream)
    assert customer.balance() == 100


def test_other_errors(office: Office, client: OpenAI, customer: Customer) -> None:
    """A bad field, an unknown model, a plan: the client's own classes."""
    with pytest.raises(openai.BadRequestError) as bad:
        client.chat.completions.create(model="gpt-4o", messages=[])
    assert bad.value.param == "messages"
    with pytest.raises(openai.NotFoundError) as unknown:
        client.models.retrieve("gpt-9")
    assert unknown.value.code == "model_not_found"
    bound = office.another_key(customer, dialects=("textbot",))
    other = OpenAI(api_key=bound.key, base_url=bound.url + "/v1")
    with other, pytest.raises(openai.PermissionDeniedError):
        other.models.list()
    assert customer.balance() == 100


def test_leaving_a_stream(client: OpenAI, chaos: ChaosUpstream, name: str) -> None:
    """Closing a stream after its first chunk lets the upstream go within 2 s."""
    prompt = said(f"Привет [[id:{name}]] [[fault:hang-middle]]")
    with client.chat.completions.create(model="gpt-4o", messages=prompt, stream=True) as stream:
        next(iter(stream))
    assert chaos.call(name).left.wait(2)
