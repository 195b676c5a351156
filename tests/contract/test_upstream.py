"""What every upstream holds to, whatever it is made of."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream
from tests.upstream_calls import Reader, collect, config, ended

from slovomat.domain.events import Completion, Delta, Done, Failure
from slovomat.env import SystemEnv
from slovomat.later import Strand
from slovomat.ports.upstream import Upstream
from slovomat.upstreams.echo import Echo
from slovomat.upstreams.limited import limited
from slovomat.upstreams.openai_http import OpenAIHTTP

pytestmark = pytest.mark.anyio

Maker = Callable[[], AbstractAsyncContextManager[Upstream]]


@asynccontextmanager
async def echo() -> AsyncIterator[Upstream]:
    yield Echo()


@asynccontextmanager
async def one_at_a_time() -> AsyncIterator[Upstream]:
    """An upstream behind its limit."""
    yield limited(Echo(concurrency=1))


@asynccontextmanager
async def openai_http() -> AsyncIterator[Upstream]:
    """The HTTP upstream over a server that answers as Echo does."""
    async with (
        raw_upstream(_echo_over_http) as server,
        _started(OpenAIHTTP(config(server.url), SystemEnv(), proxies={})) as upstream,
    ):
        yield upstream


@asynccontextmanager
async def through_proxy() -> AsyncIterator[Upstream]:
    """The same service, which only a proxy knows."""
    async with raw_upstream(_echo_over_http) as server:
        proxies = {"http": f"http://127.0.0.1:{server.port}"}
        made = OpenAIHTTP(config("http://upstream.invalid/v1"), SystemEnv(), proxies)
        async with _started(made) as upstream:
            yield upstream


@asynccontextmanager
async def _started(upstream: Upstream) -> AsyncIterator[Upstream]:
    await upstream.start()
    try:
        yield upstream
    finally:
        await upstream.stop()


async def _echo_over_http(exchange: Exchange) -> None:
    rest = b"{" + exchange.body.partition(b", ")[2]
    if not json.loads(rest).get("stream"):
        answer = ended(await Echo().complete(rest[1:]))
        body = (
            answer.body if isinstance(answer, Completion) else b'{"choices": [{"message": {"content": ""}}]}'
        )
        await exchange.send(http(200, body))
        return
    await exchange.send(SSE_HEAD)
    chunks: list[bytes] = []
    await Echo().stream(rest[1:], chunks.extend)
    for data in chunks:
        await exchange.send(chunk(b"data: " + data + b"\n\n"))
    await exchange.send(chunk(b"data: [DONE]\n\n") + END)


@pytest.fixture(params=[echo, one_at_a_time, openai_http, through_proxy], ids=lambda maker: maker.__name__)
def maker(request: pytest.FixtureRequest) -> Maker:
    """Each upstream in turn."""
    made: Maker = request.param
    return made


def body(text: str, **more: object) -> bytes:
    """A request's JSON as the port wants it."""
    return json.dumps({"messages": [{"role": "user", "content": text}], **more}).encode()[1:]


async def test_plain(maker: Maker) -> None:
    """A plain generation gives its JSON, and the text that is in it."""
    async with maker() as upstream:
        answer = await upstream.complete(body("Привет, мир"))
    assert isinstance(answer, Completion)
    assert answer.text == "Привет, мир"
    assert json.loads(answer.body)["choices"][0]["message"]["content"] == answer.text
    assert answer.usage.completion_tokens > 0


async def test_stream(maker: Maker) -> None:
    """A stream is deltas that make up the text, then one Done; the usage is there when it was asked for."""
    async with maker() as upstream:
        asked = body("раз два три", stream=True, stream_options={"include_usage": True})
        *deltas, done = await collect(upstream, asked)
    chunks = [json.loads(delta.data) for delta in deltas if isinstance(delta, Delta)]
    assert len(chunks) == len(deltas) >= 4
    said = [choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"]]
    assert "".join(said) == "раз два три"
    assert chunks[-1]["choices"] == []
    assert isinstance(done, Done)
    assert done.usage.completion_tokens > 0


async def test_empty(maker: Maker) -> None:
    """A generation without text is a failure, plain and streamed, and nobody's exception."""
    async with maker() as upstream:
        assert isinstance(await upstream.complete(body(" ")), Failure)
        assert isinstance((await collect(upstream, body(" ", stream=True)))[-1], Failure)


async def test_left_early(maker: Maker) -> None:
    """A stream may be left at any chunk, and the upstream serves the next call."""
    async with maker() as upstream:
        read = Reader()
        call = upstream.stream(body("a b c", stream=True), read)
        await read.has(1)
        call.abandon()
        assert call.done()
        known = len(read.chunks)
        assert isinstance(await upstream.complete(body("x")), Completion)
        assert len(read.chunks) == known


async def test_left_from_within(maker: Maker) -> None:
    """A reader may leave while it is being delivered to."""
    async with maker() as upstream:
        chunks: list[bytes] = []

        def leave(some: list[bytes]) -> None:
            chunks.extend(some)
            call.abandon()

        call = upstream.stream(body("a b c", stream=True), leave)
        assert await call is None
        known = len(chunks)
        assert isinstance(await upstream.complete(body("x")), Completion)
        assert len(chunks) == known


async def test_paused(maker: Maker) -> None:
    """A paused stream delivers no more than is on its way, and all the rest once it is resumed."""
    async with maker() as upstream:
        chunks: list[bytes] = []

        def pause(some: list[bytes]) -> None:
            chunks.extend(some)
            call.pause()
            asyncio.get_running_loop().call_soon(call.resume)

        call = upstream.stream(body("раз два три", stream=True), pause)
        assert isinstance(ended(await asyncio.wait_for(call, 5)), Done)
    said = [choice["delta"].get("content", "") for data in chunks for choice in json.loads(data)["choices"]]
    assert "".join(said) == "раз два три"


@pytest.mark.parametrize("streamed", [False, True])
async def test_awaited_in_a_strand(maker: Maker, streamed: bool) -> None:
    """A call does not need a task to wait for it."""
    async with maker() as upstream:

        async def ask() -> Completion | Done | Failure | None:
            if streamed:
                return await upstream.stream(body("a b", stream=True), lambda _chunks: None)
            return await upstream.complete(body("a b"))

        assert isinstance(await Strand(ask()), Completion | Done)


async def test_cancelled(maker: Maker) -> None:
    """A task that is cancelled while it waits abandons its call."""
    async with maker() as upstream:
        call = upstream.stream(body("a b c", stream=True), lambda _chunks: None)

        async def wait() -> None:
            await call

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert call.done()
        assert isinstance(await asyncio.wait_for(upstream.complete(body("x")), 5), Completion)


async def test_description(maker: Maker) -> None:
    """An upstream says its name, model, limit and readiness without a call."""
    async with maker() as upstream:
        assert upstream.name
        assert upstream.model
        assert upstream.concurrency >= 0
        assert upstream.readiness().ready
