"""The Store port when the disk, the file or a rule fails: nothing is charged, nothing is torn."""

import asyncio
import os
import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.books import Books, mark, open_books

from slovomat.domain.generation import HoldState
from slovomat.domain.request import Accepted
from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.open import make_store
from slovomat.storage.sqlite import SQLiteEngine
from slovomat.storage.store import SQLStore
from slovomat.storage.tx import ConflictError, Tx

pytestmark = pytest.mark.anyio


def stats(folder: Path) -> dict[str, os.stat_result]:
    """What the files of a folder are like."""
    return {file.name: file.stat() for file in folder.iterdir()}


def change(path: Path, statement: str) -> None:
    """Changes the file behind the program's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


async def test_entries_are_append_only(tmp_path: Path) -> None:
    """The database itself refuses to change or delete a line of the ledger."""
    async with open_books(tmp_path) as books:
        await books.credit(5)
        for statement in ("UPDATE entries SET available_change = 9", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                change(tmp_path / "books.db", statement)


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        ("UPDATE buckets SET granted = 6, available = 4", "bucket_differs_from_its_entries"),
        ("UPDATE buckets SET held = held - 1, spent = spent + 1", "bucket_held_by_nobody"),
        ("UPDATE generations SET price_requests = 3", "generation_held_not_its_price"),
        ("UPDATE generations SET state = 'settled', closed_at_ms = 1", "generation_closed_wrongly"),
        ("UPDATE jobs SET state = 'completed', result = ''", "job_and_hold_disagree"),
        ("UPDATE jobs SET state = 'failed'", "job_final_without_outcome"),
        ("UPDATE key_usage SET used = 1 WHERE day = ''", "key_usage_differs_from_its_generations"),
        (
            "INSERT INTO generations (account_id, key_id, key_counted, dialect, day, price_requests,"
            " balance_after, state, owner, idempotency_key, created_at_ms, expires_at_ms)"
            " VALUES (1, 1, 0, 'openai', '', 2, 0, 'held', '', 'k', 0, 0)",
            "idempotency_key_charged_twice",
        ),
        ("UPDATE generations SET account_id = 7", "row_of_nobody"),
        ("UPDATE generations SET key_id = 7", "row_of_nobody"),
        ("UPDATE buckets SET id = 7", "row_of_nobody"),
        ("UPDATE jobs SET account_id = 7", "row_of_nobody"),
        ("UPDATE idempotency SET generation_id = 7", "row_of_nobody"),
    ],
)
async def test_the_audit_names_what_is_broken(tmp_path: Path, statement: str, invariant: str) -> None:
    """Each lie told behind the program's back is found."""
    async with open_books(tmp_path, cap_total=100) as books:
        await books.credit(5)
        await books.held(2, job_text="text", idempotency=mark("k"))
        await books.balanced()
        books.spoilt = True
        change(tmp_path / "books.db", statement)
        audit = await books.store.audit()
        assert invariant in {violation.invariant for violation in audit.violations}, audit.violations


async def test_a_full_disk_charges_nothing_and_heals(tmp_path: Path) -> None:
    """With no room for another page every hold is refused as unavailable; with room again, all is whole.

    The limit on the size of files stands for a full disk: SQLite meets it in the same place.
    """
    async with open_books(tmp_path) as books:
        await books.credit(1000)
        before = await books.balance()
        size = max(file.st_size for file in stats(tmp_path).values())
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
        try:
            results = await asyncio.gather(*(books.hold() for _ in range(20)), return_exceptions=True)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert {type(result) for result in results} == {StoreUnavailableError}
        assert await books.balance() == before
        await books.held()
        assert await books.balance() == before - 2


async def test_a_database_locked_by_another_charges_nothing(tmp_path: Path) -> None:
    """A writer that holds the lock for too long makes the store unavailable, and reading goes on."""
    async with open_books(tmp_path) as books:
        await books.credit(10)
        hasty = SQLStore(SQLiteEngine(tmp_path / "books.db", busy_timeout_s=0.1))
        await hasty.open()
        hurried = Books(hasty, books.env, books.account, books.key)
        with closing(sqlite3.connect(tmp_path / "books.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            holding = asyncio.ensure_future(hurried.hold())
            assert await hurried.balance() == 10
            with pytest.raises(StoreUnavailableError):
                await holding
            other.execute("ROLLBACK")
        assert isinstance(await hurried.hold(), Accepted)
        await hasty.close_store()


async def test_a_folder_that_cannot_be_written_is_refused_at_start(tmp_path: Path) -> None:
    """The store does not open, and says which file it is; root too cannot make files below a file."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailableError, match=r"books\.db"):
        await make_store(tmp_path / "file" / "books.db").open()


@pytest.mark.parametrize("content", [b"no database at all, but a text of some length" * 50, b"\0" * 4096])
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """It is neither overwritten nor taken for an empty one."""
    path = tmp_path / "books.db"
    path.write_bytes(content)
    with pytest.raises(StoreUnavailableError, match=r"books\.db"):
        await make_store(path).open()
    assert path.read_bytes() == content


async def test_migrations_run_once(tmp_path: Path) -> None:
    """Opening again changes nothing, and two programs may open a new file at once."""
    path = tmp_path / "books.db"
    stores = [make_store(path) for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    applied = [list(store.applied_migrations()) for store in stores]
    assert applied[0][0] == "0001_base"
    assert all(names == applied[0] for names in applied)
    await stores[0].set_instance_value("fact", "kept")
    for store in stores:
        await store.close_store()
    again = make_store(path)
    await again.open()
    assert await again.instance_value("fact") == "kept"
    assert list(again.applied_migrations()) == applied[0]
    await again.close_store()


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """A program that does not know a migration in force must not write."""
    async with open_books(tmp_path):
        pass
    change(tmp_path / "books.db", "INSERT INTO migrations (name) VALUES ('9999_future')")
    with pytest.raises(StoreUnavailableError, match="newer than this program: 9999_future"):
        await make_store(tmp_path / "books.db").open()


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Database and journal are readable by nobody else."""
    async with open_books(tmp_path) as books:
        await books.credit(1)
        files = stats(tmp_path)
        assert {"books.db", "books.db-wal"} <= files.keys()
        assert {file.st_mode & 0o777 for file in files.values()} == {0o600}


async def test_what_was_submitted_is_committed_before_the_close(tmp_path: Path) -> None:
    """Writes under way when the store closes are kept, and so are those whose caller has left."""
    async with open_books(tmp_path) as books:
        await books.credit(100)
        holds = [asyncio.ensure_future(books.hold()) for _ in range(20)]
        await asyncio.sleep(0)
        for hold in holds[10:]:
            hold.cancel()
    again = make_store(tmp_path / "books.db")
    await again.open()
    assert (await again.audit()).held == 40
    await again.close_store()


async def fails(tx: Tx) -> None:
    """A rule with a bug, after it has written."""
    await tx.run("instance_set", name="trace", value="of the bug")
    raise ZeroDivisionError


async def test_a_rule_that_fails_undoes_itself_alone(tmp_path: Path) -> None:
    """In a batch with a bug the others are committed, and nothing of the failed one stays."""
    engine = SQLiteEngine(tmp_path / "engine.db")
    await engine.open()

    async def write(tx: Tx, name: str) -> str:
        await tx.run("instance_set", name=name, value="written")
        return name

    rules: list[Any] = [engine.write(write, str(number)) for number in range(20)]
    rules.insert(7, engine.write(fails))
    results = await asyncio.gather(*rules, return_exceptions=True)
    assert isinstance(results.pop(7), ZeroDivisionError)
    assert results == [str(number) for number in range(20)]

    async def read(tx: Tx) -> list[Any]:
        return [(await tx.rows("instance_get", name=name)) for name in ("19", "trace")]

    assert await engine.read(read) == [[("written",)], []]
    await engine.close()


async def test_a_conflict_starts_the_rule_again(tmp_path: Path) -> None:
    """A few times; then the conflict is the caller's."""
    engine = SQLiteEngine(tmp_path / "engine.db")
    await engine.open()
    attempts = 0

    async def conflicts(_tx: Tx, times: int) -> int:
        nonlocal attempts
        attempts += 1
        if attempts <= times:
            raise ConflictError
        return attempts

    assert await engine.write(conflicts, 3) == 4
    attempts = 0
    with pytest.raises(ConflictError):
        await engine.write(conflicts, 100)
    await engine.close()


async def test_a_reader_sees_one_snapshot(tmp_path: Path) -> None:
    """What a rule reads twice is the same, though a commit came between."""
    async with open_books(tmp_path) as books:
        path = tmp_path / "books.db"
        engine = SQLiteEngine(path)
        await engine.open()

        async def twice(tx: Tx) -> list[Any]:
            before = await tx.rows("callers_version")
            change(path, "UPDATE instance SET value = '99' WHERE name = 'callers_version'")
            return [before, await tx.rows("callers_version")]

        for read in (engine.read, engine.report):
            before, after = await read(twice)
            assert before == after
        await engine.close()
        assert await books.store.callers_version() == "99"


async def test_a_settlement_survives_its_caller(tmp_path: Path) -> None:
    """A close that was submitted is carried out, though its task was cancelled at once."""
    async with open_books(tmp_path) as books:
        await books.credit(2)
        hold = await books.held()
        closing_task = asyncio.ensure_future(books.close(hold, HoldState.SETTLED))
        await asyncio.sleep(0)
        closing_task.cancel()
        await books.store.ping()
        assert not await books.close(hold, HoldState.RELEASED)
