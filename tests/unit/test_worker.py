"""Jobs from the queue to their end: attempts, pauses, faults, the drain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.books import Books, open_books
from tests.generation_stand import FINAL, PASSING, WHOLE, PlayedUpstream, PlayedWatch, for_ever, steps

from slovomat.domain.events import Failure, FailureKind
from slovomat.domain.generation import JobState, JobView
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code
from slovomat.modes import load_modes
from slovomat.ports.store import StoreUnavailableError
from slovomat.ports.upstream import Readiness
from slovomat.usecases.jobs import JobRules, JobRunner
from slovomat.worker import JobsAndNodes, Worker, WorkerRules

pytestmark = pytest.mark.anyio
MODES = load_modes()


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """A customer with 1,000 requests."""
    async with open_books(tmp_path) as opened:
        await opened.credit(1000)
        yield opened


class Shop:
    """A worker on a played upstream, running in a task group of its own."""

    def __init__(
        self, books: Books, upstream: PlayedUpstream, jobs: JobsAndNodes | None = None, **rules: int
    ) -> None:
        self.books = books
        self.watch = PlayedWatch()
        store = jobs or books.store
        job_rules = JobRules(attempts=3, retry_wait_ms=0)
        runner = JobRunner(upstream, store, books.env, self.watch, modes=MODES, rules=job_rules)
        facts: dict[str, Any] = {"concurrency": 4, "lease_ms": 30_000, "queue_max": 100, "per_account": 0}
        self.worker = Worker(
            runner, store, upstream, books.env, WorkerRules(owner="me", **{**facts, **rules})
        )

    @asynccontextmanager
    async def open(self, drain_s: float = 5) -> AsyncIterator["Shop"]:
        """Works until the block ends, then drains."""
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(self.worker.run(tasks))
            yield self
            await self.worker.stop(drain_s)
            await working

    async def job(self) -> GenerationId:
        """One more in the queue."""
        job = await self.books.held(job_text="text")
        self.worker.added()
        return job

    async def ended(self, job: GenerationId) -> JobView:
        """The job in its final state."""
        async with asyncio.timeout(10):
            while True:
                view = await self.books.store.find_job(self.books.account, job)
                assert view is not None
                if view.state in {JobState.COMPLETED, JobState.FAILED}:
                    return view
                await asyncio.sleep(0.005)


async def test_a_job_gets_its_text(books: Books) -> None:
    """The mode's prompt goes out, what comes back is the result, and the price is spent."""
    upstream = PlayedUpstream(steps(WHOLE))
    async with Shop(books, upstream).open() as shop:
        view = await shop.ended(await shop.job())
    assert (view.state, view.result) == (JobState.COMPLETED, "whole")
    assert b'"role":"user"' in upstream.bodies[0].replace(b" ", b"")
    assert await books.balance() == 998
    assert shop.watch.outcomes == ["textbot settled 5"]


@pytest.mark.parametrize(("failures", "state"), [(2, JobState.COMPLETED), (3, JobState.FAILED)])
async def test_passing_failures_cost_attempts(books: Books, failures: int, state: JobState) -> None:
    """A job is tried three times; then it is given up, with its reason and its price back."""
    upstream = PlayedUpstream(*[steps(PASSING)] * failures, steps(WHOLE))
    async with Shop(books, upstream).open() as shop:
        view = await shop.ended(await shop.job())
    assert (view.state, upstream.calls) == (state, 3)
    assert await books.balance() == (998 if state is JobState.COMPLETED else 1000)
    assert view.error == (None if state is JobState.COMPLETED else Code.UPSTREAM_ERROR)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (FINAL, Code.UPSTREAM_ERROR),
        (Failure(kind=FailureKind.TIMEOUT, detail="total"), Code.UPSTREAM_TIMEOUT),
        (Failure(kind=FailureKind.REFUSED, detail="400"), Code.UPSTREAM_REFUSED),
        (
            Failure(kind=FailureKind.REFUSED, detail="400", body=b'{"error": {"message": "Not this."}}'),
            "Not this.",
        ),
    ],
)
async def test_what_another_attempt_cannot_help_ends_the_job(
    books: Books, failure: Failure, error: str
) -> None:
    """At once, with the upstream's own sentence where it refused the prompt."""
    upstream = PlayedUpstream(steps(failure))
    async with Shop(books, upstream).open() as shop:
        view = await shop.ended(await shop.job())
    assert (view.state, view.error, upstream.calls) == (JobState.FAILED, error, 1)
    assert await books.balance() == 1000


async def test_no_more_run_at_once_than_there_are_places(books: Books) -> None:
    """The others wait, and follow as soon as one is done."""
    gate, most, now = anyio.Event(), 0, 0

    async def count() -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await gate.wait()
        now -= 1

    upstream = PlayedUpstream(steps(count, WHOLE))
    async with Shop(books, upstream, concurrency=3).open() as shop:
        jobs = [await shop.job() for _ in range(10)]
        await upstream.reaches(3)
        gate.set()
        for job in jobs:
            await shop.ended(job)
    assert most == 3


async def test_nothing_is_claimed_while_there_is_no_upstream(books: Books) -> None:
    """Jobs wait, without losing attempts, until it is ready."""
    upstream = PlayedUpstream(steps(WHOLE), state=Readiness(ready=False))
    async with Shop(books, upstream).open() as shop:
        job = await shop.job()
        await books.store.ping()
        assert upstream.calls == 0
        upstream.state = Readiness(ready=True)
        assert (await shop.ended(job)).state is JobState.COMPLETED


async def test_a_bug_costs_an_attempt_and_not_the_worker(books: Books) -> None:
    """After three the job is given up; the next one is served."""
    broken = True

    def bug() -> None:
        if broken:
            raise ZeroDivisionError

    upstream = PlayedUpstream(steps(bug, WHOLE))
    async with Shop(books, upstream).open() as shop:
        view = await shop.ended(await shop.job())
        assert (view.state, view.error, upstream.calls) == (JobState.FAILED, Code.INTERNAL, 3)
        broken = False
        assert (await shop.ended(await shop.job())).state is JobState.COMPLETED
    assert await books.balance() == 998


async def test_what_can_finish_in_time_is_finished_on_stop(books: Books) -> None:
    """And nothing new is begun."""
    gate = anyio.Event()
    upstream = PlayedUpstream(steps(gate.wait, WHOLE))
    async with Shop(books, upstream, concurrency=1).open() as shop:
        first, second = await shop.job(), await shop.job()
        await upstream.reaches(1)
        stopping = asyncio.ensure_future(shop.worker.stop(5))
        await asyncio.sleep(0)
        assert shop.worker.full
        gate.set()
        await stopping
    views = [await books.store.find_job(books.account, job) for job in (first, second)]
    assert [view and view.state for view in views] == [JobState.COMPLETED, JobState.QUEUED]


async def test_what_cannot_is_handed_back(books: Books) -> None:
    """It waits in the queue for the next start, with all its attempts; the call upstream is ended."""
    upstream = PlayedUpstream(steps(for_ever, WHOLE))
    async with Shop(books, upstream).open(drain_s=0.01) as shop:
        job = await shop.job()
        await upstream.reaches(1)
    assert upstream.closed == 1
    (again,) = await books.claim()
    assert (again.id, again.attempt) == (job, 1)


async def test_a_job_claimed_too_often_is_given_up(books: Books) -> None:
    """One that takes its workers down with it must end: after 20 claims without an outcome."""
    job = await books.held(job_text="poison")
    for _ in range(20):
        await books.claim()
        await books.store.hand_back("me", books.env.now_ms())
    upstream = PlayedUpstream(steps(WHOLE))
    async with Shop(books, upstream).open() as shop:
        view = await shop.ended(job)
    assert (view.state, upstream.calls) == (JobState.FAILED, 0)
    assert await books.balance() == 1000


async def test_the_queue_is_full_when_it_is_full(books: Books) -> None:
    """As counted: added, less claimed."""
    upstream = PlayedUpstream(steps(for_ever))
    shop = Shop(books, upstream, queue_max=2, concurrency=1)
    shop.worker.added()
    assert not shop.worker.full
    shop.worker.added()
    assert shop.worker.full
    shop.worker.queued = 0
    async with shop.open(drain_s=0):
        await shop.job()
        await upstream.reaches(1)
        await shop.job()
        assert not shop.worker.full
        await shop.job()
        assert shop.worker.full


class Flaky:
    """The store, whose writes of outcomes fail the first few times."""

    def __init__(self, store: Any, failures: int) -> None:
        self._store = store
        self._failures = failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def complete(self, *args: Any) -> bool:
        """Not at first."""
        if self._failures:
            self._failures -= 1
            raise StoreUnavailableError("disk full")
        return bool(await self._store.complete(*args))


async def test_a_result_is_written_however_long_the_database_is_away(books: Books) -> None:
    """What was generated once is not generated again."""
    upstream = PlayedUpstream(steps(WHOLE))
    async with Shop(books, upstream, jobs=Flaky(books.store, 3)).open() as shop:
        assert (await shop.ended(await shop.job())).state is JobState.COMPLETED
    assert upstream.calls == 1
    assert shop.watch.failures == ["store: disk full"] * 3


class Heard:
    """The store, telling of every heartbeat."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.beaten = anyio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def beat(self, *args: Any) -> int:
        """A heartbeat."""
        extended = int(await self._store.beat(*args))
        self.beaten.set()
        return extended


async def test_leases_are_extended_while_jobs_run(books: Books) -> None:
    """Another process finds nothing to take over, long after the first lease."""
    gate, store = anyio.Event(), Heard(books.store)
    upstream = PlayedUpstream(steps(gate.wait, WHOLE))
    shop = Shop(books, upstream, jobs=store, lease_ms=30)
    async with shop.open():
        job = await shop.job()
        await upstream.reaches(1)
        books.env.jump_ms(60_000)
        beating = asyncio.ensure_future(shop.worker.heartbeat())
        await store.beaten.wait()
        assert await books.take_over("another") == 0
        gate.set()
        assert (await shop.ended(job)).state is JobState.COMPLETED
        beating.cancel()
