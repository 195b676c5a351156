"""The HTTP upstream's reading of HTTP: strict where it matters, and never without bounds."""

import asyncio
import gzip
import zlib
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream
from tests.upstream_calls import (
    BODY_REST,
    client,
    collect,
    complete,
    failure,
    piece,
    plain,
    sse,
    stream,
)

from slovomat.domain.events import Completion, Delta, Done, FailureKind, Usage

pytestmark = pytest.mark.anyio

BODY = b'{"choices": [{"message": {"content": "x"}}]}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SIZED = OK + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + SIZED,
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Encoding: gzip\r\n\r\n" * 3 + SIZED,
        CHUNKED + chunk(BODY) + b"0\r\nX-Checksum: 1\r\nX-Time: 9\r\n\r\n",
        CHUNKED + chunk(BODY[:9]) + b"%x;name=value\r\n%b\r\n" % (len(BODY) - 9, BODY[9:]) + END,
        CHUNKED.replace(b"chunked", b"Chunked") + chunk(BODY) + END,
        SIZED.replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"\r\n" + SIZED,
    ],
)
async def test_read(data: bytes) -> None:
    """Interim responses, trailers, chunk extensions and HTTP/1.0 are understood, in one piece and in many."""
    assert isinstance(await complete(data), Completion)
    assert isinstance(await complete(*(data[at : at + 1] for at in range(len(data)))), Completion)


@pytest.mark.parametrize("head", [OK, OK.replace(b"1.1", b"1.0"), OK + b"Connection: close\r\n"])
async def test_body_up_to_the_end_of_the_connection(head: bytes) -> None:
    """A body without a length goes on until the connection ends, plain and streamed."""
    assert isinstance(await complete(head + b"\r\n" + BODY, then_close=True), Completion)
    events = b"data: %b\n\n" % piece({"content": "x"}, "stop")
    streamed = head.replace(b"application/json", b"text/event-stream") + b"\r\n" + events
    assert await stream(streamed, then_close=True) == [Delta(events[6:-2]), Done(Usage())]


@pytest.mark.parametrize(
    "data",
    [
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(BODY) + END,
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunk(BODY) + END,
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + BODY,
        OK + b"Content-Length: -5\r\n\r\n" + BODY,
        OK + b"Content-Length: 5, 5\r\n\r\n" + BODY,
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(BODY) + END,
        OK + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(BODY) + END,
        OK + b"Transfer-Encoding: identity\r\n\r\n" + BODY,
        CHUNKED + b"5\r\n" + BODY + b"\r\n" + END,
        CHUNKED + b"-5\r\n" + BODY + b"\r\n" + END,
        CHUNKED + b"0x5\r\n" + BODY + b"\r\n" + END,
        CHUNKED + b"ffffffffffffffffffff\r\n" + BODY,
        CHUNKED + chunk(BODY),
        CHUNKED + chunk(BODY) + b"0\r\n",
        OK + b"X: a\nY: b\r\nContent-Length: 44\r\n\r\n" + BODY,
        OK + b"X : a\r\nContent-Length: 44\r\n\r\n" + BODY,
        OK + b"X: a\x00b\r\nContent-Length: 44\r\n\r\n" + BODY,
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxx",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + SIZED,
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
async def test_refused(data: bytes) -> None:
    """What two readers could take for two things is a failure, and so is what has no end."""
    for failed in (
        failure(await complete(data, then_close=True)),
        failure((await stream(data, then_close=True))[-1]),
    ):
        assert (failed.kind, failed.retryable) == (FailureKind.ERROR, True)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("opening", "flood"),
    [
        (OK, b"X-Flood: 1\r\n"),
        (OK, b"X" * 500),
        (OK + b"X-Flood: ", b"x" * 500),
        (b"HTTP/1.1 200 ", b"x" * 500),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED + b"0\r\n", b"X-Flood: 1\r\n"),
        (CHUNKED + b"0\r\nX-Flood: ", b"x" * 500),
        (CHUNKED + b"5;", b"x" * 500),
    ],
)
async def test_flood(opening: bytes, flood: bytes, streamed: bool) -> None:
    """A head, a trailer or interim responses without end are cut off after some kilobytes."""
    sent = 0

    async def answer(exchange: Exchange) -> None:
        nonlocal sent
        exchange.writer.transport.set_write_buffer_limits(0)
        await exchange.send(opening)
        while not exchange.writer.is_closing():
            await exchange.send(flood)
            sent += len(flood)
            await asyncio.sleep(0)
        cut.set()

    cut = asyncio.Event()
    async with raw_upstream(answer) as server, client(server.url) as upstream:
        async with asyncio.timeout(5):
            outcome = (await collect(upstream))[-1] if streamed else await upstream.complete(BODY_REST)
        assert "the head is too long" in failure(outcome).detail
    assert sent < 4 << 20


async def test_many_small_chunks_are_no_flood() -> None:
    """A body in the smallest chunks may be as long as any."""
    body = b" " * 30_000 + BODY
    data = CHUNKED + b"".join(chunk(body[at : at + 1]) for at in range(len(body))) + END
    assert isinstance(await complete(data), Completion)


@pytest.mark.parametrize("more", [SIZED, b"x", b"HTTP/1.1 200", b"0\r\n\r\n"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_bytes_after_the_response(more: bytes, at_once: bool) -> None:
    """What nobody asked for is never taken for the answer to the next call: it ends its connection."""

    async def answer(exchange: Exchange) -> None:
        data = plain({"content": f"{len(server.requests)}"})
        if at_once:
            await exchange.send(data + more)
        else:
            await exchange.send(data)
            await answered.wait()
            await exchange.send(more)
        await exchange.gone()
        gone.set()

    answered, gone = asyncio.Event(), asyncio.Event()
    async with raw_upstream(answer) as server, client(server.url) as upstream:
        for number in range(1, 4):
            answered.clear()
            gone.clear()
            outcome = await upstream.complete(BODY_REST)
            assert isinstance(outcome, Completion)
            assert outcome.text == f"{number}"
            answered.set()
            await asyncio.wait_for(gone.wait(), 2)
        assert server.connections == 3


@pytest.mark.parametrize(
    ("coding", "squeeze"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
    ],
)
async def test_codings(coding: str, squeeze: Any) -> None:
    """An answer that was compressed unasked is read, plain and streamed, in one piece and in many."""
    packed = squeeze(BODY)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (
        coding.encode(),
        len(packed),
    )
    assert isinstance(await complete(head + packed), Completion)
    pieces = [packed[at : at + 1] for at in range(len(packed))]
    assert isinstance(await complete(head, *pieces), Completion)
    packed = squeeze(b"data: %b\n\ndata: [DONE]\n\n" % piece({"content": "x"}))
    head = SSE_HEAD[:-2] + b"Content-Encoding: %b\r\n\r\n" % coding.encode()
    assert isinstance((await stream(head + chunk(packed) + END))[-1], Done)


async def test_unknown_and_broken_codings() -> None:
    """An answer in another coding, or cut short within it, is a failure; an error keeps its status."""
    packed = gzip.compress(BODY)
    for data, coding in ((packed, "br"), (packed[:-6], "gzip"), (BODY, "deflate")):
        answer = http(200, data, f"Content-Encoding: {coding}")
        assert failure(await complete(answer)).kind is FailureKind.ERROR
        answer = http(503, data, f"Content-Encoding: {coding}")
        assert failure(await complete(answer)).detail == "HTTP 503"


@pytest.mark.parametrize("number", [150, 300])
async def test_number_of_lines(number: int) -> None:
    """A head of as many lines as real services send is read, one of hundreds is not."""
    answer = plain({"content": "x"}).replace(b"\r\n", b"\r\n" + b"X: 1\r\n" * (number - 2), 1)
    outcome = await complete(answer)
    assert isinstance(outcome, Completion) is (number == 150)


async def test_error_body_is_cut() -> None:
    """Of a long error no more than its beginning is taken, and its status is known all the same."""
    ended = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not exchange.writer.is_closing():
            await exchange.send(chunk(b"x" * 10_000))
        ended.set()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        failed = failure(await asyncio.wait_for(upstream.complete(BODY_REST), 5))
        assert (failed.kind, failed.detail, failed.body) == (FailureKind.REFUSED, "HTTP 400", None)


async def test_done_with_the_end_behind_it() -> None:
    """A response that ends a moment after `[DONE]` leaves its connection to the next call."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"}), b"[DONE]"))
        await asked_again.wait()
        await exchange.send(END)

    asked_again = asyncio.Event()
    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert isinstance((await collect(upstream))[-1], Done)
        asked_again.set()
        async with asyncio.timeout(2):
            while not (upstream._pool and upstream._pool._idle):  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.001)
        assert isinstance((await collect(upstream))[-1], Done)
        assert server.connections == 1
