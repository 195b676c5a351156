"""The HTTP upstream: what it sends, and what it makes of plain answers and statuses."""

import gzip
import json
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, http, raw_upstream
from tests.upstream_calls import (
    BODY_REST,
    KEY,
    FixedClock,
    client,
    complete,
    config,
    failure,
    plain,
    sending,
    sse,
    stream,
)

from slovomat.domain.events import Completion, FailureKind, Usage
from slovomat.upstreams.openai_http import OpenAIHTTP

pytestmark = pytest.mark.anyio


async def test_request_as_sent() -> None:
    """The body is the model before the caller's own bytes; the key and nothing of cookies goes along."""
    async with raw_upstream(sending((plain({"content": "Да"}),), False)) as server:
        async with client(server.url + "/") as upstream:
            await upstream.complete(BODY_REST)
        request = server.requests[0]
    assert request.body == b'{"model": "gpt-4o", ' + BODY_REST
    head = request.head.lower()
    assert head.startswith("post /v1/chat/completions http/1.1")
    assert f"authorization: bearer {KEY}".lower() in head
    assert "content-type: application/json" in head
    assert "cookie" not in head


async def test_no_key_no_header() -> None:
    """Without a key no Authorization header is sent."""
    async with raw_upstream(sending((plain({"content": "Да"}),), False)) as server:
        async with client(server.url, key="") as upstream:
            await upstream.complete(BODY_REST)
        assert "authorization" not in server.requests[0].head.lower()


async def test_body_above_a_megabyte() -> None:
    """A body beyond a megabyte arrives whole."""
    rest = b'"messages": [], "x": "' + b"y" * (3 << 20) + b'"}'
    async with raw_upstream(sending((plain({"content": "Да"}),), False)) as server:
        async with client(server.url) as upstream:
            assert isinstance(await upstream.complete(rest), Completion)
        assert server.requests[0].body.endswith(rest)


@pytest.mark.parametrize("url", ["", "api.openai.com/v1", "ftp://x/v1", "https://"])
def test_bad_base_url(url: str) -> None:
    """A base URL that cannot be called is refused when the upstream is made."""
    with pytest.raises(ValueError, match="base URL"):
        OpenAIHTTP(config(url), FixedClock())


@pytest.mark.parametrize("key", ["sk-1\n", "ключ", "a\x00b"])
def test_bad_key(key: str) -> None:
    """A key that no header can carry is refused when the upstream is made, and not shown."""
    with pytest.raises(ValueError, match="key") as raised:
        OpenAIHTTP(config("http://x/v1", key=key), FixedClock())
    assert key not in str(raised.value)


def test_key_is_not_in_repr() -> None:
    """The key is not shown when a configuration is printed."""
    assert KEY not in repr(config("http://x/v1"))
    assert KEY not in repr(OpenAIHTTP(config("http://x/v1"), FixedClock()))


async def test_plain_answer() -> None:
    """A plain answer keeps its bytes; text and usage are read from it."""
    body = plain({"content": "Привет"}, usage={"prompt_tokens": 3, "completion_tokens": 5})
    answer = await complete(body)
    assert isinstance(answer, Completion)
    assert body.endswith(answer.body)
    assert (answer.text, answer.usage) == ("Привет", Usage(3, 5))


@pytest.mark.parametrize(
    "message",
    [
        {"content": "x"},
        {"content": None, "tool_calls": [{"id": "1"}]},
        {"content": "", "function_call": {"name": "f"}},
        {"refusal": "no"},
        {"audio": {"id": "a"}},
        {"content": [{"type": "text", "text": "x"}]},
    ],
)
async def test_answers_that_count(message: Any) -> None:
    """Text, tool calls, a refusal and audio are answers."""
    assert isinstance(await complete(plain(message)), Completion)


@pytest.mark.parametrize(
    "message",
    [
        {"content": ""},
        {"content": None},
        {"content": " \n\t\u00a0\u3000"},
        {},
        None,
        {"content": "", "tool_calls": []},
        {"content": None, "tool_calls": None, "refusal": None, "audio": None},
        {"content": [{"type": "text", "text": " "}]},
    ],
)
async def test_empty_answers(message: Any) -> None:
    """An answer without text or its like is a failure that may be tried again."""
    failed = failure(await complete(plain(message)))
    assert (failed.kind, failed.detail, failed.retryable) == (FailureKind.ERROR, "empty answer", True)


async def test_one_of_several_choices_speaks() -> None:
    """An answer of several choices counts when one of them has text."""
    choices = [{"message": {"content": ""}}, {"message": {"content": "x"}}]
    assert isinstance(await complete(http(200, json.dumps({"choices": choices}).encode())), Completion)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>busy</html>",
        b"[]",
        b'"x"',
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": [{"message": {"content": 5}}]}',
        b'{"choices": [{"message": {"content": "\xff"}}]}',
        b'{"x": "\xff", "choices": [{"message": {"content": "x"}}]}',
        b'{"choices": [{"message": {"content": "x"}}]} tail',
        b'{"error": {"message": "overloaded"}}',
        b'{"error": "overloaded", "choices": [{"message": {"content": "x"}}]}',
        b'{"x": ' + b"[" * 100_000,
        b'{"error": ' + b"[" * 100_000,
    ],
)
async def test_two_hundred_without_an_answer(body: bytes) -> None:
    """A 200 that holds no answer is a failure that may be tried again."""
    failed = failure(await complete(http(200, body)))
    assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)


async def test_answer_beyond_the_limit() -> None:
    """An answer beyond the limit is cut off while it comes, compressed or not."""
    failed = failure(await complete(plain({"content": "x" * 5000}), max_response_bytes=1000))
    assert (failed.kind, failed.retryable) == (FailureKind.ERROR, False)
    bomb = gzip.compress(b" " * 50_000_000)
    failed = failure(await complete(http(200, bomb, "Content-Encoding: gzip"), max_response_bytes=100_000))
    assert "longer than the limit" in failed.detail


async def test_compressed_answer() -> None:
    """An upstream that compresses unasked is understood."""
    body = gzip.compress(b'{"choices": [{"message": {"content": "x"}}]}')
    assert isinstance(await complete(http(200, body, "Content-Encoding: gzip")), Completion)


async def test_truncated_answer() -> None:
    """A body that ends before its length is a failure."""
    failed = failure(await complete(plain({"content": "x"})[:-9], then_close=True))
    assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (204, FailureKind.ERROR, False),
        (302, FailureKind.ERROR, False),
        (400, FailureKind.REFUSED, False),
        (401, FailureKind.ERROR, False),
        (402, FailureKind.ERROR, False),
        (403, FailureKind.ERROR, False),
        (404, FailureKind.ERROR, False),
        (405, FailureKind.ERROR, False),
        (408, FailureKind.ERROR, True),
        (409, FailureKind.ERROR, True),
        (413, FailureKind.REFUSED, False),
        (418, FailureKind.ERROR, False),
        (422, FailureKind.REFUSED, False),
        (429, FailureKind.ERROR, True),
        (500, FailureKind.ERROR, True),
        (502, FailureKind.ERROR, True),
        (529, FailureKind.ERROR, True),
    ],
)
async def test_statuses(status: int, kind: FailureKind, retryable: bool) -> None:
    """Each status means what may be done next, for plain calls and for streams; no redirect is followed."""
    answer = http(status, b"" if status == 204 else b"no", "Location: http://127.0.0.1:1/")
    for failed in (failure(await complete(answer)), *map(failure, await stream(answer))):
        assert (failed.kind, failed.retryable, failed.body) == (kind, retryable, None)
        assert str(status) in failed.detail


async def test_refusal_keeps_the_error() -> None:
    """The upstream's refusal of a prompt is kept, with all four keys, whatever else was in it."""
    body = b'{"error": {"message": "bad prompt", "code": "content_filter", "inner": 1}, "x": 2}'
    kept = failure(await complete(http(400, body))).body
    assert kept is not None
    error = {
        "message": "bad prompt",
        "type": "invalid_request_error",
        "param": None,
        "code": "content_filter",
    }
    assert json.loads(kept) == {"error": error}


@pytest.mark.parametrize("body", [b"{}", b"[", b'{"error": "text"}', b'{"error": {"message": 5}}', b"\xff"])
async def test_refusal_of_another_shape(body: bytes) -> None:
    """A refusal that is not in OpenAI's shape is not passed on."""
    assert failure(await complete(http(400, body))).body is None


async def test_key_never_comes_back() -> None:
    """A key that the upstream echoes is masked, in what is passed on and in what is logged."""
    error = {"message": f"bad {KEY}", "type": KEY, "param": KEY, "code": KEY}
    answers = [
        http(status, body)
        for status in (200, 307, 400, 401, 500)
        for body in (
            json.dumps({"error": error}).encode(),
            json.dumps({"error": error}).replace("/", "\\/").encode(),
        )
    ]
    answers.append(SSE_HEAD + sse(json.dumps({"error": error}).encode()) + END)
    for answer in answers:
        for failed in (failure(await complete(answer)), failure((await stream(answer))[-1])):
            assert "secret-1234567890" not in failed.detail + str(failed.body)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        (["Retry-After: 3"], 3000),
        (["Retry-After: 0"], 0),
        (["Retry-After: 1.5"], 1500),
        (["Retry-After-Ms: 250", "Retry-After: 9"], 250),
        (["Retry-After-Ms: soon", "Retry-After: 9"], 9000),
        (["Retry-After: Sat, 01 Jan 2000 00:00:09 GMT"], 10_000),
        (["Retry-After: Fri, 31 Dec 1999 23:00:00 GMT"], None),
        (["Retry-After: -1"], None),
        (["Retry-After: nan"], None),
        (["Retry-After: 1e300"], None),
        (["Retry-After: tomorrow"], None),
        (["Retry-After: Sat, 99 Jan 99999999 00:00:09 GMT"], None),
    ],
)
async def test_retry_after(headers: list[str], expected: int | None) -> None:
    """The wait that the upstream asks for is read in each of its forms; nonsense is passed over."""
    assert failure(await complete(http(429, b"", *headers))).retry_after_ms == expected
