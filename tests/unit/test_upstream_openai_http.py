"""The HTTP upstream against a server that misbehaves in every way."""

import asyncio
import gzip
import json
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, RawUpstream, chunk, http, raw_upstream

from slovomat.domain.events import Completion, Delta, Done, Event, Failure, FailureKind, Usage
from slovomat.env import SystemEnv
from slovomat.upstreams.openai_http import OpenAIHTTP, UpstreamConfig

pytestmark = pytest.mark.anyio

KEY = "sk-very/secret-1234567890"
BODY_REST = '"messages": [{"role": "user", "content": "Привет"}]}'.encode()


class FixedClock(SystemEnv):
    """The wall clock stands still at Fri, 31 Dec 1999 23:59:59 GMT."""

    def now_ms(self) -> int:
        """Always the same moment."""
        return 946_684_799_000


def config(url: str, **changes: Any) -> UpstreamConfig:
    fields: dict[str, Any] = {"name": "test", "base_url": url, "key": KEY, "model": "gpt-4o", **changes}
    return UpstreamConfig(**fields)


@asynccontextmanager
async def client(
    url: str, proxies: dict[str, str] | None = None, **changes: Any
) -> AsyncIterator[OpenAIHTTP]:
    upstream = OpenAIHTTP(config(url, **changes), FixedClock(), proxies)
    await upstream.start()
    try:
        yield upstream
    finally:
        await upstream.stop()


async def complete(*data: bytes, then_close: bool = False, **changes: Any) -> Completion | Failure:
    """One plain call to a server that sends this, then waits for the client to go (or goes itself)."""
    async with raw_upstream(_sending(data, then_close)) as server, client(server.url, **changes) as upstream:
        return await asyncio.wait_for(upstream.complete(BODY_REST), 5)


async def stream(*data: bytes, then_close: bool = False, **changes: Any) -> list[Event]:
    """One streamed call to such a server."""
    async with raw_upstream(_sending(data, then_close)) as server, client(server.url, **changes) as upstream:
        return await asyncio.wait_for(collect(upstream), 5)


async def collect(upstream: OpenAIHTTP) -> list[Event]:
    async with aclosing(upstream.stream(BODY_REST)) as events:
        return [event async for event in events]


def _sending(data: tuple[bytes, ...], then_close: bool) -> Any:
    async def answer(exchange: Exchange) -> None:
        for piece in data:
            await exchange.send(piece)
        if then_close:
            exchange.writer.close()
        else:
            await exchange.gone()

    return answer


def plain(message: Any, **more: Any) -> bytes:
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **more}
    return http(200, json.dumps(answer, ensure_ascii=False).encode())


def piece(delta: Any, finish_reason: str | None = None, index: int = 0, **more: Any) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return json.dumps({"choices": [choice], **more}, ensure_ascii=False).encode()


def sse(*payloads: bytes) -> bytes:
    return chunk(b"".join(b"data: " + payload + b"\n\n" for payload in payloads))


def failure(event: object) -> Failure:
    assert isinstance(event, Failure), event
    return event


# --- what is sent ----------------------------------------------------------------------------------------


async def test_request_as_sent() -> None:
    """The body is the model before the caller's own bytes; the key and nothing of cookies goes along."""
    async with raw_upstream(_sending((plain({"content": "Да"}),), False)) as server:
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
    async with raw_upstream(_sending((plain({"content": "Да"}),), False)) as server:
        async with client(server.url, key="") as upstream:
            await upstream.complete(BODY_REST)
        assert "authorization" not in server.requests[0].head.lower()


async def test_body_above_a_megabyte() -> None:
    """A body beyond a megabyte arrives whole."""
    rest = b'"messages": [], "x": "' + b"y" * (3 << 20) + b'"}'
    async with raw_upstream(_sending((plain({"content": "Да"}),), False)) as server:
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


# --- plain answers ---------------------------------------------------------------------------------------


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


# --- statuses --------------------------------------------------------------------------------------------


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
    error = {"message": "bad prompt", "type": None, "param": None, "code": "content_filter"}
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


# --- connections -----------------------------------------------------------------------------------------


async def test_refused_connection() -> None:
    """Nobody listening is a failure that may be tried again."""
    async with raw_upstream(_sending((), True)) as server:
        url = server.url
    async with client(url) as upstream:
        failed = failure(await upstream.complete(BODY_REST))
    assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)


async def test_unknown_host() -> None:
    """A name that does not resolve is a failure, not an exception."""
    async with client("http://nowhere.invalid/v1") as upstream:
        assert failure(await upstream.complete(BODY_REST)).kind in (FailureKind.ERROR, FailureKind.TIMEOUT)


async def test_tls_to_a_plain_port() -> None:
    """A failed TLS handshake is a failure, not an exception."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ready\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with client(f"https://127.0.0.1:{port}/v1") as upstream:
            failed = failure(await upstream.complete(BODY_REST))
    assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)


@pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate is made with openssl")
async def test_untrusted_certificate(tmp_path: Path) -> None:
    """A certificate that nobody vouches for is a failure that another try would not mend."""
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.1"
    )
    made = await asyncio.create_subprocess_exec(
        *command.split(),
        *("-keyout", "key.pem", "-out", "cert.pem"),
        cwd=tmp_path,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await made.wait() == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async def idle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(idle, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        async with client(f"https://127.0.0.1:{port}/v1") as upstream:
            failed = failure(await upstream.complete(BODY_REST))
    assert (failed.kind, failed.retryable) == (FailureKind.ERROR, False)
    assert "certificate" in failed.detail


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nxxxx",
        SSE_HEAD + b"zz\r\n",
        SSE_HEAD,
    ],
)
async def test_not_http(data: bytes) -> None:
    """Bytes that are not HTTP, and connections that end early, are failures that may be tried again."""
    for failed in (
        failure(await complete(data, then_close=True)),
        failure((await stream(data, then_close=True))[-1]),
    ):
        assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)


async def test_reset() -> None:
    """A connection that is reset before a byte came is a failure that may be tried again."""

    async def answer(exchange: Exchange) -> None:
        exchange.reset()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert failure(await upstream.complete(BODY_REST)).retryable


async def test_connection_is_kept() -> None:
    """Plain calls and whole streams go over one connection, one after another."""
    whole = SSE_HEAD + sse(piece({"content": "x"}, "stop"), b"[DONE]") + END

    async def answer(exchange: Exchange) -> None:
        await exchange.send(whole if "event-stream" in exchange.head else plain({"content": "x"}))

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        for _ in range(3):
            assert isinstance(await upstream.complete(BODY_REST), Completion)
            assert isinstance((await collect(upstream))[-1], Done)
        assert server.connections == 1


async def test_idle_connection_closed_under_us() -> None:
    """A kept connection that the server closes costs at most a failure that may be tried again."""

    async def answer(exchange: Exchange) -> None:
        if len(server.requests) == 1:
            await exchange.send(plain({"content": "x"}))
        else:
            exchange.writer.close()

    server: RawUpstream
    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert isinstance(await upstream.complete(BODY_REST), Completion)
        assert failure(await upstream.complete(BODY_REST)).retryable


async def test_proxy() -> None:
    """Calls go through the proxy of their scheme, with its credentials, but for the hosts that need none."""
    async with raw_upstream(_sending((plain({"content": "x"}),), False)) as server:
        proxies = {"http": f"me:pass@127.0.0.1:{server.port}", "no": "127.0.0.1,localhost"}
        for url in ("http://upstream.invalid/v1", server.url):
            async with client(url, proxies=proxies) as upstream:
                assert isinstance(await upstream.complete(BODY_REST), Completion)
        through, direct = (request.head for request in server.requests)
    assert through.startswith("POST http://upstream.invalid/v1/chat/completions")
    assert "Proxy-Authorization: Basic bWU6cGFzcw==" in through
    assert f"Bearer {KEY}" in through
    assert direct.startswith("POST /v1/chat/completions")


# --- streams ---------------------------------------------------------------------------------------------


async def test_stream() -> None:
    """Each chunk is relayed with its own bytes, then one Done with the usage."""
    chunks = [
        piece({"role": "assistant", "content": ""}),
        piece({"content": "При"}),
        piece({"content": "вет"}),
        piece({}, "stop"),
        b'{"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}',
    ]
    events = await stream(SSE_HEAD, *(sse(data) for data in chunks), sse(b"[DONE]"), END)
    assert events == [*map(Delta, chunks), Done(Usage(1, 2))]


async def test_stream_ends_at_done() -> None:
    """`[DONE]` ends the stream although the connection stays open; what follows it is not read."""
    for after in (b"", sse(b"{"), sse(piece({"content": "more"}))):
        events = await stream(SSE_HEAD + sse(piece({"content": "x"}), b"[DONE]") + after)
        assert events == [Delta(piece({"content": "x"})), Done(Usage())]


async def test_stream_with_finish_but_without_done() -> None:
    """A stream that ends with a finish reason is whole without `[DONE]`."""
    events = await stream(SSE_HEAD + sse(piece({"content": "x"}), piece({}, "length")) + END)
    assert isinstance(events[-1], Done)


@pytest.mark.parametrize(
    "data",
    [
        sse(piece({"content": "x"})),
        sse(piece({"content": "x"}, "stop"), piece({"content": "y"}, index=1)),
        b"",
    ],
)
async def test_stream_that_breaks_off(data: bytes) -> None:
    """A stream that ends without `[DONE]` before all its choices did has failed."""
    events = await stream(SSE_HEAD + data + END)
    assert "before the answer" in failure(events[-1]).detail
    assert all(isinstance(event, Delta) for event in events[:-1])


async def test_stream_cut_off() -> None:
    """A connection that breaks in the middle of a stream is a failure after what was delivered."""
    events = await stream(SSE_HEAD + sse(piece({"content": "x"})), then_close=True)
    assert isinstance(events[0], Delta)
    assert failure(events[-1]).kind is FailureKind.ERROR


@pytest.mark.parametrize(
    "deltas",
    [[{}], [{"content": ""}, {"content": " "}, {"content": None}], [{"tool_calls": []}], [None]],
)
async def test_stream_without_text(deltas: list[Any]) -> None:
    """A stream in which nothing was said has failed."""
    events = await stream(SSE_HEAD + sse(*map(piece, deltas), piece({}, "stop"), b"[DONE]") + END)
    assert failure(events[-1]).detail == "empty answer"


@pytest.mark.parametrize(
    "delta",
    [
        {"tool_calls": [{"index": 0}]},
        {"function_call": {"name": "f"}},
        {"refusal": "no"},
        {"audio": {"id": "a"}},
        {"content": [{"type": "text", "text": "x"}]},
    ],
)
async def test_stream_of_other_things_than_text(delta: Any) -> None:
    """Tool calls, refusals and audio make a stream an answer."""
    assert isinstance((await stream(SSE_HEAD + sse(piece(delta), b"[DONE]") + END))[-1], Done)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"error": {"message": "overloaded"}}',
        b'{"error": "overloaded", "choices": []}',
        b"{",
        b"[]",
        b"nonsense",
        b'{"choices": [{"delta": {"content": "\xff"}}]}',
        b'{"x": "\xff", "choices": []}',
        b'{"choices": 5}',
    ],
)
async def test_bad_chunk(payload: bytes) -> None:
    """An error event, bad JSON and bad UTF-8 end the stream with one failure after what was delivered."""
    good = piece({"content": "x"})
    events = await stream(SSE_HEAD + sse(good, payload, good, b"[DONE]") + END)
    assert events[:-1] == [Delta(good)]
    assert failure(events[-1]).kind is FailureKind.ERROR


async def test_chunks_with_unknown_fields() -> None:
    """Fields not invented yet, nulls and chunks without choices pass through."""
    odd = [
        b'{"choices": null, "error": null, "usage": null}',
        b'{"x": 1e400}',
        b'{"choices": [{"delta": null}]}',
    ]
    events = await stream(SSE_HEAD + sse(*odd, piece({"content": "x"}, "stop"), b"[DONE]") + END)
    assert events[: len(odd)] == [*map(Delta, odd)]
    assert isinstance(events[-1], Done)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (plain({"content": "x"}), "instead of an event stream"),
        (http(200, b'{"error": {"message": "overloaded"}}'), "overloaded"),
        (http(200, b"<html>", media="text/html"), "text/html instead of an event stream"),
    ],
)
async def test_no_stream(answer: bytes, detail: str) -> None:
    """Another kind of answer than the stream that was asked for is a failure."""
    (event,) = await stream(answer)
    assert detail in failure(event).detail


async def test_stream_beyond_the_limit() -> None:
    """A stream is cut off at the limit of a whole response, be it one event or many."""
    many = [sse(piece({"content": "x" * 50})) for _ in range(100)]
    for data in (many, [chunk(b"data: " + b"x" * 5000)]):
        events = await stream(SSE_HEAD, *data, max_response_bytes=1000)
        assert "longer than the limit" in failure(events[-1]).detail


# --- time limits -----------------------------------------------------------------------------------------


async def test_connect_timeout() -> None:
    """A connection that is not made in time is named so."""
    async with raw_upstream(_sending((), False)) as server:
        tls = server.url.replace("http:", "https:")  # the handshake is never answered
        async with client(tls, connect_timeout_s=0.05) as upstream:
            failed = failure(await upstream.complete(BODY_REST))
    assert (failed.kind, failed.detail, failed.retryable) == (FailureKind.TIMEOUT, "connect timeout", True)


@pytest.mark.parametrize(
    "data", [b"", b"HTTP/1.1 200 OK\r\nX: 1\r\n", SSE_HEAD, SSE_HEAD + chunk(b": wait\n\n")]
)
async def test_first_byte_timeout(data: bytes) -> None:
    """Silence before the headers, and before the first event, is limited."""
    (event,) = await stream(data, first_byte_timeout_s=0.1)
    failed = failure(event)
    assert (failed.kind, failed.detail, failed.retryable) == (FailureKind.TIMEOUT, "first byte timeout", True)


async def test_first_byte_timeout_of_a_plain_answer() -> None:
    """A plain answer is limited in the same way, before its headers and before its body."""
    for data in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"):
        assert failure(await complete(data, first_byte_timeout_s=0.1)).detail == "first byte timeout"


async def test_gap_timeout() -> None:
    """Silence in the middle is limited, and what had come was delivered."""
    events = await stream(SSE_HEAD + sse(piece({"content": "x"})), gap_timeout_s=0.1)
    assert isinstance(events[0], Delta)
    assert failure(events[-1]).detail == "gap timeout"
    assert failure(await complete(plain({"content": "x"})[:-9], gap_timeout_s=0.1)).detail == "gap timeout"


@pytest.mark.parametrize("data", [b"", SSE_HEAD, SSE_HEAD + sse(piece({"content": "x"}))])
async def test_total_timeout(data: bytes) -> None:
    """The whole call is limited, wherever it stands, and is not tried again."""
    events = await stream(data, total_timeout_s=0.15)
    failed = failure(events[-1])
    assert (failed.kind, failed.detail, failed.retryable) == (FailureKind.TIMEOUT, "total timeout", False)


async def test_total_timeout_of_an_endless_stream() -> None:
    """An upstream that never falls silent is cut off all the same."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"})))
        while not exchange.writer.is_closing():
            await exchange.send(chunk(b": still there\n\n"))
            await asyncio.sleep(0.01)

    limits: dict[str, Any] = {"total_timeout_s": 0.2, "gap_timeout_s": 0.1}
    async with raw_upstream(answer) as server, client(server.url, **limits) as upstream:
        assert failure((await collect(upstream))[-1]).detail == "total timeout"


async def test_slow_reader_is_not_a_silent_upstream() -> None:
    """The time that the caller takes over a chunk does not count as the upstream's silence."""
    released = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"})))
        await released.wait()
        await exchange.send(sse(piece({}, "stop"), b"[DONE]") + END)

    async with (
        raw_upstream(answer) as server,
        client(server.url, gap_timeout_s=0.1) as upstream,
        aclosing(upstream.stream(BODY_REST)) as events,
    ):
        assert isinstance(await anext(events), Delta)
        await asyncio.sleep(0.3)  # the caller's own slowness
        released.set()
        assert isinstance([event async for event in events][-1], Done)


# --- leaving ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", SSE_HEAD, SSE_HEAD + sse(piece({"content": "x"})), plain({})[:-5]])
@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelling_closes_the_connection(data: bytes, streamed: bool) -> None:
    """A cancelled call closes its connection at once: the upstream sees the end and can stop."""
    began, ended = asyncio.Event(), asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(data)
        began.set()
        await exchange.gone()
        ended.set()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        call = collect(upstream) if streamed else upstream.complete(BODY_REST)
        task: asyncio.Task[object] = asyncio.create_task(call)
        await began.wait()
        await asyncio.sleep(0.02)  # so that the client is in the midst of reading
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 2)


async def test_closing_the_generator_closes_the_connection() -> None:
    """A stream that its reader leaves closes its connection at once."""
    ended = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"}), piece({"content": "y"})))
        await exchange.gone()
        ended.set()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        async with aclosing(upstream.stream(BODY_REST)) as events:
            await anext(events)
        await asyncio.wait_for(ended.wait(), 2)


async def test_connection_is_closed_when_done_is_not_the_end() -> None:
    """An upstream that says `[DONE]` and does not end the response loses the connection soon after."""
    ended = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"}), b"[DONE]"))
        await exchange.gone()
        ended.set()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert isinstance((await collect(upstream))[-1], Done)
        await asyncio.wait_for(ended.wait(), 2)


async def test_stop_closes_what_is_busy() -> None:
    """Stopping closes connections in use; the call ends with a failure."""
    began = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        began.set()
        await exchange.gone()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        task = asyncio.create_task(upstream.complete(BODY_REST))
        await began.wait()
        await upstream.stop()
        assert isinstance(await asyncio.wait_for(task, 2), Failure)
