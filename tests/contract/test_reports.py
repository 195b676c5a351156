"""The Reports port: each generation is in the sums once, when it has ended."""

from collections import Counter

import pytest
from tests.books import Books
from tests.contract.test_history import look

from slovomat.domain.days import Calendar
from slovomat.domain.generation import HoldState
from slovomat.ports.reports import DurationSum
from slovomat.usecases.reports import UpstreamPrices, dashboard, quantile_ms

pytestmark = pytest.mark.anyio


async def by_state(books: Books) -> dict[str, int]:
    """How many generations the sums know."""
    counts: Counter[str] = Counter()
    for one in await books.store.reports.usage(""):
        counts[one.state] += one.generations
    return dict(counts)


async def test_each_generation_is_counted_once(books: Books) -> None:
    """However often one looks, before its end and after it."""
    await books.credit(100)
    ended, open_, late = await books.held(), await books.held(), await books.held()
    await books.close(ended, HoldState.SETTLED)
    await look(books)
    assert await by_state(books) == {"settled": 1}
    await books.close(late, HoldState.RELEASED, reason="timeout")
    await look(books)
    await look(books)
    assert await by_state(books) == {"settled": 1, "released": 1}
    await books.close(open_, HoldState.EXPIRED)
    await look(books)
    assert await by_state(books) == {"settled": 1, "released": 1, "expired": 1}


async def test_many_are_counted_in_batches(books: Books) -> None:
    """More than one look takes at once."""
    await books.credit(5_000)
    for _ in range(1_003):
        await books.close(await books.held(1), HoldState.SETTLED)
    await look(books)
    assert await by_state(books) == {"settled": 1_003}
    assert sum(one.generations for one in await books.store.reports.durations("")) == 1_003


async def test_the_dashboard_has_a_day_in_full(books: Books) -> None:
    """Requests, states, errors, jobs, tokens and their cost, times, new accounts, and who spent most."""
    await books.credit(100)
    now_ms, calendar = books.env.now_ms(), Calendar("Europe/Moscow")
    quick = await books.held(3)
    books.env.pass_s(1)
    await books.close(quick, HoldState.SETTLED)
    await books.held(2, job_text="waits", owner="")
    failing = await books.held(2, job_text="fails", owner="")
    job = next(job for job in await books.claim() if job.id == failing)
    await books.fail(job, "upstream_error")
    await look(books)
    prices = UpstreamPrices(prompt_kopecks=3_000_000, completion_kopecks=1_000_000)
    found = await dashboard(books.store, calendar, now_ms, prices)
    today = found.days[-1]
    assert (today.day, today.spent_requests, today.returned_requests) == (calendar.day(now_ms), 3, 2)
    assert (today.by_state, today.errors) == ({"released": 1, "settled": 1}, {"upstream_error": 1})
    assert (today.failed_jobs, today.new_accounts, today.by_upstream) == (1, 1, {"test": 2})
    assert (today.prompt_tokens, today.completion_tokens, today.cost_kopecks) == (2, 4, 10)
    assert today.median_ms is not None
    assert 800 <= today.median_ms <= 1_250
    assert (found.jobs.waiting, found.jobs.running) == (0, 1)
    assert [(top.email, top.generations, top.requests) for top in found.top] == [
        ("customer@example.org", 1, 3)
    ]
    assert found.days[0].median_ms is None


def test_a_quantile_lies_within_its_slot() -> None:
    """Spread evenly over it; none of nothing."""
    slots = [
        DurationSum(day="", upstream="", from_ms=low, to_ms=high, generations=count)
        for low, high, count in ((100, 200, 90), (200, 400, 10))
    ]
    assert quantile_ms(slots, 45) == 150
    assert quantile_ms(slots, 95) == 300
    assert quantile_ms([], 50) is None
