"""Databases of earlier versions: brought up to date at the start, with all that was in them."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.books import LEASE_MS, MODE, Books, mark
from tests.played_env import NOON_MS, PlayedEnv

from slovomat.domain.generation import HoldState, JobState
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.request import StoredAnswer
from slovomat.ports.store import ClaimOrder
from slovomat.storage.open import make_store
from slovomat.storage.queries import load_migrations
from slovomat.storage.tables import TABLES

pytestmark = pytest.mark.anyio
INSTANCES = Path(__file__).parent / "instances"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of the first schema."""
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        connection.executescript((INSTANCES / "0001_base.sql").read_text("utf-8"))
    return tmp_path / "books.db"


def columns(path: Path) -> dict[str, str]:
    """The columns of each table of an instance."""
    with closing(sqlite3.connect(path)) as connection:
        found = {
            table: [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            for table in TABLES
        }
    return {table: ", ".join(names) for table, names in found.items() if names}


def rows(path: Path, of: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    """All that stands in these columns."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {names} FROM {table}"), key=repr)  # noqa: S608
            for table, names in of.items()
        }


async def test_not_a_row_is_lost_or_changed(path: Path) -> None:
    """Tables that are made anew, or have further columns now, have all that was in the old ones."""
    of = columns(path)
    before = rows(path, of)
    assert all(before[table] for table in ("buckets", "generations", "entries", "jobs", "idempotency"))
    store = make_store(path)
    await store.open()
    await store.close_store()
    assert rows(path, of) == before


async def test_ids_that_were_left_out_stay_so(path: Path) -> None:
    """A generation's id goes on from the highest that was ever given, though no row has it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'generations'")
    store = make_store(path)
    await store.open()
    with closing(sqlite3.connect(path)) as connection:
        left = connection.execute("SELECT name, seq FROM sqlite_sequence WHERE name LIKE '%generations%'")
        assert left.fetchall() == [("generations", 5000)]
    await store.close_store()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE generations SET state = 'lost'",
        "UPDATE generations SET price_requests = 0",
        "UPDATE jobs SET state = 'lost'",
        "UPDATE buckets SET available = -1, spent = granted + 1, held = 0",
        "UPDATE buckets SET granted = granted + 1",
        "INSERT INTO entries SELECT NULL, 1, 1, NULL, 'gift', 1, 1, 0, 0, '', 0 FROM jobs",
        "INSERT INTO entries SELECT NULL, 1, 1, NULL, 'grant', 1, 0, 0, 0, '', 0 FROM jobs",
    ],
)
async def test_what_cannot_be_is_refused(path: Path, statement: str) -> None:
    """By the database itself, in tables that were made anew too."""
    store = make_store(path)
    await store.open()
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"),
    ):
        connection.execute(statement)
    await store.close_store()


async def test_an_instance_of_the_first_schema_goes_on(path: Path) -> None:
    """Books, jobs, kept answers; what a dead process held is found, and what waits is run."""
    store = make_store(path)
    await store.open()
    assert list(store.applied_migrations()) == [name for name, _ in load_migrations("sqlite")]
    assert (await store.audit()).violations == ()
    account = await store.find_account("customer@example.org")
    assert account is not None
    key = (await store.list_keys(account.id))[0]
    assert key.name == "key"
    (orphan,) = await store.orphaned_holds(NOON_MS, 10)
    await store.alone("new")
    assert await store.take_over("new", (), NOON_MS, 10) == 1
    order = ClaimOrder(owner="new", limit=10, now_ms=NOON_MS, lease_ms=LEASE_MS)
    waiting = await store.claim(order)
    assert [(job.text, job.mode) for job in waiting] == [("running", MODE), ("queued", MODE)]
    ended = [await store.find_job(account.id, GenerationId(waiting[0].id - back)) for back in (2, 1)]
    assert [view and view.state for view in ended] == [JobState.COMPLETED, JobState.FAILED]
    caller = await store.find_caller(hashlib.sha256(b"key").digest())
    assert caller is not None
    books = Books(store, PlayedEnv(NOON_MS), AccountId(account.id), caller.key)
    assert await books.hold(12, allowance=10, idempotency=mark("direct")) == StoredAnswer(
        200, "application/json", b'{"kept": 1}'
    )
    assert await books.close(orphan.id, HoldState.EXPIRED)
    for job in waiting:
        assert await books.complete(job)
    assert await books.balance(10) == 13
    await books.balanced()
    await store.close_store()
