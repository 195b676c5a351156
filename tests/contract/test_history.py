"""The History port: what an account sees of its generations, exact at every moment, and the day's sums."""

import pytest
from tests.books import Books
from tests.played_env import DAY_MS

from slovomat.domain.generation import HoldState
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.ports.history import HistoryPage, HistoryQuery, KeptText, Payer
from slovomat.usecases.history import Looking, export, month

pytestmark = pytest.mark.anyio
_COMMITS_S = 61
"""After so long PostgreSQL's ids are looked at: the transactions that drew them have ended."""


async def look(books: Books) -> None:
    """Everything there is."""
    looking = Looking(books.store, books.env)
    await looking.advance()
    books.env.pass_s(_COMMITS_S)
    await looking.advance()


async def page(books: Books, **asked: object) -> HistoryPage:
    """A page of the customer's."""
    return await books.store.history.page(HistoryQuery(account_id=books.account, **asked))  # type: ignore[arg-type]


async def ids(books: Books, **asked: object) -> list[int]:
    """The ids on it."""
    return [row.id for row in (await page(books, **asked)).rows]


async def test_a_generation_is_seen_at_once_and_stays(books: Books) -> None:
    """Before it was looked at, afterwards, and between others that were and were not."""
    await books.credit(100)
    made = [await books.held() for _ in range(3)]
    assert await ids(books) == made[::-1]
    await look(books)
    assert await ids(books) == made[::-1]
    made.append(await books.held())
    assert await ids(books) == made[::-1]
    assert await ids(books, limit=2) == made[:1:-1]


async def test_a_row_says_what_happened(books: Books) -> None:
    """Key, state, price, reason, tokens, time, and which buckets paid, in their order."""
    await books.credit(1, title="first", expires_at_ms=books.env.now_ms() + DAY_MS)
    await books.credit(9, title="second")
    hold = await books.held(3, allowance=1, cut_chars=7)
    books.env.pass_s(1.5)
    await books.close(hold, HoldState.RELEASED, reason="upstream_error")
    (row,) = (await page(books)).rows
    assert (row.id, row.state, row.reason, row.price_requests) == (hold, "released", "upstream_error", 3)
    assert (row.duration_ms, row.cut_chars, row.key_shown, row.mode) == (1_500, 7, "slv_key", "chat")
    assert (row.prompt_tokens, row.completion_tokens, row.upstream) == (1, 2, "test")
    assert row.paid_by == (Payer(row.day, row.day, 1), Payer("first", None, 1), Payer("second", None, 1))
    assert row.spent_requests == 0


async def test_pages_follow_each_other(books: Books) -> None:
    """Each generation stands on one page, through the mark as well; an export has them all."""
    await books.credit(100)
    made = [await books.held() for _ in range(4)]
    await look(books)
    made += [await books.held() for _ in range(3)]
    seen, before = [], 0
    while True:
        found = await page(books, limit=2, before=before)
        seen += [row.id for row in found.rows]
        if found.before is None:
            break
        before = found.before
    assert seen == made[::-1]
    asked = HistoryQuery(account_id=books.account)
    assert [row.id async for rows in export(books.store, asked) for row in rows] == made[::-1]


@pytest.mark.parametrize("looked", [False, True], ids=["not looked at", "looked at"])
async def test_filters_narrow(books: Books, looked: bool) -> None:
    """By mode, dialect, key, state, day and id; what does not fit is not there."""
    await books.credit(100)
    plain = await books.held(mode=None, dialect="openai")
    await books.close(plain, HoldState.SETTLED)
    later = await books.held(day="2030-01-01")
    if looked:
        await look(books)
    assert await ids(books, mode="chat") == [later]
    assert await ids(books, dialect="openai") == [plain]
    assert await ids(books, state="settled") == [plain]
    assert await ids(books, from_day="2030-01-01") == [later]
    assert await ids(books, to_day="2029-12-31") == [plain]
    assert await ids(books, id=plain) == [plain]
    assert await ids(books, key_id=books.key.id) == [later, plain]
    assert await ids(books, key_id=books.key.id + 1) == []


async def test_one_generation_has_its_texts(books: Books) -> None:
    """A job's until they are pruned, a direct call's only if they were kept; another's does not exist."""
    await books.credit(100)
    job = await books.held(job_text="question", owner="")
    (claimed,) = await books.claim()
    await books.complete(claimed, "answer")
    direct, silent = await books.held(), await books.held()
    kept = KeptText(
        account_id=books.account, generation_id=direct, text="a\0b", result="c", now_ms=books.env.now_ms()
    )
    await books.store.history.keep(kept)
    assert await texts(books, job) == ("question", "answer", False)
    assert await texts(books, direct) == ("a\ufffdb", "c", False)
    assert await texts(books, silent) == (None, None, False)
    assert await books.store.history.find(AccountId(books.account + 1), direct) is None
    now_ms = books.env.now_ms() + 1
    await books.store.prune(now_ms, 0, now_ms, 10)
    assert await books.store.history.prune(now_ms, 10) == 1
    assert await texts(books, job) == (None, None, True)
    assert await texts(books, direct) == (None, None, False)


async def texts(books: Books, generation: GenerationId) -> tuple[str | None, str | None, bool]:
    """Text, result, and whether they were pruned."""
    found = await books.store.history.find(books.account, generation)
    assert found is not None
    return found.text, found.result, found.pruned


async def test_a_month_has_every_day(books: Books) -> None:
    """What is spent and returned counts on its day, looked at or not, ended before or after the look."""
    await books.credit(100)
    first, second = await books.held(2, day="2026-11-20"), await books.held(3, day="2026-11-20")
    await books.close(first, HoldState.SETTLED)
    await look(books)
    await books.close(second, HoldState.RELEASED)
    await books.close(await books.held(5, day="2026-11-21"), HoldState.EXPIRED)
    await books.held(7, day="2026-11-21")
    days = await month(books.store, books.account, "2026-11-21")
    assert len(days) == 31
    assert (days[0].day, days[0].generations) == ("2026-10-22", 0)
    figures = [(day.generations, day.spent_requests, day.returned_requests) for day in days[-2:]]
    assert figures == [(2, 2, 3), (2, 0, 5)]
