"""When a direct generation is charged, when it is released, and what its client is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
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
    for_ever,
    steps,
)

from slovomat.domain.events import Delta, Done, Failure, FailureKind, Usage
from slovomat.domain.generation import Closing
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.ports.store import Ledger, StoreUnavailableError
from slovomat.ports.upstream import Readiness
from slovomat.usecases.departure import Departure
from slovomat.usecases.generate import Gone

pytestmark = pytest.mark.anyio


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """A customer with 100 requests."""
    async with open_books(tmp_path) as opened:
        await opened.credit(100)
        yield opened


def code(told: object) -> Code:
    """What was refused."""
    assert isinstance(told, Refusal), told
    return told.code


# Plain answers


async def test_a_whole_answer_is_charged(books: Books) -> None:
    """It comes as rendered, and nothing of it is kept without an idempotency key."""
    stage = Stage(books, PlayedUpstream(steps(WHOLE)))
    assert await stage.plain() == StoredAnswer(200, "application/json", b'[{"whole": 1}]')
    assert await stage.state() == "settled"
    assert stage.watch.outcomes == ["openai settled 5"]
    assert stage.settler.live == set()


async def test_an_answer_under_a_key_is_kept_for_its_repeat(books: Books) -> None:
    """The very bytes that the client got."""
    answer = await Stage(books, PlayedUpstream(steps(WHOLE))).plain("k")
    assert await books.hold(idempotency=mark("k")) == answer


@pytest.mark.parametrize(("failures", "calls", "charged"), [(1, 2, True), (2, 3, True), (3, 3, False)])
async def test_passing_failures_are_tried_again(
    books: Books, failures: int, calls: int, charged: bool
) -> None:
    """Up to the limit of retries; one charge or none, whatever it took."""
    stage = Stage(books, PlayedUpstream(*[steps(PASSING)] * failures, steps(WHOLE)))
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
    books: Books, failure: Failure, told: Code
) -> None:
    """One call, the price back, and the upstream's own words only where it refused the prompt."""
    state = Readiness(ready=False, detail="no engine", remedy="install it")
    stage = Stage(books, PlayedUpstream(steps(failure), state=state))
    refusal = await stage.plain()
    assert code(refusal) is told
    assert stage.upstream.calls == 1
    assert await stage.state() == "released"
    assert isinstance(refusal, Refusal)
    assert refusal.upstream_body == failure.body
    if told is Code.NO_UPSTREAM:
        assert (refusal.names["detail"], refusal.names["remedy"]) == ("no engine", "install it")


async def test_a_client_that_leaves_a_plain_answer_is_not_charged(books: Books) -> None:
    """The call upstream is ended at once, and nobody is told."""
    client = Departure(30)
    stage = Stage(books, PlayedUpstream(steps(client.depart, for_ever, WHOLE)), client)
    assert isinstance(await stage.plain("k"), Gone)
    assert await stage.state() == "released"
    assert stage.upstream.closed == 1
    assert isinstance(await books.hold(idempotency=mark("k")), Accepted)


async def test_an_answer_that_was_whole_when_the_client_had_gone_is_charged(books: Books) -> None:
    """The work was done."""
    client = Departure(30)
    stage = Stage(books, PlayedUpstream(steps(client.depart, WHOLE)), client)
    assert isinstance(await stage.plain(), StoredAnswer)
    assert await stage.state() == "settled"


async def test_the_deadline_and_the_drain_release(books: Books) -> None:
    """The one is a time limit, the other a service that stops: a client may try again elsewhere."""
    late = Stage(books, PlayedUpstream(steps(for_ever)), Departure(0.01))
    assert code(await late.plain()) is Code.UPSTREAM_TIMEOUT
    assert await late.state() == "released"
    client = Departure(30)
    stopped = Stage(books, PlayedUpstream(steps(client.drain, for_ever)), client)
    assert code(await stopped.plain()) is Code.DRAINING
    assert await stopped.state() == "released"


# Streams


async def test_a_whole_stream_is_charged_before_its_end_is_sent(books: Books) -> None:
    """What the end tells has been committed."""
    seen: list[str] = []

    async def look() -> None:
        seen.append(await stage.state())

    stage = Stage(books, PlayedUpstream(steps(delta("a"), delta("b"), DONE)))
    sink = PlayedSink(at_end=look)
    await stage.stream(sink)
    assert (sink.pieces, sink.ends, seen) == (["a", "b"], ["whole"], ["settled"])
    assert stage.upstream.closed == 1


async def test_a_stream_that_fails_before_its_first_piece_is_tried_again(books: Books) -> None:
    """The client sees nothing of it."""
    stage = Stage(books, PlayedUpstream(steps(PASSING), steps(PASSING), steps(delta("a"), DONE)))
    sink = PlayedSink()
    await stage.stream(sink)
    assert (sink.pieces, sink.ends, stage.upstream.calls) == (["a"], ["whole"], 3)
    assert await stage.state() == "settled"


@pytest.mark.parametrize("end", [steps(PASSING), steps(FINAL), steps()])
async def test_a_stream_that_the_upstream_breaks_is_released(books: Books, end: list[Step]) -> None:
    """Told as broken, never as whole, never tried again; an end that is no end is a failure too."""
    stage = Stage(books, PlayedUpstream([delta("a"), *end], steps(delta("b"), DONE)))
    sink = PlayedSink()
    await stage.stream(sink, "k")
    assert sink.pieces == ["a"]
    assert [code(end) for end in sink.ends] == [Code.UPSTREAM_ERROR]
    assert stage.upstream.calls == 1
    assert await stage.state() == "released"
    assert isinstance(await books.hold(idempotency=mark("k")), Accepted)


async def test_who_leaves_before_the_first_piece_is_not_charged(books: Books) -> None:
    """With an idempotency key or without."""
    for key in (None, "k"):
        client = Departure(30)
        stage = Stage(books, PlayedUpstream(steps(client.depart, for_ever, delta("a"), DONE)), client)
        sink = PlayedSink()
        await stage.stream(sink, key)
        assert (sink.pieces, sink.ends) == ([], [])
        assert await stage.state() == "released"


async def test_who_leaves_while_the_first_piece_is_sent_is_not_charged(books: Books) -> None:
    """It cannot be known that anything arrived."""
    client = Departure(30)

    async def leave() -> None:
        client.depart()
        await anyio.sleep_forever()

    stage = Stage(books, PlayedUpstream(steps(delta("a"), DONE)), client)
    await stage.stream(PlayedSink(before=leave))
    assert await stage.state() == "released"


async def test_a_piece_for_nobody_is_no_delivery(books: Books) -> None:
    """The sink drops what comes after the client has left, and so it is not charged."""
    client = Departure(30)

    async def leave() -> None:
        client.depart()

    stage = Stage(books, PlayedUpstream(steps(delta("a"), for_ever)), client)
    await stage.stream(PlayedSink(before=leave))
    assert await stage.state() == "released"


async def test_who_leaves_after_the_first_piece_is_charged(books: Books) -> None:
    """The call upstream is ended."""
    client = Departure(30)
    stage = Stage(books, PlayedUpstream(steps(delta("a"), client.depart, for_ever, DONE)), client)
    sink = PlayedSink()
    await stage.stream(sink)
    assert (sink.pieces, sink.ends) == (["a"], [])
    assert await stage.state() == "settled"
    assert stage.watch.outcomes == ["openai settled:client_left 0"]
    assert stage.upstream.closed == 1


async def test_under_a_key_a_stream_goes_on_without_its_client(books: Books) -> None:
    """What was paid for is kept whole, for the repeat."""
    client = Departure(30)

    async def pause() -> None:
        await anyio.lowlevel.checkpoint()

    script = steps(delta("a"), client.depart, pause, delta("b"), pause, DONE)
    stage = Stage(books, PlayedUpstream(script), client)
    await stage.stream(PlayedSink(), "k")
    assert await stage.state() == "settled"
    assert await books.hold(idempotency=mark("k")) == StoredAnswer(200, "text/event-stream", b"ab")


@pytest.mark.parametrize("drained", [False, True])
async def test_under_a_key_what_does_not_end_well_is_not_charged(books: Books, drained: bool) -> None:
    """The client has left, and the deadline or the drain comes: the key is free again."""
    client = Departure(0.05)
    ends: list[Step] = [client.drain] if drained else []
    script = [delta("a"), client.depart, *ends, for_ever]
    stage = Stage(books, PlayedUpstream(script), client)
    await stage.stream(PlayedSink(), "k")
    assert await stage.state() == "released"
    assert isinstance(await books.hold(idempotency=mark("k")), Accepted)


@pytest.mark.parametrize("pieces", [0, 1])
async def test_a_drained_stream_is_released_and_told(books: Books, pieces: int) -> None:
    """Before its first piece and after: broken, never whole."""
    client = Departure(30)
    script: list[Step] = [*([delta("a")] * pieces), client.drain, for_ever]
    stage = Stage(books, PlayedUpstream(script), client)
    sink = PlayedSink()
    await stage.stream(sink)
    assert [code(end) for end in sink.ends] == [Code.DRAINING]
    assert await stage.state() == "released"


async def test_a_stream_past_its_deadline_is_released_and_told(books: Books) -> None:
    """As a time limit."""
    stage = Stage(books, PlayedUpstream(steps(delta("a"), for_ever)), Departure(0.02))
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
async def test_a_bug_leaves_no_hold_open(books: Books, streamed: bool) -> None:
    """It is raised on, after the release."""

    def bug() -> None:
        raise ZeroDivisionError

    stage = Stage(books, PlayedUpstream(steps(bug)))
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


async def test_a_settlement_that_cannot_be_written_is_not_told_as_charged(books: Books) -> None:
    """The client is told of a failure, and the price goes back once the database is there again."""
    away = Away(books.store)
    stage = Stage(books, PlayedUpstream(steps(WHOLE)), ledger=away)  # type: ignore[arg-type]  # closing is all that is asked of it
    assert code(await stage.plain()) is Code.OVERLOADED
    assert await stage.state() == "held"
    await stage.settler.close_owed()
    assert await stage.state() == "held"
    away.back = True
    await stage.settler.close_owed()
    assert await stage.state() == "released"
    assert stage.settler.live == set()
    assert stage.watch.failures == ["store: disk full"]


async def test_two_may_close_what_is_owed(books: Books) -> None:
    """The timer and the end of the process may be at it at once."""
    away = Away(books.store)
    stage = Stage(books, PlayedUpstream(steps(WHOLE)), ledger=away)  # type: ignore[arg-type]  # as above
    await stage.plain()
    away.back = True
    await asyncio.gather(stage.settler.close_owed(), stage.settler.close_owed())
    assert await stage.state() == "released"


async def test_a_slow_readers_stream_is_charged_at_its_deadline(books: Books) -> None:
    """What was delivered counts, when it was the client who kept the stream from ending."""
    stage = Stage(
        books, PlayedUpstream(steps(Delta(b"1"), Delta(b"2"), Done(Usage()))), client=Departure(0.02)
    )
    sink = PlayedSink()

    async def stuck_after_the_first() -> None:
        if sink.pieces:
            sink.slow = True
            await anyio.sleep_forever()

    sink.before = stuck_after_the_first
    await stage.stream(sink)
    assert await stage.state() == "settled"
    assert sink.ends == []
