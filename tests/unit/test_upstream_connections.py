"""The HTTP upstream on connections that fail, are kept, are left, or go through a proxy."""

import asyncio
import shutil
import ssl
from pathlib import Path

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, RawUpstream, raw_upstream
from tests.upstream_calls import (
    BODY_REST,
    KEY,
    Reader,
    client,
    collect,
    complete,
    failure,
    piece,
    plain,
    sending,
    sse,
    stream,
)

from slovomat.domain.events import Completion, Done, Failure, FailureKind
from slovomat.upstreams.openai_http import OpenAIHTTP

pytestmark = pytest.mark.anyio


async def test_refused_connection() -> None:
    """Nobody listening is a failure that may be tried again."""
    async with raw_upstream(sending((), True)) as server:
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
    async with raw_upstream(sending((plain({"content": "x"}),), False)) as server:
        proxies = {"http": f"me:pass@127.0.0.1:{server.port}", "no": "127.0.0.1,localhost"}
        for url in ("http://upstream.invalid/v1", server.url):
            async with client(url, proxies=proxies) as upstream:
                assert isinstance(await upstream.complete(BODY_REST), Completion)
        through, direct = (request.head for request in server.requests)
    assert through.startswith("POST http://upstream.invalid/v1/chat/completions")
    assert "Proxy-Authorization: Basic bWU6cGFzcw==" in through
    assert f"Bearer {KEY}" in through
    assert direct.startswith("POST /v1/chat/completions")


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
        task = asyncio.create_task(_waiting(upstream, streamed))
        await began.wait()
        await asyncio.sleep(0.02)  # so that the client is in the midst of reading
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 2)


async def _waiting(upstream: OpenAIHTTP, streamed: bool) -> None:
    if streamed:
        await upstream.stream(BODY_REST, lambda _chunks: None)
    else:
        await upstream.complete(BODY_REST)


async def test_abandoning_closes_the_connection() -> None:
    """A stream that its reader leaves closes its connection at once, and delivers no more."""
    ended = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"}), piece({"content": "y"})))
        await exchange.gone()
        ended.set()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        read = Reader()
        call = upstream.stream(BODY_REST, read)
        await read.has(1)
        call.abandon()
        assert call.done()
        assert await call is None
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
        call = upstream.complete(BODY_REST)
        await began.wait()
        await upstream.stop()
        assert isinstance(await asyncio.wait_for(call, 2), Failure)
