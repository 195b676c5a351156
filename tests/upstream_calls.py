"""Calls of the HTTP upstream to a server that sends what a test says."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from slovomat.domain.events import Completion, Delta, Event, Failure
from slovomat.env import SystemEnv
from slovomat.ports.upstream import Upstream
from slovomat.upstreams.openai_http import OpenAIHTTP, UpstreamConfig
from tests.raw_upstream import Answer, Exchange, chunk, http, raw_upstream

T = TypeVar("T")
KEY = "sk-very/secret-1234567890"
LIMITS: dict[str, Any] = {
    "connect_timeout_s": 10,
    "first_byte_timeout_s": 120,
    "gap_timeout_s": 60,
    "total_timeout_s": 600,
    "max_response_bytes": 16 << 20,
    "concurrency": 0,
}
BODY_REST = '"messages": [{"role": "user", "content": "Привет"}]}'.encode()


class FixedClock(SystemEnv):
    """The wall clock stands still at Fri, 31 Dec 1999 23:59:59 GMT."""

    def now_ms(self) -> int:
        """Always the same moment."""
        return 946_684_799_000


def config(url: str, **changes: Any) -> UpstreamConfig:
    """A configuration with short work in mind; anything may be changed."""
    fields = {"name": "test", "base_url": url, "key": KEY, "model": "gpt-4o", **LIMITS, **changes}
    return UpstreamConfig(**fields)


@asynccontextmanager
async def client(
    url: str, proxies: dict[str, str] | None = None, **changes: Any
) -> AsyncIterator[OpenAIHTTP]:
    """The upstream, started, on this base URL."""
    upstream = OpenAIHTTP(config(url, **changes), FixedClock(), proxies or {})
    await upstream.start()
    try:
        yield upstream
    finally:
        await upstream.stop()


async def complete(*data: bytes, then_close: bool = False, **changes: Any) -> Completion | Failure:
    """One plain call to a server that sends this, then waits for the client to go (or goes itself)."""
    async with raw_upstream(sending(data, then_close)) as server, client(server.url, **changes) as upstream:
        async with asyncio.timeout(5):
            outcome = await upstream.complete(BODY_REST)
    assert outcome is not None
    return outcome


async def stream(*data: bytes, then_close: bool = False, **changes: Any) -> list[Event]:
    """One streamed call to such a server."""
    async with raw_upstream(sending(data, then_close)) as server, client(server.url, **changes) as upstream:
        return await asyncio.wait_for(collect(upstream), 5)


async def collect(upstream: Upstream, body_rest: bytes = BODY_REST) -> list[Event]:
    """Everything that one streamed call delivers, and how it ends."""
    chunks: list[bytes] = []
    ended = await upstream.stream(body_rest, chunks.extend)
    assert ended is not None, "nobody abandoned it"
    return [*map(Delta, chunks), ended]


def sending(data: tuple[bytes, ...], then_close: bool) -> Answer:
    """A server that sends this, then waits for the client to go, or goes itself."""

    async def answer(exchange: Exchange) -> None:
        for piece in data:
            await exchange.send(piece)
        if then_close:
            exchange.writer.close()
        else:
            await exchange.gone()

    return answer


def plain(message: Any, **more: Any) -> bytes:
    """A whole response with one choice."""
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **more}
    return http(200, json.dumps(answer, ensure_ascii=False).encode())


def piece(delta: Any, finish_reason: str | None = None, index: int = 0, **more: Any) -> bytes:
    """The JSON of one chunk."""
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return json.dumps({"choices": [choice], **more}, ensure_ascii=False).encode()


def sse(*payloads: bytes) -> bytes:
    """Events, in one chunk of the body."""
    return chunk(b"".join(b"data: " + payload + b"\n\n" for payload in payloads))


def failure(event: object) -> Failure:
    """The failure that this has to be."""
    assert isinstance(event, Failure), event
    return event


class Reader:
    """Takes what a stream delivers."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self._more = asyncio.Event()

    def __call__(self, chunks: list[bytes]) -> None:
        """Deliver."""
        self.chunks += chunks
        self._more.set()

    async def has(self, count: int) -> None:
        """Wait until so many chunks have come."""
        while len(self.chunks) < count:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 5)


def ended(outcome: T | None) -> T:
    """How a call ended that nobody abandoned."""
    assert outcome is not None
    return outcome
