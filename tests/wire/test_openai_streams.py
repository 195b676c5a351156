"""Streams of the dialect `openai`: framing, order, the end, and errors on the way."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.wire.chaos_answers import USAGE
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer, Office
from tests.wire.streams import events, text_of


def lines(answer: requests.Response) -> Iterator[str]:
    """The lines of a live stream, as they come."""
    for line in answer.iter_lines(chunk_size=1):
        yield line.decode()


def test_a_stream(customer: Customer) -> None:
    """`data:` per chunk, the finish reason, `[DONE]` last; charged like a plain answer."""
    answer = customer.chat("Привет [[say:один два три]]", stream=True)
    payloads = events(answer.text)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert payloads[-1] == "[DONE]"
    assert text_of(payloads) == "один два три"
    chunks = [json.loads(payload) for payload in payloads[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert answer.headers["x-balance-requests"] == "98"
    assert answer.headers["x-charged-requests"] == "2"
    assert customer.balance() == 98


def test_usage_when_asked_for(customer: Customer) -> None:
    """`include_usage` goes through: one more chunk without choices, then `[DONE]`."""
    answer = customer.chat("Привет", stream=True, stream_options={"include_usage": True})
    last = json.loads(events(answer.text)[-2])
    assert (last["choices"], last["usage"]) == ([], USAGE)
    assert events(answer.text)[-1] == "[DONE]"


def test_tool_calls_are_streamed(customer: Customer) -> None:
    """A stream of nothing but a tool call is an answer."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    payloads = events(customer.chat("Привет", stream=True, tools=[tool]).text)
    deltas = [json.loads(payload)["choices"][0]["delta"] for payload in payloads[:-1]]
    assert deltas[1]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert payloads[-1] == "[DONE]"
    assert customer.balance() == 98


def test_several_choices_are_streamed(customer: Customer) -> None:
    """`n` choices come through one stream."""
    payloads = events(customer.chat("Привет", stream=True, n=3).text)
    indices = {json.loads(payload)["choices"][0]["index"] for payload in payloads[:-1]}
    assert indices == {0, 1, 2}


def test_the_first_bytes_leave_at_once(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """The first chunk is here while the upstream still holds back the second."""
    with chaos.held(name):
        prompt = f"Привет [[id:{name}]] [[gate:middle]]"
        with customer.chat(prompt, live=True, stream=True) as answer:
            stream = lines(answer)
            assert (
                json.loads(next(stream).removeprefix("data: "))["choices"][0]["delta"]["role"] == "assistant"
            )
            chaos.open_gate(name)
            assert list(stream)[-2:] == ["data: [DONE]", ""]


@pytest.mark.parametrize("place", ["[[gate]]", "[[gate:middle]]"])
def test_a_comment_breaks_the_silence(chatty: Office, chaos: ChaosUpstream, name: str, place: str) -> None:
    """After so long without a piece `: keep-alive` goes out, before the first piece too."""
    customer = chatty.customer()
    prompt = f"Привет [[id:{name}]] {place} [[say:раз два]]"
    with chaos.held(name), customer.chat(prompt, live=True, stream=True) as answer:
        stream = lines(answer)
        heard = [next(stream) for _ in range(1 if place == "[[gate]]" else 3)]
        assert heard[-1] == ": keep-alive"
        chaos.open_gate(name)
        payloads = events("\n".join([*heard, *stream, ""]))
    assert text_of(payloads) == "раз два"
    assert payloads[-1] == "[DONE]"


def test_a_stream_without_done_is_whole(customer: Customer) -> None:
    """A `finish_reason` ends a stream; the service adds the `[DONE]`."""
    payloads = events(customer.chat("Привет [[fault:no-done]]", stream=True).text)
    assert json.loads(payloads[-2])["choices"][0]["finish_reason"] == "stop"
    assert payloads[-1] == "[DONE]"
    assert customer.balance() == 98


def test_json_over_several_lines(customer: Customer) -> None:
    """A chunk that came over several `data:` lines leaves as one, whole."""
    payloads = events(customer.chat("Привет [[fault:multiline]] [[say:да]]", stream=True).text)
    assert text_of(payloads) == "да"
    assert payloads[-1] == "[DONE]"


@pytest.mark.parametrize("fault", ["cut", "close after=2", "error-event", "bad-json", "error-event after=3"])
def test_a_stream_that_breaks(customer: Customer, chaos: ChaosUpstream, name: str, fault: str) -> None:
    """After the first chunk a failure is an error event and the end, without `[DONE]`; nothing is charged."""
    answer = customer.chat(f"Привет мой милый друг [[id:{name}]] [[fault:{fault}]]", stream=True)
    assert answer.status_code == 200
    *pieces, last = events(answer.text)
    assert pieces
    assert "[DONE]" not in answer.text
    assert json.loads(last) == {
        "error": {
            "message": "Модель не смогла ответить. Запросы возвращены на баланс.",
            "type": "server_error",
            "param": None,
            "code": "upstream_error",
        }
    }
    assert customer.balance() == 100
    assert chaos.count(name) == 1


def test_a_stream_that_stalls(hasty: Office) -> None:
    """Too long a gap after the first chunk: the error event says `upstream_timeout`, free."""
    customer = hasty.customer()
    answer = customer.chat("Привет [[fault:hang-middle]]", stream=True)
    *pieces, last = events(answer.text)
    assert pieces
    assert json.loads(last)["error"]["code"] == "upstream_timeout"
    assert "[DONE]" not in answer.text
    assert customer.balance() == 100


STATUSES: list[tuple[str, int, str]] = [
    ("500", 502, "upstream_error"),
    ("error-event after=0", 502, "upstream_error"),
    ("bad-json after=0", 502, "upstream_error"),
    ("close", 502, "upstream_error"),
    ("html", 502, "upstream_error"),
    ("400", 400, "content_policy_violation"),
]


@pytest.mark.parametrize(("fault", "status", "code"), STATUSES)
def test_an_error_before_the_first_chunk(customer: Customer, fault: str, status: int, code: str) -> None:
    """Before anything is streamed, an error is a plain HTTP answer, with the price back in its headers."""
    answer = customer.chat(f"Привет [[fault:{fault}]]", stream=True)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["error"]["code"] == code
    assert answer.headers["x-balance-requests"] == "100"
    assert answer.headers["x-charged-requests"] == "0"
    assert customer.balance() == 100


@pytest.mark.parametrize("fault", ["empty", "blank"])
def test_a_stream_without_text_has_failed(customer: Customer, fault: str) -> None:
    """A stream of nothing but blanks ends with an error event, free."""
    answer = customer.chat(f"Привет [[fault:{fault}]]", stream=True)
    assert json.loads(events(answer.text)[-1])["error"]["code"] == "upstream_error"
    assert customer.balance() == 100


def test_a_passing_fault_is_not_seen(customer: Customer, chaos: ChaosUpstream, name: str) -> None:
    """While nothing has reached the client, the call is made again."""
    answer = customer.chat(f"Привет [[id:{name}]] [[fault:503 times=2]]", stream=True)
    assert answer.status_code == 200
    assert events(answer.text)[-1] == "[DONE]"
    assert chaos.count(name) == 3
    assert customer.balance() == 98


def test_bytes_of_a_chunk_are_the_upstreams(customer: Customer) -> None:
    """Chunks carry every field that the upstream sent."""
    first: dict[str, Any] = json.loads(events(customer.chat("Привет", stream=True).text)[0])
    assert first["system_fingerprint"] == "fp_chaos"
    assert first["id"] == "chatcmpl-chaos"
