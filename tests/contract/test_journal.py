"""The Journal port: lines that stay, and operations that are done once, with their line, or not at all."""

from pathlib import Path

import pytest
from tests.books import Books
from tests.contract.conftest import OpenBooks
from tests.played_env import NOON_MS

from slovomat.domain.days import Calendar
from slovomat.domain.generation import HoldState, JobState
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.ports.journal import Actor, Done, JournalNote, JournalQuery, Refused
from slovomat.usecases.journal import Deed, Operations

pytestmark = pytest.mark.anyio
WHO = Actor(id=7, email="support@example.org", address="127.0.0.1")


def operations(books: Books) -> Operations:
    """The use case over the books."""
    return Operations(books.store, books.env, Calendar("Europe/Moscow"), 660_000)


def deed(key: str, reason: str = "asked for by phone") -> Deed:
    """A deed under a key."""
    return Deed(actor=WHO, reason=reason, key=key)


async def lines(books: Books, **asked: object) -> list[tuple[str, str]]:
    """What the journal says: actions and their targets, the newest first."""
    found = await books.store.journal.page(JournalQuery(**asked))  # type: ignore[arg-type]
    return [(row.note.action, row.note.target_id) for row in found.rows]


async def test_a_line_is_found_again(books: Books) -> None:
    """By who, what, whom and when; page by page."""
    for n in range(3):
        note = JournalNote(
            at_ms=NOON_MS + n,
            actor_id=n,
            actor=f"{n}@example.org",
            action="look" if n else "credit",
            reason="because",
            target_kind="account",
            target_id=str(n),
            details={"requests": n, "title": "подарок"},
        )
        assert await books.store.journal.note(note) > 0
    first = await books.store.journal.page(JournalQuery(limit=2))
    assert [row.note.details["requests"] for row in first.rows] == [2, 1]
    assert first.before is not None
    assert await lines(books, before=first.before) == [("credit", "0")]
    assert await lines(books, actor_id=1) == [("look", "1")]
    assert await lines(books, action="credit") == [("credit", "0")]
    assert await lines(books, target_kind="account", target_id="2") == [("look", "2")]
    assert await lines(books, from_ms=NOON_MS + 1, until_ms=NOON_MS + 2) == [("look", "1")]
    assert await books.store.journal.actions() == ["credit", "look"]


async def test_a_credit_is_given_once_under_its_key(books: Books) -> None:
    """Sent again it says what came of it; the key never does another thing."""
    desk = operations(books)
    assert await desk.credit(deed("form"), books.account, 10, "gift") == Done(balance=10)
    assert await desk.credit(deed("form"), books.account, 10, "gift") == Done(balance=10, again=True)
    assert await desk.credit(deed("form"), books.account, 11, "gift") == Refused("other_operation")
    assert await books.balance() == 10
    assert await lines(books) == [("credit", str(books.account))]


async def test_what_is_refused_leaves_no_line(books: Books) -> None:
    """Without a reason, for nobody, or of more than is there; afterwards the key may be used."""
    desk = operations(books)
    assert await desk.credit(deed("a", "  "), books.account, 1, "x") == Refused("no_reason")
    assert await desk.credit(deed("b"), AccountId(99), 1, "x") == Refused("no_account")
    assert await desk.credit(deed("c"), books.account, -1, "x") == Refused("balance_low")
    assert await desk.release(deed("d"), GenerationId(99)) == Refused("no_job")
    assert await desk.block(deed("e"), AccountId(99), True) == Refused("no_account")
    assert await lines(books) == []
    assert await desk.credit(deed("c"), books.account, 1, "x") == Done(balance=1)
    assert await desk.credit(deed("f"), books.account, -1, "x") == Done(balance=0)


async def test_an_account_is_blocked_and_unblocked(books: Books) -> None:
    """Callers are told by the version that their account has changed."""
    desk, version = operations(books), await books.store.callers_version()
    assert await desk.block(deed("a"), books.account, True) == Done()
    assert await books.store.callers_version() != version
    account = await books.store.find_account("customer@example.org")
    assert account is not None
    assert account.blocked
    await desk.block(deed("b"), books.account, False)
    assert await lines(books) == [("unblock", str(books.account)), ("block", str(books.account))]


async def test_a_release_returns_the_price(books: Books) -> None:
    """Of a direct call, of a job that waits and of one that runs, whose worker is too late then."""
    await books.credit(6)
    desk = operations(books)
    direct = await books.held()
    running = await books.held(job_text="runs", owner="")
    (claimed,) = await books.claim()
    waiting = await books.held(job_text="waits", owner="")
    for hold in (direct, running, waiting):
        assert await desk.release(deed(f"release {hold}"), hold) == Done()
    assert await books.balance() == 6
    assert not await books.complete(claimed)
    assert not await books.close(direct, HoldState.SETTLED)
    assert await desk.release(deed("again"), direct) == Refused("wrong_state")
    job = await books.store.job_record(waiting)
    assert job is not None
    assert (job.row.state, job.hold, job.reason) == (JobState.FAILED, "released", "operator")


async def test_a_failed_job_is_queued_again_as_another(books: Books) -> None:
    """It holds the price again, if that is there; one that has not failed is left alone."""
    await books.credit(2)
    desk = operations(books)
    failed = await books.held(job_text="once more", owner="")
    assert await desk.retry(deed("early"), failed) == Refused("wrong_state")
    (claimed,) = await books.claim()
    await books.fail(claimed)
    again = await desk.retry(deed("retry"), failed)
    assert isinstance(again, Done)
    assert again.generation_id is not None
    assert await desk.retry(deed("retry"), failed) == Done(generation_id=again.generation_id, again=True)
    assert await desk.retry(deed("another"), failed) == Refused("balance_low")
    assert await books.balance() == 0
    (job,) = await books.claim()
    assert (job.id, job.text, job.mode) == (again.generation_id, "once more", claimed.mode)
    assert await books.complete(job)


@pytest.mark.parametrize("statement", ["UPDATE journal SET reason = 'other'", "DELETE FROM journal"])
async def test_the_journal_only_grows(opening: OpenBooks, statement: str, tmp_path: Path) -> None:
    """The database itself refuses anything else."""
    async with opening() as books:
        await operations(books).credit(deed("a"), books.account, 1, "x")
        with pytest.raises(Exception, match="append-only"):
            await run(opening, tmp_path, statement)


async def run(opening: OpenBooks, folder: Path, statement: str) -> None:
    """Runs a statement beside the store."""
    place = opening.args[0]  # type: ignore[attr-defined]
    if isinstance(place, Path):
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(folder / "books.db")) as connection:
            connection.execute(statement)
    else:
        import asyncpg

        connection = await asyncpg.connect(place)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
