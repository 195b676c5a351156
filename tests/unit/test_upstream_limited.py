"""The limit of an upstream's generations, over plain calls and streams together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from slovomat.domain.events import Completion, Delta, Done, Event, Failure, Usage
from slovomat.upstreams.echo import Echo
from slovomat.upstreams.limited import Limited, limited

pytestmark = pytest.mark.anyio

ANSWER = Completion(body=b"{}", text="x", usage=Usage())


class Gated(Echo):
    """An upstream whose generations begin, and then wait to be let go on."""

    def __init__(self, concurrency: int) -> None:
        super().__init__(concurrency=concurrency)
        self.busy = 0
        self.most = 0
        self.began: list[bytes] = []
        self.gate = asyncio.Event()

    async def complete(self, body_rest: bytes) -> Completion | Failure:
        """Wait at the gate, then answer."""
        await self._work(body_rest)
        self.busy -= 1
        return ANSWER

    async def stream(self, body_rest: bytes) -> AsyncGenerator[Event, None]:
        """Wait at the gate after the first chunk."""
        try:
            self._begin(body_rest)
            yield Delta(b"{}")
            await self.gate.wait()
            yield Done(Usage())
        finally:
            self.busy -= 1

    async def _work(self, body_rest: bytes) -> None:
        self._begin(body_rest)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.busy -= 1
            raise

    def _begin(self, body_rest: bytes) -> None:
        self.began.append(body_rest)
        self.busy += 1
        self.most = max(self.most, self.busy)


async def drained(upstream: Limited, body_rest: bytes) -> list[Event]:
    """Every event of one stream."""
    async with aclosing(upstream.stream(body_rest)) as events:
        return [event async for event in events]


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_no_limit_no_layer() -> None:
    """An upstream without a limit is given back as it is."""
    unlimited, bounded = Echo(), Echo(concurrency=2)
    assert limited(unlimited) is unlimited
    assert isinstance(limited(bounded), Limited)


async def test_both_kinds_share_the_places() -> None:
    """Plain calls and streams together never take more places than there are, and begin in their order."""
    gated = Gated(3)
    upstream = Limited(gated)
    async with asyncio.TaskGroup() as tasks:
        for number in range(12):
            call = drained if number % 2 else Limited.complete
            tasks.create_task(call(upstream, b"%d" % number))
        await settle()
        assert gated.began == [b"0", b"1", b"2"]
        gated.gate.set()
    assert gated.began == [b"%d" % number for number in range(12)]
    assert (gated.most, gated.busy) == (3, 0)


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelled_while_waiting(streamed: bool) -> None:
    """Who leaves the queue leaves no gap in it, even when its turn came in that very moment."""
    gated = Gated(1)
    upstream = Limited(gated)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(upstream.complete(b"first"))
        leaving = tasks.create_task(
            drained(upstream, b"leaving") if streamed else upstream.complete(b"leaving")
        )
        last = tasks.create_task(upstream.complete(b"last"))
        await settle()
        gated.gate.set()
        await asyncio.wait([first])
        leaving.cancel()
        assert await asyncio.wait_for(last, 2) == ANSWER
    assert gated.busy == 0
    assert await asyncio.wait_for(upstream.complete(b"again"), 2) == ANSWER


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelled_at_work(streamed: bool) -> None:
    """A generation that is cancelled frees its place."""
    gated = Gated(1)
    upstream = Limited(gated)
    task: asyncio.Task[object] = asyncio.create_task(
        drained(upstream, b"1") if streamed else upstream.complete(b"1")
    )
    await settle()
    task.cancel()
    await asyncio.wait([task])
    gated.gate.set()
    assert await asyncio.wait_for(upstream.complete(b"2"), 2) == ANSWER


async def test_closing_a_stream_frees_its_place() -> None:
    """A stream holds its place until its generator is closed, and the inner one is closed first."""
    gated = Gated(1)
    upstream = Limited(gated)
    events = upstream.stream(b"1")
    assert isinstance(await anext(events), Delta)
    waiting = asyncio.create_task(upstream.complete(b"2"))
    await settle()
    assert gated.began == [b"1"]
    await events.aclose()
    gated.gate.set()
    assert await asyncio.wait_for(waiting, 2) == ANSWER
    assert (gated.most, gated.busy) == (1, 0)


async def test_describes_what_it_limits() -> None:
    """Name, model, limit and readiness are those of the upstream."""
    echo = Echo(name="a", model="b", concurrency=2)
    upstream = Limited(echo)
    assert (upstream.name, upstream.model, upstream.concurrency) == ("a", "b", 2)
    assert upstream.readiness() == echo.readiness()
