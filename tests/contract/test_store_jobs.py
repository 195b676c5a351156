"""The Store port: the queue, its leases, and the ends of jobs."""

import asyncio

import pytest
from tests.books import LEASE_MS, MODE, Books, mark
from tests.played_env import DAY_MS, NOON_MS

from slovomat.domain.generation import ClaimedJob, HoldState, JobState
from slovomat.domain.ids import AccountId, GenerationId

pytestmark = pytest.mark.anyio
LAPSED = -1000
"""A lease that is over at once, in milliseconds."""


async def queue(books: Books, count: int) -> list[GenerationId]:
    """So many jobs, with texts that tell them apart."""
    await books.credit(2 * count)
    return await asyncio.gather(*(books.held(job_text=f"text {number}") for number in range(count)))


async def test_jobs_are_claimed_in_order_and_once(books: Books) -> None:
    """The oldest first, with all that a worker needs, and never by two workers."""
    ids = await queue(books, 5)
    first, second = await asyncio.gather(books.claim(3, "one"), books.claim(3, "two"))
    assert [job.id for job in first + second] == ids
    job = first[0]
    assert (job.text, job.mode, job.dialect, job.attempt, job.token) == ("text 0", MODE, "textbot", 1, 1)
    assert await books.claim() == []


async def test_many_workers_share_a_queue_without_overlap(books: Books) -> None:
    """500 jobs, 50 claims at once: each job is leased to one."""
    ids = await queue(books, 500)
    claimed = await asyncio.gather(*(books.claim(10, f"worker {number}") for number in range(50)))
    assert sorted(job.id for jobs in claimed for job in jobs) == ids


async def test_a_result_and_its_settlement_are_one(books: Books) -> None:
    """After complete the job shows its text, and the price is spent."""
    (job_id,) = await queue(books, 1)
    (job,) = await books.claim()
    assert await books.complete(job, "the text")
    view = await books.store.find_job(books.account, job_id)
    assert view is not None
    assert (view.state, view.result, view.error) == (JobState.COMPLETED, "the text", None)
    assert await books.balance() == 0
    assert await books.store.open_holds() == 0


async def test_an_error_and_its_release_are_one(books: Books) -> None:
    """After fail the job shows why, and the price is back."""
    (job_id,) = await queue(books, 1)
    (job,) = await books.claim()
    assert await books.fail(job, "upstream_timeout")
    view = await books.store.find_job(books.account, job_id)
    assert view is not None
    assert (view.state, view.result, view.error) == (JobState.FAILED, None, "upstream_timeout")
    assert await books.balance() == 2


async def test_a_final_state_never_changes(books: Books) -> None:
    """Neither by another end, nor by a retry, a hand-back or a take-over."""
    (job_id,) = await queue(books, 1)
    (job,) = await books.claim()
    await books.complete(job, "the first")
    now_ms = books.env.now_ms()
    assert not await books.complete(job, "the second")
    assert not await books.fail(job)
    assert not await books.store.retry(job, now_ms, 0)
    assert await books.store.hand_back("me", now_ms) == 0
    assert await books.take_over("another") == 0
    view = await books.store.find_job(books.account, job_id)
    assert view is not None
    assert view.result == "the first"


async def test_a_lost_lease_cannot_finish(books: Books) -> None:
    """Once another worker has claimed the job, the first one's token ends nothing."""
    await queue(books, 1)
    (stale,) = await books.claim(owner="slow", lease_ms=LAPSED)
    assert await books.take_over("quick") == 1
    (fresh,) = await books.claim(owner="quick")
    assert fresh.token > stale.token
    assert not await books.complete(stale, "late")
    assert not await books.fail(stale)
    assert not await books.store.retry(stale, NOON_MS, 0)
    assert await books.complete(fresh, "in time")


async def test_a_lease_taken_over_cannot_finish_before_the_next_claim(books: Books) -> None:
    """A queued job is nobody's, even though no newer token is out."""
    await queue(books, 1)
    (stale,) = await books.claim(owner="slow", lease_ms=LAPSED)
    assert await books.take_over("quick") == 1
    assert not await books.complete(stale, "late")
    assert await books.balance() == 0


async def test_leases_lapse_without_a_heartbeat(books: Books) -> None:
    """What is past its lease goes back to the queue, but for what was extended, or is live with the asker."""
    await queue(books, 4)
    await books.claim(1, "silent", lease_ms=LAPSED)
    beating = await books.claim(1, "beating", lease_ms=LAPSED)
    (live, lost) = await books.claim(2, "asking", lease_ms=LAPSED)
    assert await books.store.beat("beating", beating, books.env.now_ms(), LEASE_MS) == 1
    assert await books.take_over("asking", {live.id}) == 2
    assert [job.text for job in await books.claim()] == ["text 0", lost.text]


async def test_a_heartbeat_extends_no_lease_that_was_lost(books: Books) -> None:
    """The job is another's by now."""
    await queue(books, 1)
    stale = await books.claim(owner="slow", lease_ms=LAPSED)
    await books.take_over("quick")
    await books.claim(owner="quick", lease_ms=LAPSED)
    assert await books.store.beat("slow", stale, books.env.now_ms(), LEASE_MS) == 0
    assert await books.take_over("another") == 1


async def test_the_holds_of_the_dead_are_found(books: Books) -> None:
    """Those of processes without a lease in force, but no job's."""
    await books.credit(100)
    await books.store.beat("lives", (), books.env.now_ms(), LEASE_MS)
    await books.store.beat("silent", (), books.env.now_ms(), LAPSED)
    await books.store.beat("left", (), books.env.now_ms(), LEASE_MS)
    await books.held(owner="lives")
    dead = {await books.held(owner=owner) for owner in ("silent", "left", "unknown")}
    await books.held(job_text="text")
    await books.store.leave("left")
    found = await books.store.orphaned_holds(books.env.now_ms(), 10)
    assert {hold.id for hold in found} == dead
    assert {hold.account_id for hold in found} == {books.account}


async def test_a_process_finds_its_own_holds_past_their_time(books: Books) -> None:
    """And none of another's, whose clock may differ."""
    await books.credit(100)
    mine = await books.held(owner="me")
    await books.held(owner="another")
    now_ms = books.env.now_ms()
    assert await books.store.expired_holds("me", now_ms, 10) == []
    late_ms = now_ms + DAY_MS
    assert [hold.id for hold in await books.store.expired_holds("me", late_ms, 10)] == [mine]


async def test_only_the_long_silent_are_buried(books: Books) -> None:
    """A process that lives keeps its lease."""
    now_ms = books.env.now_ms()
    await books.store.beat("silent", (), now_ms, LAPSED)
    await books.store.beat("lives", (), now_ms, LEASE_MS)
    assert await books.store.bury(now_ms, 10) == 1
    assert await books.store.bury(now_ms, 10) == 0


async def test_jobs_are_handed_back(books: Books) -> None:
    """All of one worker's, at once for the next one, without counting as an attempt."""
    await queue(books, 3)
    await books.claim(2, "leaving")
    await books.claim(1, "staying")
    assert await books.store.hand_back("leaving", NOON_MS) == 2
    assert [(job.text, job.attempt) for job in await books.claim()] == [("text 0", 1), ("text 1", 1)]


async def test_a_retry_waits_and_counts(books: Books) -> None:
    """The job comes back after its pause, as the next attempt."""
    await queue(books, 2)
    long, short = await books.claim()
    assert await books.store.retry(long, books.env.now_ms(), 60_000)
    assert await books.store.retry(short, books.env.now_ms(), 20)
    again: list[ClaimedJob] = []
    async with asyncio.timeout(10):
        while not again:  # the clock that counts may be the test's, or the database's
            await asyncio.sleep(0.005)
            books.env.jump_ms(5)
            again = await books.claim()
    assert [(job.id, job.attempt) for job in again] == [(short.id, 2)]


async def test_a_clock_set_back_does_not_bar_the_queue(books: Books) -> None:
    """What seems to be due in hours was queued before the clock was set back: it is due."""
    await queue(books, 1)
    books.env.jump_ms(-25 * 3_600_000)
    assert len(await books.claim()) == 1


async def test_an_account_has_its_share_of_the_workers(books: Books) -> None:
    """With a share of 2, never more run at once, and every job still gets its turn and its attempts."""
    ids = await queue(books, 30)
    done: list[GenerationId] = []
    while len(done) < 30:
        running = await books.claim(32, per_account=2)
        assert 0 < len(running) <= 2
        assert await books.claim(32, per_account=2) == []
        for job in running:
            assert (job.attempt, job.token) == (1, 1)
            await books.complete(job)
            done.append(job.id)
    assert done == ids


async def test_jobs_that_nobody_took_are_released(books: Books) -> None:
    """Those queued before the given time, and no running one."""
    old, running = await queue(books, 2)
    await books.claim(1)
    books.env.jump_ms(DAY_MS)
    now_ms = books.env.now_ms()
    assert await books.store.fail_overdue(now_ms - DAY_MS, now_ms, 10) == 0
    assert await books.store.fail_overdue(now_ms - DAY_MS + 1, now_ms, 10) == 1
    views = [await books.store.find_job(books.account, job) for job in (old, running)]
    assert [view and view.state for view in views] == [JobState.RUNNING, JobState.FAILED]
    assert await books.balance() == 2


async def test_another_accounts_job_does_not_exist(books: Books) -> None:
    """Nor does one that was never made, nor a generation that is no job."""
    (job_id,) = await queue(books, 1)
    await books.credit(2)
    direct = await books.held()
    assert await books.store.find_job(AccountId(books.account + 1), job_id) is None
    assert await books.store.find_job(books.account, direct) is None
    assert await books.store.find_job(books.account, GenerationId((1 << 53) - 1)) is None


async def test_old_texts_and_keys_are_pruned(books: Books) -> None:
    """The record stays, the texts go, and the poll says so; what is waiting is never touched."""
    await books.credit(10)
    done = await books.held(job_text="text", idempotency=mark("k"))
    (job,) = await books.claim()
    await books.complete(job, "result")
    waiting = await books.held(job_text="waiting")
    later = NOON_MS + 1
    assert await books.store.prune(NOON_MS, NOON_MS, later, 10) == 0
    assert await books.store.prune(later, later, later, 10) == 2
    assert await books.store.prune(later, later, later, 10) == 0
    view = await books.store.find_job(books.account, done)
    assert view is not None
    assert (view.state, view.result, view.pruned) == (JobState.COMPLETED, None, True)
    record = await books.store.job_record(done)
    assert record is not None
    assert (record.text, record.result, record.row.state, record.hold) == (None, None, "completed", "settled")
    again = await books.held(job_text="text", idempotency=mark("k"))
    assert again not in (done, waiting)


async def test_prune_works_in_bites(books: Books) -> None:
    """No more than the limit at a time, so that nobody waits for it."""
    await queue(books, 5)
    for job in await books.claim():
        await books.complete(job)
    touched = [await books.store.prune(NOON_MS + 1, 0, NOON_MS + 1, 2) for _ in range(4)]
    assert touched == [2, 2, 1, 0]


async def test_the_queue_tells_its_depth(books: Books) -> None:
    """Waiting jobs and the time of the oldest; running ones do not wait."""
    assert await books.store.queue_depth() == (0, None)
    await queue(books, 3)
    await books.claim(1)
    assert await books.store.queue_depth() == (2, NOON_MS)


async def test_the_operator_sees_every_job(books: Books) -> None:
    """By state or all, the newest first; one in full, with mode, price, upstream and tokens."""
    ids = await queue(books, 3)
    (job,) = await books.claim(1)
    await books.store.complete(job, "done", books.closing(job.id, HoldState.SETTLED), NOON_MS + 7)
    assert [row.id for row in await books.store.list_jobs("", 2)] == ids[:0:-1]
    assert [row.id for row in await books.store.list_jobs("completed", 10)] == [job.id]
    record = await books.store.job_record(job.id)
    assert record is not None
    assert (record.row.email, record.row.finished_at_ms) == ("customer@example.org", NOON_MS + 7)
    assert (record.row.attempts, record.mode_version, record.mode_digest) == (1, MODE.version, MODE.digest)
    assert (record.price_requests, record.upstream) == (2, "test")
    assert (record.prompt_tokens, record.completion_tokens) == (1, 2)
    assert await books.store.job_record(GenerationId(99)) is None
