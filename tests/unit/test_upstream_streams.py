"""The HTTP upstream: streams, whole and broken."""

import asyncio
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream
from tests.upstream_calls import BODY_REST, Reader, client, collect, ended, failure, piece, plain, sse, stream

from slovomat.domain.events import Delta, Done, FailureKind, Usage

pytestmark = pytest.mark.anyio

USAGE = b'{"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}'


async def test_stream() -> None:
    """Each chunk is relayed with its own bytes, then one Done with the usage."""
    chunks = [
        piece({"role": "assistant", "content": ""}),
        piece({"content": "При"}),
        piece({"content": "вет"}),
        piece({}, "stop"),
        USAGE,
    ]
    events = await stream(SSE_HEAD, *(sse(data) for data in chunks), sse(b"[DONE]"), END)
    assert events == [*map(Delta, chunks), Done(Usage(1, 2))]


async def test_stream_ends_at_done() -> None:
    """`[DONE]` ends the stream although the connection stays open; what follows it is not read."""
    for after in (b"", sse(b"{"), sse(piece({"content": "more"}))):
        events = await stream(SSE_HEAD + sse(piece({"content": "x"}), b"[DONE]") + after)
        assert events == [Delta(piece({"content": "x"})), Done(Usage())]


@pytest.mark.parametrize("tail", [END, b"", sse(b"")[:-3], chunk(b"data: {half an event")])
async def test_stream_with_finish_but_without_done(tail: bytes) -> None:
    """A stream whose choices have their finish reasons is whole without `[DONE]`, however it is cut off."""
    chunks = [piece({"content": "x"}), piece({}, "length"), USAGE]
    events = await stream(SSE_HEAD + sse(*chunks) + tail, then_close=True)
    assert events == [*map(Delta, chunks), Done(Usage(1, 2))]


async def test_reset_after_the_finish() -> None:
    """A connection that is reset after the finish reason costs the whole stream nothing."""
    chunks = [piece({"content": "x"}, "stop"), USAGE]

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(*chunks))
        exchange.reset()

    async with raw_upstream(answer) as server, client(server.url) as upstream:
        assert await collect(upstream) == [*map(Delta, chunks), Done(Usage(1, 2))]


@pytest.mark.parametrize("tail", [b"", b"zz\r\n"])
async def test_finish_that_waits_behind_a_slow_reader(tail: bytes) -> None:
    """A finish that came before the cut is read after it, however late the reader comes for it."""
    first, last = piece({"content": "x"}), piece({}, "stop")
    gone = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(first))
        await read_one.wait()
        await exchange.send(sse(last) + tail)
        exchange.writer.close()
        gone.set()

    read_one, read = asyncio.Event(), Reader()
    async with raw_upstream(answer) as server, client(server.url) as upstream:
        call = upstream.stream(BODY_REST, read)
        await read.has(1)
        call.pause()
        read_one.set()
        await gone.wait()
        await asyncio.sleep(0.05)  # the reader's slowness, in which the cut arrives
        assert read.chunks == [first]
        call.resume()
        assert await call == Done(Usage())
        assert read.chunks == [first, last]


async def test_cut_while_nobody_reads() -> None:
    """A stream that breaks while its reader is elsewhere is a failure that may be tried again."""
    gone = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(SSE_HEAD + sse(piece({"content": "x"})))
        await read_one.wait()
        await exchange.send(b"zz\r\n")
        exchange.writer.close()
        gone.set()

    read_one, read = asyncio.Event(), Reader()
    async with raw_upstream(answer) as server, client(server.url) as upstream:
        call = upstream.stream(BODY_REST, read)
        await read.has(1)
        call.pause()
        read_one.set()
        await gone.wait()
        await asyncio.sleep(0.05)  # the reader's slowness, in which the cut arrives
        call.resume()
        last = failure(ended(await call))
    assert (last.kind, last.retryable, len(read.chunks)) == (FailureKind.ERROR, True, 1)


@pytest.mark.parametrize("word", [b'{"error": {"message": "overloaded"}}', b"{", b'{"choices": 5}'])
async def test_bad_word_after_the_finish(word: bytes) -> None:
    """An error event after the finish reason is the upstream's own verdict, and a failure."""
    last = piece({"content": "x"}, "stop")
    events = await stream(SSE_HEAD + sse(last, word) + END)
    assert events[0] == Delta(last)
    assert failure(events[1]).kind is FailureKind.ERROR


async def test_finish_without_text_that_is_cut_off() -> None:
    """A finish reason alone does not make an answer: an empty stream stays a failure when it is cut."""
    events = await stream(SSE_HEAD + sse(piece({}, "stop")), then_close=True)
    assert failure(events[-1]).detail == "empty answer"


async def test_second_choice_opens_after_the_first_ended() -> None:
    """A choice that begins after another's finish has to finish too."""
    begun = [piece({"content": "x"}, "stop"), piece({"content": "y"}, index=1)]
    assert failure((await stream(SSE_HEAD + sse(*begun), then_close=True))[-1])
    events = await stream(SSE_HEAD, *(sse(one) for one in begun), sse(piece({}, "stop", index=1)), END)
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
        (http(200, b'{"error": {"type": "overloaded"}}'), "the upstream reported an error (type overloaded)"),
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
