"""What every upstream holds to, whatever it is made of."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream
from tests.upstream_calls import LIMITS

from slovomat.domain.events import Completion, Delta, Done, Failure
from slovomat.env import SystemEnv
from slovomat.ports.upstream import Upstream
from slovomat.upstreams.echo import Echo
from slovomat.upstreams.limited import limited
from slovomat.upstreams.openai_http import OpenAIHTTP, UpstreamConfig

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
    async with raw_upstream(_echo_over_http) as server:
        config = UpstreamConfig(name="http", base_url=server.url, key="k", model="gpt-4o", **LIMITS)
        upstream = OpenAIHTTP(config, SystemEnv())
        await upstream.start()
        try:
            yield upstream
        finally:
            await upstream.stop()


async def _echo_over_http(exchange: Exchange) -> None:
    rest = b"{" + exchange.body.partition(b", ")[2]
    if not json.loads(rest).get("stream"):
        answer = await Echo().complete(rest[1:])
        body = (
            answer.body if isinstance(answer, Completion) else b'{"choices": [{"message": {"content": ""}}]}'
        )
        await exchange.send(http(200, body))
        return
    await exchange.send(SSE_HEAD)
    async for event in Echo().stream(rest[1:]):
        if isinstance(event, Delta):
            await exchange.send(chunk(b"data: " + event.data + b"\n\n"))
    await exchange.send(chunk(b"data: [DONE]\n\n") + END)


@pytest.fixture(params=[echo, one_at_a_time, openai_http], ids=lambda maker: maker.__name__)
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
        async with aclosing(upstream.stream(asked)) as events:
            *deltas, done = [event async for event in events]
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
        async with aclosing(upstream.stream(body(" ", stream=True))) as events:
            assert isinstance([event async for event in events][-1], Failure)


async def test_left_early(maker: Maker) -> None:
    """A stream may be left at any chunk, and the upstream serves the next call."""
    async with maker() as upstream:
        async with aclosing(upstream.stream(body("a b c", stream=True))) as events:
            await anext(events)
        assert isinstance(await upstream.complete(body("x")), Completion)


async def test_description(maker: Maker) -> None:
    """An upstream says its name, model, limit and readiness without a call."""
    async with maker() as upstream:
        assert upstream.name
        assert upstream.model
        assert upstream.concurrency >= 0
        assert upstream.readiness().ready
