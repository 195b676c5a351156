"""The HTTP upstream: every wait has its own limit."""

import asyncio
import contextlib
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, raw_upstream
from tests.upstream_calls import (
    BODY_REST,
    Reader,
    client,
    collect,
    complete,
    ended,
    failure,
    piece,
    plain,
    sending,
    sse,
    stream,
)

from slovomat.domain.events import Delta, Done, FailureKind, Usage
from slovomat.upstreams.http_call import LAST_WORDS_S

pytestmark = pytest.mark.anyio

USAGE = b'{"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}'


async def test_connect_timeout() -> None:
    """A connection that is not made in time is named so."""
    async with raw_upstream(sending((), False)) as server:
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


@pytest.mark.parametrize(("gap_s", "at_most_s"), [(60.0, 4.0), (0.1, 1.0)])
async def test_whole_stream_that_stays_open(gap_s: float, at_most_s: float) -> None:
    """After the last finish reason only a moment is left for usage and `[DONE]`, comments or not."""
    closed = asyncio.Event()
    finished = piece({"content": "x"}, "stop")

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(finished) + sse(USAGE))
        with contextlib.suppress(ConnectionError):
            while not exchange.writer.is_closing():
                await exchange.send(chunk(b": still there\n\n"))
                await asyncio.sleep(0.02)
        closed.set()

    async with raw_upstream(answer) as server, client(server.url, gap_timeout_s=gap_s) as upstream:
        async with asyncio.timeout(at_most_s):
            events = await collect(upstream)
            await closed.wait()
    assert events == [Delta(finished), Delta(USAGE), Done(Usage(1, 2))]


async def test_last_words_take_their_time() -> None:
    """Usage and `[DONE]` that come a little after the finish reason are waited for."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"}, "stop")))
        await asyncio.sleep(0.3)  # the upstream's slowness
        await exchange.send(sse(USAGE, b"[DONE]") + END)

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert (await collect(upstream))[1:] == [Delta(USAGE), Done(Usage(1, 2))]


async def test_choice_that_opens_again() -> None:
    """A choice that opens after the others' finish has the whole gap again."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"}, "stop")))
        await exchange.send(sse(piece({"content": "y"}, index=1)))
        await asyncio.sleep(LAST_WORDS_S + 0.2)  # the upstream's slowness
        await exchange.send(sse(piece({}, "stop", index=1), b"[DONE]") + END)

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert len(await collect(upstream)) == 4


async def test_total_timeout_after_the_finish() -> None:
    """A whole stream does not fail because the time for a call runs out in the wait for `[DONE]`."""
    events = await stream(SSE_HEAD + sse(piece({"content": "x"}, "stop")), total_timeout_s=0.2)
    assert isinstance(events[-1], Done)


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

    read = Reader()
    async with raw_upstream(answer) as server, client(server.url, gap_timeout_s=0.1) as upstream:
        call = upstream.stream(BODY_REST, read)
        await read.has(1)
        call.pause()
        await asyncio.sleep(0.3)  # the caller's own slowness
        released.set()
        call.resume()
        assert isinstance(ended(await call), Done)


async def test_slow_reader_has_the_total_alone() -> None:
    """A paused call ends when the time for the whole call is over."""
    read = Reader()
    limits: dict[str, Any] = {"total_timeout_s": 0.3, "gap_timeout_s": 0.05}
    data = (SSE_HEAD + sse(piece({"content": "x"})),)
    async with raw_upstream(sending(data, False)) as server, client(server.url, **limits) as upstream:
        call = upstream.stream(BODY_REST, read)
        await read.has(1)
        call.pause()
        assert failure(await asyncio.wait_for(call, 2)).detail == "total timeout"
