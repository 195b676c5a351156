"""When a direct generation is charged, when it is released, and what its client is told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from tests.books import Books, mark, open_books
from tests.generation_stand import (
    DONE,
    FINAL,
    PASSING,
    WHOLE,
    PlayedSink,
    PlayedUpstream,
    Stage,
    Step,
    delta,
    departure,
    for_ever,
    steps,
)

from slovomat.domain.events import Done, Failure, FailureKind
from slovomat.domain.generation import Closing
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.ports.store import Ledger, StoreUnavailableError
from slovomat.ports.upstream import Call, Deliver, Readiness
from slovomat.usecases.generate import Gone

pytestmark = pytest.mark.anyio
Play = Callable[..., Stage]


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """A customer with 100 requests."""
    async with open_books(tmp_path) as opened:
        await opened.credit(100)
        yield opened


@pytest.fixture(params=[False, True], ids=["task", "strand"])
def play(books: Books, request: pytest.FixtureRequest) -> Play:
    """A stage whose generations run in tasks, as over ASGI, or in strands, as on the direct way."""
    return partial(Stage, books, strand=request.param)


def code(told: object) -> Code:
    """What was refused."""
    assert isinstance(told, Refusal), told
    return told.code


# Plain answers


async def test_a_whole_answer_is_charged(play: Play) -> None:
    """It comes as rendered, and nothing of it is kept without an idempotency key."""
    stage = play(PlayedUpstream(steps(WHOLE)))
    assert await stage.plain() == StoredAnswer(200, "application/json", b'[{"whole": 1}]')
    assert await stage.state() == "settled"
    assert stage.watch.outcomes == ["openai settled 5"]
    assert stage.settler.live == set()


async def test_an_answer_under_a_key_is_kept_for_its_repeat(books: Books, play: Play) -> None:
    """The very bytes that the client got."""
    answer = await play(PlayedUpstream(steps(WHOLE))).plain("k")
    assert await books.hold(idempotency=mark("k")) == answer


@pytest.mark.parametrize(("failures", "calls", "charged"), [(1, 2, True), (2, 3, True), (3, 3, False)])
async def test_passing_failures_are_tried_again(play: Play, failures: int, calls: int, charged: bool) -> None:
    """Up to the limit of retries; one charge or none, whatever it took."""
    stage = play(PlayedUpstream(*[steps(PASSING)] * failures, steps(WHOLE)))
    answer = await stage.plain()
    assert stage.upstream.calls == calls
    assert len(stage.watch.failures) == min(failures, 3)
    assert await stage.state() == ("settled" if charged else "released")
    assert charged or code(answer) is Code.UPSTREAM_ERROR


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (FINAL, Code.UPSTREAM_ERROR),
        (Failure(kind=FailureKind.TIMEOUT, detail="gap", retryable=True), Code.UPSTREAM_TIMEOUT),
        (
            Failure(kind=FailureKind.ERROR, detail="429", retryable=True, retry_after_ms=3_600_000),
            Code.UPSTREAM_ERROR,
        ),
        (Failure(kind=FailureKind.REFUSED, detail="400", body=b'{"error": 1}'), Code.UPSTREAM_REFUSED),
        (Failure(kind=FailureKind.UNAVAILABLE, detail="no engine"), Code.NO_UPSTREAM),
    ],
)
async def test_what_another_call_cannot_help_is_told_at_once(
    play: Play, failure: Failure, told: Code
) -> None:
    """One call, the price back, and the upstream's own words only where it refused the prompt."""
    state = Readiness(ready=False, detail="no engine", remedy="install it")
    stage = play(PlayedUpstream(steps(failure), state=state))
    refusal = await stage.plain()
    assert code(refusal) is told
    assert stage.upstream.calls == 1
    assert await stage.state() == "released"
    assert isinstance(refusal, Refusal)
    assert refusal.upstream_body == failure.body
    if told is Code.NO_UPSTREAM:
        assert (refusal.names["detail"], refusal.names["remedy"]) == ("no engine", "install it")


async def test_a_client_that_leaves_a_plain_answer_is_not_charged(books: Books, play: Play) -> None:
    """The call upstream is ended at once, and nobody is told."""
    client = departure()
    stage = play(PlayedUpstream(steps(client.depart, for_ever, WHOLE)), client)
    assert isinstance(await stage.plain("k"), Gone)
    assert await stage.state() == "released"
    assert stage.upstream.closed == 1
    assert isinstance(await books.hold(idempotency=mark("k")), Accepted)


async def test_an_answer_that_was_whole_when_the_client_had_gone_is_charged(play: Play) -> None:
    """The work was done."""
    client = departure()
    stage = play(PlayedUpstream(steps(WHOLE, client.depart)), client)
    assert isinstance(await stage.plain(), StoredAnswer)
    assert await stage.state() == "settled"


async def test_the_deadline_and_the_drain_release(play: Play) -> None:
    """The one is a time limit, the other a service that stops: a client may try again elsewhere."""
    late = play(PlayedUpstream(steps(for_ever)), departure(0.01))
    assert code(await late.plain()) is Code.UPSTREAM_TIMEOUT
    assert await late.state() == "released"
    client = departure()
    stopped = play(PlayedUpstream(steps(client.drain, for_ever)), client)
    assert code(await stopped.plain()) is Code.DRAINING
    assert await stopped.state() == "released"


# Streams


async def test_a_whole_stream_is_charged_before_its_end_is_sent(tmp_path: Path, play: Play) -> None:
    """What the end tells has been committed: another connection to the database sees it."""
    seen: list[tuple[str]] = []

    def look() -> None:
        with closing(sqlite3.connect(tmp_path / "books.db")) as database:
            seen.append(database.execute("SELECT kind FROM entries ORDER BY id DESC LIMIT 1").fetchone())

    stage = play(PlayedUpstream(steps(delta("a"), delta("b"), DONE)))
    sink = PlayedSink(at_end=look)
    await stage.stream(sink)
    assert (sink.read, sink.ends, seen) == (["a", "b"], ["whole"], [("settle",)])
    assert stage.upstream.closed == 1


async def test_a_stream_that_fails_before_its_first_piece_is_tried_again(play: Play) -> None:
    """The client sees nothing of it."""
    stage = play(PlayedUpstream(steps(PASSING), steps(PASSING), steps(delta("a"), DONE)))
    sink = PlayedSink()
    await stage.stream(sink)
    assert (sink.read, sink.ends, stage.upstream.calls) == (["a"], ["whole"], 3)
    assert await stage.state() == "settled"


@pytest.mark.parametrize("end", [steps(PASSING), steps(FINAL), steps()])
async def test_a_stream_that_the_upstream_breaks_is_released(
    books: Books, play: Play, end: list[Step]
) -> None:
    """Told as broken, never as whole, never tried again; an end that is no end is a failure too."""
    stage = play(PlayedUpstream([delta("a"), *end], steps(delta("b"), DONE)))
    sink = PlayedSink()
    await stage.stream(sink, "k")
    assert sink.read == ["a"]
    assert [code(end) for end in sink.ends] == [Code.UPSTREAM_ERROR]
    assert stage.upstream.calls == 1
    assert await stage.state() == "released"
    assert isinstance(await books.hold(idempotency=mark("k")), Accepted)


async def test_who_leaves_before_the_first_piece_is_not_charged(play: Play) -> None:
    """With an idempotency key or without."""
    for key in (None, "k"):
        client = departure()
        stage = play(PlayedUpstream(steps(client.depart, for_ever, delta("a"), DONE)), client)
        sink = PlayedSink()
        await stage.stream(sink, key)
        assert (sink.read, sink.ends) == ([], [])
        assert await stage.state() == "released"


async def test_who_leaves_while_the_first_piece_is_sent_is_not_charged(play: Play) -> None:
    """It cannot be known that anything arrived."""
    client = departure()
    stage = play(PlayedUpstream(steps(delta("a"), DONE)), client)
    await stage.stream(PlayedSink(before=client.depart))
    assert await stage.state() == "released"
    assert stage.upstream.closed == 1


class Instant(PlayedUpstream):
    """One that answers before the call is in its caller's hands."""

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """One piece."""
        deliver([b"a"])
        return super().stream(body_rest, deliver)


@pytest.mark.parametrize("key", [None, "k"])
async def test_a_piece_for_nobody_is_no_delivery(play: Play, key: str | None) -> None:
    """The sink drops what comes after the client has left, and so it is not charged."""
    client = departure()
    client.depart()
    stage = play(Instant(steps(for_ever)), client)
    await stage.stream(PlayedSink(), key)
    assert await stage.state() == "released"
    assert not client.stays


async def test_who_leaves_after_the_first_piece_is_charged(play: Play) -> None:
    """The call upstream is ended."""
    client = departure()
    stage = play(PlayedUpstream(steps(delta("a"), client.depart, for_ever, DONE)), client)
    sink = PlayedSink()
    await stage.stream(sink)
    assert (sink.read, sink.ends) == (["a"], [])
    assert await stage.state() == "settled"
    assert stage.watch.outcomes == ["openai settled:client_left 0"]
    assert stage.upstream.closed == 1


async def test_under_a_key_a_stream_goes_on_without_its_client(books: Books, play: Play) -> None:
    """What was paid for is kept whole, for the repeat."""
    client = departure()

    async def pause() -> None:
        await anyio.lowlevel.checkpoint()

    script = steps(delta("a"), client.depart, pause, delta("b"), pause, DONE)
    stage = play(PlayedUpstream(script), client)
    await stage.stream(PlayedSink(), "k")
    assert await stage.state() == "settled"
    assert await books.hold(idempotency=mark("k")) == StoredAnswer(200, "text/event-stream", b"ab")


@pytest.mark.parametrize("drained", [False, True])
async def test_under_a_key_what_does_not_end_well_is_not_charged(
    books: Books, play: Play, drained: bool
) -> None:
    """The client has left, and the deadline or the drain comes: the key is free again."""
    client = departure(0.05)
    ends: list[Step] = [client.drain] if drained else []
    script = [delta("a"), client.depart, *ends, for_ever]
    stage = play(PlayedUpstream(script), client)
    await stage.stream(PlayedSink(), "k")
    assert await stage.state() == "released"
    assert isinstance(await books.hold(idempotency=mark("k")), Accepted)


@pytest.mark.parametrize("pieces", [0, 1])
async def test_a_drained_stream_is_released_and_told(play: Play, pieces: int) -> None:
    """Before its first piece and after: broken, never whole."""
    client = departure()
    script: list[Step] = [*([delta("a")] * pieces), client.drain, for_ever]
    stage = play(PlayedUpstream(script), client)
    sink = PlayedSink()
    await stage.stream(sink)
    assert [code(end) for end in sink.ends] == [Code.DRAINING]
    assert await stage.state() == "released"


async def test_a_stream_past_its_deadline_is_released_and_told(play: Play) -> None:
    """As a time limit."""
    stage = play(PlayedUpstream(steps(delta("a"), for_ever)), departure(0.02))
    sink = PlayedSink()
    await stage.stream(sink)
    assert [code(end) for end in sink.ends] == [Code.UPSTREAM_TIMEOUT]
    assert await stage.state() == "released"


# Whatever else may happen


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_cancelled_task_leaves_no_hold_open(books: Books, streamed: bool) -> None:
    """The server may cancel the handler at any moment: asyncio's own cancellation, not a scope's."""
    started = anyio.Event()
    stage = Stage(books, PlayedUpstream(steps(delta("a"), started.set, for_ever)))
    task = asyncio.ensure_future(stage.stream(PlayedSink()) if streamed else stage.plain())
    await started.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert await stage.state() == "released"
    assert stage.settler.live == set()
    assert stage.upstream.closed == 1


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_bug_leaves_no_hold_open(play: Play, streamed: bool) -> None:
    """It is raised on, after the release."""

    def bug() -> None:
        raise ZeroDivisionError

    stage = play(PlayedUpstream(steps(bug)))
    with pytest.raises(ZeroDivisionError):
        await (stage.stream(PlayedSink()) if streamed else stage.plain())
    assert await stage.state() == "released"
    assert stage.settler.live == set()


class Away:
    """A ledger that cannot close until it is `back`."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.back = False

    async def close(self, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> bool:
        """The disk is full."""
        if not self.back:
            raise StoreUnavailableError("disk full")
        return await self.ledger.close(closing, now_ms, answer)


async def test_a_settlement_that_cannot_be_written_is_not_told_as_charged(books: Books, play: Play) -> None:
    """The client is told of a failure, and the price goes back once the database is there again."""
    away = Away(books.store)
    stage = play(PlayedUpstream(steps(WHOLE)), ledger=away)  # closing is all that is asked of it
    assert code(await stage.plain()) is Code.OVERLOADED
    assert await stage.state() == "held"
    await stage.settler.close_owed()
    assert await stage.state() == "held"
    away.back = True
    await stage.settler.close_owed()
    assert await stage.state() == "released"
    assert stage.settler.live == set()
    assert stage.watch.failures == ["store: disk full"]


async def test_two_may_close_what_is_owed(books: Books, play: Play) -> None:
    """The timer and the end of the process may be at it at once."""
    away = Away(books.store)
    stage = play(PlayedUpstream(steps(WHOLE)), ledger=away)
    await stage.plain()
    away.back = True
    await asyncio.gather(stage.settler.close_owed(), stage.settler.close_owed())
    assert await stage.state() == "released"


async def test_a_slow_readers_stream_is_charged_at_its_deadline(play: Play) -> None:
    """What was delivered counts, when it was the client who kept the stream from ending."""
    sink = PlayedSink()

    def be_stuck() -> None:
        sink.slow = True
        sink.calls[-1].pause()

    sink.before = be_stuck
    stage = play(PlayedUpstream(steps(delta("1"), delta("2"), DONE)), departure(0.02))
    await stage.stream(sink)
    assert await stage.state() == "settled"
    assert (sink.read, sink.ends) == (["1"], [])
    assert stage.upstream.closed == 1


async def test_a_slow_reader_who_reads_on_gets_the_rest(play: Play) -> None:
    """The sink is told of each call, and so pauses the one under way, whatever failed before it."""
    sink, loop = PlayedSink(), asyncio.get_running_loop()

    def pause_once() -> None:
        if not sink.read:
            sink.calls[-1].pause()
            loop.call_later(0.01, sink.calls[-1].resume)

    sink.before = pause_once
    stage = play(PlayedUpstream(steps(PASSING), steps(delta("1"), delta("2"), DONE)))
    await stage.stream(sink)
    assert (sink.read, sink.ends, len(sink.calls)) == (["1", "2"], ["whole"], 2)
    assert await stage.state() == "settled"


async def test_a_strand_is_carried_out_whoever_leaves_it(books: Books) -> None:
    """The task that began it may be cancelled: the generation ends as it would have, and is charged."""
    rest, told = asyncio.Event(), asyncio.Event()
    stage = Stage(books, PlayedUpstream(steps(delta("a"), rest.wait, DONE)), strand=True)
    task = asyncio.ensure_future(stage.stream(PlayedSink(at_end=told.set)))
    await stage.upstream.reaches(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await stage.state() == "held"
    rest.set()
    await told.wait()
    assert await stage.state() == "settled"
