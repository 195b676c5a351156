"""The limit of an upstream's generations, over plain calls and streams together."""

import asyncio
from typing import Any

import pytest
from tests.upstream_calls import Reader

from slovomat.domain.events import Completion, Done, Failure, FailureKind, Usage
from slovomat.later import Strand
from slovomat.ports.upstream import Call, Deliver
from slovomat.upstreams.echo import Echo
from slovomat.upstreams.limited import Limited, limited
from slovomat.upstreams.tasked import Tasked

pytestmark = pytest.mark.anyio

ANSWER = Completion(body=b"{}", text="x", usage=Usage())
AWAY = Failure(kind=FailureKind.UNAVAILABLE, detail="away")


class Played(Call[Any]):
    """A generation that goes on when the gate is open."""

    __slots__ = ("deliver", "gated", "outcome", "paused")

    def __init__(self, gated: "Gated", outcome: Completion | Done, deliver: Deliver) -> None:
        super().__init__()
        self.gated = gated
        self.outcome = outcome
        self.deliver = deliver
        self.paused = False

    def pause(self) -> None:
        """Is to be told."""
        self.paused = True

    def resume(self) -> None:
        """Is to be told."""
        self.paused = False

    def end(self) -> None:
        """Come to its end."""
        if not self.done():
            self.deliver([b"{}"])
            self._leave()
            self.resolve(self.outcome)

    def _leave(self) -> None:
        self.gated.busy -= 1


class Gated(Echo):
    """An upstream whose generations begin, and then wait to be let go on."""

    def __init__(self, concurrency: int) -> None:
        super().__init__(concurrency=concurrency)
        self.busy = 0
        self.most = 0
        self.began: list[bytes] = []
        self.calls: list[Played] = []
        self._open = False

    def open(self) -> None:
        """Let all go on, those that are to come as well."""
        self._open = True
        for call in self.calls:
            call.end()

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """Wait at the gate, then answer."""
        return self._begin(body_rest, ANSWER, lambda _chunks: None)

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """Wait at the gate, deliver a chunk, and end."""
        return self._begin(body_rest, Done(Usage()), deliver)

    def _begin(self, body_rest: bytes, outcome: Completion | Done, deliver: Deliver) -> Played:
        self.began.append(body_rest)
        self.busy += 1
        self.most = max(self.most, self.busy)
        call = Played(self, outcome, deliver)
        if self._open:
            asyncio.get_running_loop().call_soon(call.end)
        else:
            self.calls.append(call)
        return call


class Away(Echo):
    """An upstream whose every call has failed before it began."""

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """The first waits for the others to queue up."""
        return Tasked(self._late()) if body_rest == b"first" else Call.ended(AWAY)

    async def _late(self) -> Completion | Failure:
        return AWAY


class Buggy(Echo):
    """An upstream that cannot even begin its first call."""

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """Raise, or have answered."""
        if body_rest == b"first":
            raise ZeroDivisionError
        return Call.ended(ANSWER)


def begun(upstream: Limited, body_rest: bytes, *, streamed: bool) -> Call[Any]:
    """A call of either kind."""
    return upstream.stream(body_rest, lambda _chunks: None) if streamed else upstream.complete(body_rest)


def test_no_limit_no_layer() -> None:
    """An upstream without a limit is given back as it is."""
    unlimited, bounded = Echo(), Echo(concurrency=2)
    assert limited(unlimited) is unlimited
    assert isinstance(limited(bounded), Limited)


async def test_both_kinds_share_the_places() -> None:
    """Plain calls and streams together never take more places than there are, and begin in their order."""
    gated = Gated(3)
    upstream = Limited(gated)
    calls = [begun(upstream, b"%d" % number, streamed=number % 2 == 1) for number in range(12)]
    assert gated.began == [b"0", b"1", b"2"]
    gated.open()
    for call in calls:
        await asyncio.wait_for(call, 2)
    assert gated.began == [b"%d" % number for number in range(12)]
    assert (gated.most, gated.busy) == (3, 0)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("leave", [Call.abandon, Call.cancel])
async def test_left_while_waiting(streamed: bool, leave: Any) -> None:
    """Who leaves the queue leaves no gap in it, even when its turn came in that very moment."""
    gated = Gated(1)
    upstream = Limited(gated)
    first = upstream.complete(b"first")
    early = begun(upstream, b"early", streamed=streamed)
    late = begun(upstream, b"late", streamed=streamed)
    last = upstream.complete(b"last")
    leave(early)
    gated.open()
    assert first.done()
    assert gated.began == [b"first", b"late"]
    leave(late)
    assert await asyncio.wait_for(last, 2) == ANSWER
    assert gated.began == [b"first", b"late", b"last"]
    assert gated.busy == 0
    assert await asyncio.wait_for(upstream.complete(b"again"), 2) == ANSWER


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelled_task(streamed: bool) -> None:
    """A generation whose task is cancelled frees its place, at work or in the queue."""
    gated = Gated(1)
    upstream = Limited(gated)

    async def wait(body_rest: bytes) -> None:
        await begun(upstream, body_rest, streamed=streamed)

    tasks = [asyncio.create_task(wait(name)) for name in (b"at work", b"waiting")]
    await asyncio.sleep(0)
    for task in reversed(tasks):
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)
    assert (gated.began, gated.busy) == ([b"at work"], 0)
    gated.open()
    assert await asyncio.wait_for(upstream.complete(b"2"), 2) == ANSWER


async def test_abandoning_a_stream_frees_its_place() -> None:
    """A stream holds its place until it is abandoned, and who waits begins in that moment."""
    gated = Gated(1)
    upstream = Limited(gated)
    call = begun(upstream, b"1", streamed=True)
    waiting = upstream.complete(b"2")
    assert gated.began == [b"1"]
    call.abandon()
    assert await call is None
    assert gated.began == [b"1", b"2"]
    gated.open()
    assert await asyncio.wait_for(waiting, 2) == ANSWER
    assert (gated.most, gated.busy) == (1, 0)


async def test_pausing_reaches_the_upstream() -> None:
    """A stream that is paused at work, or while it waits for its place, is paused where it comes from."""
    gated = Gated(1)
    upstream = Limited(gated)
    read = Reader()
    first, second = upstream.stream(b"1", read), upstream.stream(b"2", read)
    for call in (first, second):
        call.pause()
    assert gated.calls[0].paused
    first.resume()
    assert not gated.calls[0].paused
    gated.calls[0].end()
    assert gated.calls[1].paused
    gated.open()
    assert await first == await second == Done(Usage())
    assert len(read.chunks) == 2


async def test_many_that_fail_at_once() -> None:
    """A long queue before an upstream that is away is answered in its order, however long it is."""
    upstream = Limited(Away(concurrency=1))
    calls = [upstream.complete(b"first")] + [upstream.complete(b"x") for _ in range(5_000)]

    async def wait(call: Call[Any], number: int) -> None:
        assert await call == AWAY
        order.append(number)

    order: list[int] = []
    strands = [Strand(wait(call, number)) for number, call in enumerate(calls)]
    await asyncio.wait_for(strands[-1], 5)
    assert order == list(range(len(calls)))


async def test_a_bug_gives_its_place_back() -> None:
    """A call that could not begin tells its caller why, at once, and the next one has its place."""
    upstream = Limited(Buggy(concurrency=1))
    first, second = upstream.complete(b"first"), upstream.complete(b"second")
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(first, 2)
    assert await asyncio.wait_for(second, 2) == ANSWER


async def test_describes_what_it_limits() -> None:
    """Name, model, limit and readiness are those of the upstream."""
    echo = Echo(name="a", model="b", concurrency=2)
    upstream = Limited(echo)
    assert (upstream.name, upstream.model, upstream.concurrency) == ("a", "b", 2)
    assert upstream.readiness() == echo.readiness()
