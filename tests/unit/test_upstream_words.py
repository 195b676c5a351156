"""What an upstream's failure lets into the log: its names and our words, never text of a user."""

import json
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, http
from tests.upstream_calls import KEY, complete, failure, sse, stream

from slovomat.upstreams import error_names

pytestmark = pytest.mark.anyio

PROMPT = "my-secret-prompt"
QUOTING: list[Any] = [
    {"error": {"message": f"bad: {PROMPT}", "type": f"bad {PROMPT}", "code": f"{PROMPT}!", "param": PROMPT}},
    {"error": {"message": PROMPT, "type": PROMPT * 9, "code": [PROMPT], PROMPT: PROMPT}},
    {"error": f"bad {PROMPT}"},
    {"error": [PROMPT]},
    {"error": {"type": {"a": PROMPT}, "code": None}, "type": PROMPT},
    {"message": PROMPT, "detail": [{"input": PROMPT}]},
    {"choices": [{"message": {"content": {"x": PROMPT}, "function_call": PROMPT}}]},
    {"choices": [{"message": {"tool_calls": PROMPT}, "delta": {"tool_calls": PROMPT}}]},
    {"choices": {PROMPT: PROMPT}},
    [PROMPT],
    PROMPT,
]


@pytest.mark.parametrize("answer", QUOTING)
async def test_answers_that_quote_the_prompt(answer: Any) -> None:
    """Whatever an answer holds and whatever its status is, no text of it stands in the detail."""
    body = json.dumps(answer).encode()
    answers = [http(status, body, f"Location: /{PROMPT}") for status in (200, 302, 400, 401, 429, 500)]
    answers += [http(200, body[:-3]), http(200, body + PROMPT.encode())]
    for data in answers:
        assert PROMPT not in failure(await complete(data)).detail
    for data in (SSE_HEAD + sse(body) + END, http(200, body, media=f"a/b {PROMPT}")):
        assert PROMPT not in failure((await stream(data))[-1]).detail


@pytest.mark.parametrize(
    "data",
    [
        f"{PROMPT}\r\n\r\n".encode(),
        f"HTTP/1.1 {PROMPT}\r\n\r\n".encode(),
        f"HTTP/1.1 200 OK\r\n{PROMPT}\r\n\r\n".encode(),
        f"HTTP/1.1 200 OK\r\nContent-Length: {PROMPT}\r\n\r\n".encode(),
        SSE_HEAD + f"{PROMPT}\r\n".encode(),
        SSE_HEAD + f"5\r\n{PROMPT}\r\n".encode(),
    ],
)
async def test_broken_framing_that_quotes_the_prompt(data: bytes) -> None:
    """Bytes that are no HTTP are not quoted either."""
    for failed in (
        failure(await complete(data, then_close=True)),
        failure((await stream(data, then_close=True))[-1]),
    ):
        assert failed.detail
        assert PROMPT not in failed.detail


async def test_names_are_told() -> None:
    """The operator learns the status, and the error's type and code."""
    error = {"message": PROMPT, "type": "invalid_request_error", "code": "context_length_exceeded"}
    failed = failure(await complete(http(400, json.dumps({"error": error}).encode())))
    assert failed.detail == "HTTP 400 (type invalid_request_error, code context_length_exceeded)"
    flat = json.dumps({"object": "error", "message": PROMPT, "type": "BadRequestError", "code": 500}).encode()
    assert failure(await complete(http(500, flat))).detail == "HTTP 500 (type BadRequestError, code 500)"
    event = json.dumps({"error": {"message": PROMPT, "code": 503}}).encode()
    told = failure((await stream(SSE_HEAD + sse(event) + END))[-1]).detail
    assert told == "the upstream reported an error (code 503)"


async def test_client_keeps_the_upstreams_words() -> None:
    """The body for the client holds the upstream's message as it came, but for our key."""
    error = {"message": f"«{PROMPT}» with {KEY}", "type": "t", "param": "messages", "code": None}
    failed = failure(await complete(http(400, json.dumps({"error": error}).encode())))
    assert json.loads(failed.body or b"")["error"] == {**error, "message": f"«{PROMPT}» with ***"}


@pytest.mark.parametrize(
    "value", ["", "two words", "ключ", "a" * 65, "a\n", None, True, 1.5, -1, 10**9, {}, []]
)
def test_what_is_no_name(value: object) -> None:
    """What does not look like a name is left out whole: a piece of it could hold anything."""
    assert error_names.name(value) == ""
