"""What nobody else closes: holds of the dead, lapsed leases, old texts."""

from collections.abc import AsyncIterator, Collection
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import pytest
from tests.books import LEASE_MS, Books, mark, open_books
from tests.played_env import DAY_MS, HOUR_MS
from tests.shop_stand import MONTHLY, ShopStand

from slovomat.domain.generation import HoldState, JobState
from slovomat.domain.ids import GenerationId
from slovomat.ports.store import Store, StoreUnavailableError
from slovomat.usecases.accounts import FREE_PLAN, ensure_price_list
from slovomat.usecases.sweep import Sweep, SweepRules

pytestmark = pytest.mark.anyio
RULES = SweepRules(
    owner="me",
    lease_ms=LEASE_MS,
    results_ms=30 * DAY_MS,
    job_wait_ms=DAY_MS,
    idempotency_ms=DAY_MS,
    hold_ms=660_000,
)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """A customer with 2,000 requests."""
    async with open_books(tmp_path) as opened:
        await opened.credit(2000)
        yield opened


def sweep(books: Books, live: Collection[GenerationId] = (), running: Collection[GenerationId] = ()) -> Sweep:
    """The sweep of one process."""
    return Sweep(books.store, books.env, RULES, live, lambda: nullcontext(running))


async def state(books: Books, job: GenerationId) -> JobState | None:
    """How a job stands."""
    view = await books.store.find_job(books.account, job)
    return view.state if view else None


async def test_after_a_restart_nothing_of_the_dead_is_held(books: Books) -> None:
    """Every direct hold of another process is expired, however many; jobs go back to the queue."""
    for _ in range(3):
        await books.held(owner="dead")
    job = await books.held(job_text="text")
    await books.claim(owner="dead")
    key = await books.hold(idempotency=mark("k"), owner="dead")
    await sweep(books).at_start()
    assert await books.store.open_holds() == 1
    assert await books.balance() == 1998
    assert await state(books, job) is JobState.QUEUED
    assert await books.hold(idempotency=mark("k")) != key


async def test_a_restart_clears_more_than_a_batch(books: Books) -> None:
    """600 orphans take two bites."""
    for _ in range(600):
        await books.held(1, owner="dead")
    await sweep(books).at_start()
    assert await books.store.open_holds() == 0


async def test_holds_past_their_time_expire_but_not_those_alive(books: Books) -> None:
    """A clock that jumped does not take a hold from under a generation that still runs."""
    dead, alive = await books.held(), await books.held()
    books.env.jump_ms(DAY_MS)
    assert await sweep(books, {alive}).holds() == 1
    assert not await books.close(dead, HoldState.SETTLED)
    assert await books.close(alive, HoldState.SETTLED)
    assert await books.balance() == 1998


async def test_a_hold_that_was_never_heard_of_does_not_wait_for_its_time(books: Books) -> None:
    """Committed while its caller was told that the database is away: given back after a minute and a half."""
    await books.held()
    alive = await books.held()
    books.env.jump_ms(80_000)
    assert await sweep(books, {alive}).holds() == 0
    books.env.jump_ms(11_000)
    assert await sweep(books, {alive}).holds() == 1
    assert await books.close(alive, HoldState.SETTLED)
    assert await books.balance() == 1998


async def test_leases_of_others_lapse_and_ones_own_never(books: Books) -> None:
    """A process knows what it works on, whatever the clock says."""
    mine, others = await books.held(job_text="mine"), await books.held(job_text="others")
    await books.claim(1, "me")
    await books.claim(1, "another")
    assert await sweep(books, running={mine}).leases() == 0
    books.env.jump_ms(LEASE_MS + 1)
    assert await sweep(books, running={mine}).leases() == 1
    assert await state(books, mine) is JobState.RUNNING
    assert await state(books, others) is JobState.QUEUED


async def test_a_claim_that_was_never_heard_of_lapses(books: Books) -> None:
    """Committed while the process was told that the database is away: nobody works on it."""
    job = await books.held(job_text="text")
    await books.claim(1, "me")
    books.env.jump_ms(LEASE_MS + 1)
    assert await sweep(books).leases() == 1
    assert await state(books, job) is JobState.QUEUED


async def test_holds_of_processes_that_died_expire_while_others_live(books: Books) -> None:
    """Each node keeps its own, and what this one works on even after its lease has lapsed."""
    await books.store.beat("lives", (), books.env.now_ms(), LEASE_MS)
    kept = await books.held(owner="lives")
    mine = await books.held(owner="me")
    dead = await books.held(owner="dead")
    assert await sweep(books, live={mine}).orphans() == 1
    assert not await books.close(dead, HoldState.SETTLED)
    assert await books.close(mine, HoldState.SETTLED)
    assert await books.close(kept, HoldState.SETTLED)


async def test_jobs_that_waited_for_a_day_are_released(books: Books) -> None:
    """Every id reaches its end in bounded time, with its price back."""
    job = await books.held(job_text="text")
    sweeping = sweep(books)
    books.env.pass_s(DAY_MS / 1000 + 1)
    assert await sweeping.overdue() == 1
    assert await state(books, job) is JobState.FAILED
    assert await books.balance() == 2000


async def test_texts_go_after_their_time_and_keys_after_theirs(books: Books) -> None:
    """Thirty days and one day, as the settings here say."""
    await books.held(job_text="text", idempotency=mark("k"))
    (job,) = await books.claim()
    await books.complete(job)
    sweeping = sweep(books)
    books.env.pass_s((DAY_MS + HOUR_MS) / 1000)
    assert await sweeping.prune() == 1
    assert await state(books, job.id) is JobState.COMPLETED
    books.env.pass_s(29 * DAY_MS / 1000)
    assert await sweeping.prune() == 1
    record = await books.store.job_record(job.id)
    assert record is not None
    assert record.result is None


async def test_a_clock_that_jumped_deletes_nothing(books: Books) -> None:
    """Neither texts nor waiting jobs, until it has been steady for ten minutes."""
    await books.held(job_text="done")
    (job,) = await books.claim()
    await books.complete(job)
    waiting = await books.held(job_text="waiting")
    sweeping = sweep(books)
    books.env.pass_s(3600)
    books.env.jump_ms(400 * DAY_MS)
    for _ in range(9):
        assert (await sweeping.prune(), await sweeping.overdue()) == (0, 0)
        books.env.pass_s(60)
    books.env.jump_ms(-400 * DAY_MS)
    assert (await sweeping.prune(), await sweeping.overdue()) == (0, 0)
    assert await state(books, job.id) is JobState.COMPLETED
    assert await state(books, waiting) is JobState.QUEUED
    books.env.jump_ms(400 * DAY_MS)
    assert await sweeping.prune() == 0
    books.env.pass_s(600)
    assert (await sweeping.prune(), await sweeping.overdue()) == (1, 1)


async def test_a_service_that_was_down_runs_its_jobs_before_it_gives_them_up(books: Books) -> None:
    """After a start the clock is not believed yet, and the workers have ten minutes."""
    job = await books.held(job_text="text")
    books.env.pass_s(2 * DAY_MS / 1000)
    assert await sweep(books).overdue() == 0
    assert await state(books, job) is JobState.QUEUED


class Shared:
    """The store, as if other nodes shared it; silent when told to be."""

    shared = True

    def __init__(self, store: Any) -> None:
        self._store = store
        self.silent = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def ping(self) -> None:
        """Answers, or does not."""
        if self.silent:
            raise StoreUnavailableError("silent")


async def test_after_an_outage_every_node_has_time_for_a_heartbeat(books: Books) -> None:
    """All leases have lapsed meanwhile: who answers first takes nothing from the others for a whole lease."""
    store = Shared(books.store)
    sweeping = Sweep(cast("Store", store), books.env, RULES, (), lambda: nullcontext(()))
    await books.held(owner="lives, but could not say so")
    await books.store.beat("lives, but could not say so", (), books.env.now_ms(), LEASE_MS)
    books.env.pass_s(LEASE_MS / 1000)
    assert await sweeping.others() == 0
    store.silent = True
    books.env.pass_s(LEASE_MS / 1000 + 1)
    with pytest.raises(StoreUnavailableError):
        await sweeping.others()
    store.silent = False
    assert await sweeping.others() == 0
    books.env.pass_s(LEASE_MS / 1000)
    assert await sweeping.others() == 1


async def test_a_plan_that_has_run_out_ends_and_a_wrong_clock_ends_none(books: Books) -> None:
    """By a clock that has kept pace for ten minutes; the account goes to the free plan."""
    await ensure_price_list(books.store)
    stand = ShopStand(books)
    await stand.buy(await stand.plan(MONTHLY))
    sweeping = sweep(books)
    books.env.pass_s(601)
    assert await sweeping.periods() == 0
    books.env.jump_ms(40 * DAY_MS)
    assert await sweeping.periods() == 0
    books.env.jump_ms(-40 * DAY_MS)
    assert await sweeping.periods() == 0
    books.env.pass_s(30 * DAY_MS / 1000)
    assert await sweeping.periods() == 1
    assert (await stand.account()).plan == FREE_PLAN
