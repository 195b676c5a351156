"""The HTTP upstream's own connections: kept, repeated on, paused, left; on both event loops."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, RawUpstream, raw_upstream
from tests.upstream_calls import (
    BODY_REST,
    FixedClock,
    Reader,
    client,
    config,
    failure,
    piece,
    plain,
    sending,
    sse,
)

from slovomat.domain.events import Completion, Done, FailureKind
from slovomat.ports.upstream import Call
from slovomat.upstreams.http_link import STOPPED
from slovomat.upstreams.http_pool import HTTPPool
from slovomat.upstreams.http_request import target
from slovomat.upstreams.limited import limited
from slovomat.upstreams.openai_http import OpenAIHTTP

pytestmark = pytest.mark.anyio
GOOD = plain({"content": "x"})


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Both loops: their transports differ."""
    return "asyncio", {"use_uvloop": request.param}


@asynccontextmanager
async def answering(*answers: bytes, **changes: Any) -> AsyncIterator[tuple[RawUpstream, OpenAIHTTP]]:
    """A server that gives each request the next answer; after an empty or a partial one it closes."""

    async def answer(exchange: Exchange) -> None:
        data = answers[min(len(server.requests), len(answers)) - 1]
        await exchange.send(data)
        if data != GOOD:
            exchange.writer.close()

    async with raw_upstream(answer) as server, client(server.url, **changes) as upstream:
        yield server, upstream


async def test_repeated_where_the_kept_connection_was_closed() -> None:
    """A request to which no byte came back on a kept connection is sent again, on a new one."""
    async with answering(GOOD, b"", GOOD) as (server, upstream):
        assert isinstance(await upstream.complete(BODY_REST), Completion)
        assert isinstance(await upstream.complete(BODY_REST), Completion)
        assert (len(server.requests), server.connections) == (3, 2)
        assert server.requests[1].body == server.requests[2].body


@pytest.mark.parametrize(
    ("answers", "calls"), [((GOOD, b"", b""), 2), ((GOOD, b"H"), 2), ((GOOD, GOOD[:-5]), 2), ((b"",), 1)]
)
async def test_repeated_once_and_only_then(answers: tuple[bytes, ...], calls: int) -> None:
    """Neither twice, nor after a first byte, nor on a connection that was new."""
    async with answering(*answers) as (server, upstream):
        outcomes = [await upstream.complete(BODY_REST) for _ in range(calls)]
        failed = failure(outcomes[-1])
        assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)
        assert len(server.requests) == len(answers)


async def test_closed_while_idle() -> None:
    """A kept connection whose end is known is not used again."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(GOOD)
        exchange.writer.close()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        for _ in range(2):
            assert isinstance(await upstream.complete(BODY_REST), Completion)
            async with asyncio.timeout(2):
                while upstream._pool is None or upstream._pool._links:  # noqa: ASYNC110 - no event tells it
                    await asyncio.sleep(0.001)
        assert (len(server.requests), server.connections) == (2, 2)


async def test_last_used_first() -> None:
    """Of several idle connections the one that was used last is used next, so that the others can age."""
    gate = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await gate.wait()
        await exchange.send(GOOD)

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        calls = [upstream.complete(BODY_REST) for _ in range(3)]
        async with asyncio.timeout(2):
            while len(server.requests) < 3:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.001)
        gate.set()
        for call in calls:
            await call
        used = set()
        for _ in range(3):
            await upstream.complete(BODY_REST)
            used.add(server.requests[-1].writer)
        assert (server.connections, len(used)) == (3, 1)


async def test_idle_limit() -> None:
    """A connection that nobody uses is closed after a while."""
    closed = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(GOOD)
        await exchange.gone()
        closed.set()

    async with raw_upstream(answer) as server, client(server.url, idle_s=0.05) as upstream:
        assert isinstance(await upstream.complete(BODY_REST), Completion)
        await asyncio.wait_for(closed.wait(), 2)


async def test_no_connection_is_kept_where_none_is_to_be() -> None:
    """Each call has its own, and it is closed with the answer."""
    async with answering(GOOD, keep_connections=False) as (server, upstream):
        for _ in range(3):
            assert isinstance(await upstream.complete(BODY_REST), Completion)
        assert server.connections == 3


async def test_slow_reader_slows_the_upstream() -> None:
    """While a stream is paused its socket is not read, until the upstream cannot send; then all comes."""
    stuck = asyncio.Event()
    event = sse(piece({"content": "x" * 50_000}))

    async def answer(exchange: Exchange) -> None:
        exchange.writer.transport.set_write_buffer_limits(0)
        await exchange.send(SSE_HEAD)
        sent = 0
        while not stuck.is_set() or sent % 10:
            sent += 1
            exchange.writer.write(event)
            try:
                await asyncio.wait_for(exchange.writer.drain(), 0.3)
            except TimeoutError:
                stuck.set()
                await exchange.writer.drain()
        sends.append(sent)
        await exchange.send(sse(piece({}, "stop"), b"[DONE]") + END)

    sends: list[int] = []
    read = Reader()
    limits: dict[str, Any] = {"max_response_bytes": 1 << 30, "gap_timeout_s": 0.2}
    async with raw_upstream(answer) as server, client(server.url, **limits) as upstream:
        call = upstream.stream(BODY_REST, read)
        await read.has(1)
        call.pause()
        known = len(read.chunks)
        await asyncio.wait_for(stuck.wait(), 5)
        assert len(read.chunks) == known
        call.resume()
        assert isinstance(await asyncio.wait_for(call, 5), Done)
        assert len(read.chunks) == sends[0] + 1


async def test_paused_before_the_first_byte() -> None:
    """A call may be paused before its connection is made."""
    whole = SSE_HEAD + sse(piece({"content": "x"}, "stop"), b"[DONE]") + END
    async with raw_upstream(sending((whole,), False)) as server, client(server.url) as upstream:
        read = Reader()
        call = upstream.stream(BODY_REST, read)
        call.pause()
        async with asyncio.timeout(2):
            while not server.requests:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.001)
        assert not read.chunks
        call.resume()
        assert isinstance(await asyncio.wait_for(call, 2), Done)


async def test_paused_as_it_ends() -> None:
    """A reader that pauses over the last chunk leaves a connection that can be read again."""

    async def answer(exchange: Exchange) -> None:
        whole = SSE_HEAD + sse(piece({"content": "x"}, "stop"), b"[DONE]") + END
        await exchange.send(whole if "event-stream" in exchange.head else GOOD)

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        call = upstream.stream(BODY_REST, lambda _chunks: call.pause())
        assert isinstance(await asyncio.wait_for(call, 2), Done)
        assert isinstance(await asyncio.wait_for(upstream.complete(BODY_REST), 2), Completion)
        assert server.connections == 1


async def test_abandoned_while_connecting() -> None:
    """A call that is abandoned before its connection is there leaves none behind."""
    gone = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.set()
        while await reader.read(65_536):
            pass
        gone.set()
        writer.close()

    met = asyncio.Event()
    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with client(f"https://127.0.0.1:{port}/v1") as upstream:  # the handshake is never answered
            call = upstream.complete(BODY_REST)
            await asyncio.wait_for(met.wait(), 2)
            call.abandon()
            assert call.done()
            await asyncio.wait_for(gone.wait(), 2)


async def test_stopped_while_connecting() -> None:
    """Stopping ends the calls that have no connection yet with a failure."""
    async with raw_upstream(sending((), False)) as server, client(server.url) as upstream:
        call = upstream.complete(BODY_REST)
        await upstream.stop()
        assert failure(await asyncio.wait_for(call, 2)).detail == "the upstream was stopped"


async def test_stopped_while_calls_wait_for_a_place() -> None:
    """Those at work, those in the queue and those that come after all end so, and no connection is left."""
    ends: list[Exchange] = []

    async def silent(exchange: Exchange) -> None:
        await exchange.gone()
        ends.append(exchange)
        exchange.writer.close()

    async with raw_upstream(silent) as server:
        inner = OpenAIHTTP(config(server.url, concurrency=1), FixedClock(), {})
        upstream = limited(inner)
        await upstream.start()
        pool = inner._pool
        assert pool is not None
        calls: list[Call[Any]] = [upstream.complete(BODY_REST) for _ in range(4)]
        async with asyncio.timeout(2):
            while not server.requests:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.001)
        await upstream.stop()
        calls += [upstream.complete(BODY_REST), upstream.stream(BODY_REST, Reader())]
        for call in calls:
            assert await asyncio.wait_for(call, 2) == STOPPED
        assert (pool._links, pool.connecting, inner._pool) == (set(), set(), None)
        async with asyncio.timeout(2):
            while not ends:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.001)
        assert server.connections == 1


async def test_each_address_is_tried() -> None:
    """A host with an address at which nobody listens is reached at its other one."""
    async with raw_upstream(sending((), True)) as dead:
        nobody = dead.port
    async with raw_upstream(sending((GOOD,), False)) as server:
        loop = asyncio.get_running_loop()
        upstream = OpenAIHTTP(config(server.url), FixedClock(), {})
        await upstream.start()
        assert isinstance(upstream._pool, HTTPPool)
        addresses = upstream._pool._addresses
        addresses._found = [
            (*info[:4], ("127.0.0.1", port))
            for port in (nobody, server.port)
            for info in await loop.getaddrinfo("127.0.0.1", port, type=1)
        ]
        addresses._found_s = loop.time()
        assert isinstance(await upstream.complete(BODY_REST), Completion)
        await upstream.stop()


async def test_early_answer() -> None:
    """An answer that comes while the body is still being sent counts, and ends the connection."""
    gone = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n")
        while await reader.read(65_536):
            pass
        gone.set()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with client(f"http://127.0.0.1:{port}/v1") as upstream:
            failed = failure(await upstream.complete(b'"x": "' + b"y" * (64 << 20) + b'"}'))
            assert failed.kind is FailureKind.REFUSED
            await asyncio.wait_for(gone.wait(), 5)


async def test_not_started() -> None:
    """To call an upstream before its start is a bug of its caller's."""
    upstream = OpenAIHTTP(config("http://127.0.0.1:1/v1"), FixedClock(), {})
    with pytest.raises(RuntimeError):
        await upstream.complete(BODY_REST)


def test_packaged_client_is_loaded_for_proxies_alone() -> None:
    """Who has no proxy starts without its weight."""
    code = "import sys, slovomat.main; sys.exit('aiohttp' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("base_url", "authority", "path"),
    [
        ("https://api.openai.com/v1/", "api.openai.com", "/v1/chat/completions"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", "/chat/completions"),
        ("http://[::1]:80/v1", "[::1]", "/v1/chat/completions"),
        ("https://пример.рф/путь", "xn--e1afmkfd.xn--p1ai", "/%D0%BF%D1%83%D1%82%D1%8C/chat/completions"),
        ("http://me:pass@host:81/a%20b", "host:81", "/a%20b/chat/completions"),
    ],
)
def test_target(base_url: str, authority: str, path: str) -> None:
    """What stands in the request for each kind of base URL."""
    found = target(base_url)
    assert (found.authority, found.path) == (authority, path)
