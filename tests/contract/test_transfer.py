"""An instance goes from engine to engine whole: moved, copied while it is written to, put back."""

import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from anyio import create_task_group, run_process, to_thread
from anyio.abc import TaskStatus
from tests.books import Books, mark, open_books
from tests.lived_instance import lived, quiet
from tests.servers.fixtures import Databases

from slovomat.domain.generation import HoldState
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.storage import moving, postgres_tables, sqlite_file, sqlite_tables
from slovomat.storage.moving import TakenError, Where
from slovomat.storage.open import make_store
from slovomat.storage.postgres_start import prepare
from slovomat.storage.queries import load_queries
from slovomat.storage.tables import LEFT_BEHIND, TABLES, Place
from slovomat.storage.transfer import TransferError, tally

ID = "ab" * 16
NewPlace = Callable[[], Where]


@pytest.fixture
def empty(postgres_databases: Databases) -> NewPlace:
    """Makes an empty PostgreSQL database."""
    return lambda: postgres_databases.fresh(prepare)


async def counted(where: Where) -> dict[str, tuple[int, str]]:
    """Rows and digest of every table of a place."""
    async with opened(where) as place:
        return await tally(place)


@asynccontextmanager
async def opened(where: Where) -> AsyncIterator[Place]:
    """The tables of a place."""
    if isinstance(where, Path):
        with sqlite_tables.tables_of(where) as file:
            yield file
    else:
        async with postgres_tables.snapshot_of(where) as database:
            yield database


@pytest.mark.anyio
async def test_an_instance_moves_to_postgresql_and_back_whole(tmp_path: Path, empty: NewPlace) -> None:
    """Every row of every table is there, with its id, and what was open goes on."""
    async with lived(tmp_path) as books:
        pass
    source, there, back = tmp_path / "books.db", empty(), tmp_path / "back.db"
    before = await counted(source)
    moved = await moving.move(source, there, "postgresql://new", ID, quiet)
    assert moved.rows == {table: rows + (table == "instance") for table, (rows, _) in before.items()}
    assert all(moved.rows[table] for table in TABLES if table not in {"pack_offers"})
    assert await moving.marks(source) == {"moved_to": "postgresql://new"}
    assert await moving.marks(there) == {}
    again = await moving.move(there, back, "back.db", "unused", quiet)
    assert (again.digests, again.books) == (moved.digests, moved.books)
    assert await moving.marks(back) == {}
    for where in (there, back):
        await goes_on(books, where)


async def goes_on(books: Books, where: Where) -> None:
    """The job that ran is taken over, a repeat finds its answer, new ids come after the old ones."""
    store = make_store(where)
    await store.open()
    moved = Books(store, books.env, books.account, books.key)
    assert await moved.hold(idempotency=mark("first")) == StoredAnswer(200, "text/plain", b"\0\xff")
    highest = (await store.list_jobs("", 1))[0].id
    accepted = await moved.hold()
    assert isinstance(accepted, Accepted)
    assert accepted.id > highest
    assert await moved.credit(5) is not None
    assert {job.state for job in await store.list_jobs("", 9)} == {"running", "queued", "completed", "failed"}
    await moved.balanced()
    await store.close_store()


@pytest.mark.anyio
async def test_a_second_run_finds_its_work_done(tmp_path: Path, empty: NewPlace) -> None:
    """It compares, and marks the source."""
    async with lived(tmp_path):
        pass
    source, target = tmp_path / "books.db", empty()
    first = await moving.move(source, target, "there", ID, quiet)
    await moving.stay(source)
    assert await moving.marks(source) == {}
    assert await moving.move(source, target, "there", "another", quiet) == first
    assert await moving.marks(source) == {"moved_to": "there"}


@pytest.mark.anyio
async def test_a_run_that_broke_leaves_nothing_behind_but_its_mark(tmp_path: Path, empty: NewPlace) -> None:
    """The next one does it all."""
    async with lived(tmp_path):
        pass
    source, target = tmp_path / "books.db", empty()

    def break_at(table: str, rows: int) -> None:
        if table == "jobs" and rows:
            raise TransferError(table)

    with pytest.raises(TransferError, match="jobs"):
        await moving.move(source, target, "there", ID, break_at)
    assert await moving.marks(source) == {"moving_to": "there"}
    assert (await counted(target))["accounts"][0] == 0
    await moving.move(source, target, "there", "another", quiet)
    assert await moving.marks(source) == {"moved_to": "there"}


@pytest.mark.anyio
async def test_another_instance_is_never_overwritten(tmp_path: Path, empty: NewPlace) -> None:
    """Neither by a move, nor by a restore that is not told to; the source is not even marked."""
    place = empty()
    assert isinstance(place, str)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        async with lived(tmp_path / folder):
            pass
    source, other = tmp_path / "one" / "books.db", tmp_path / "two" / "books.db"
    await moving.move(other, place, "there", ID, quiet)
    held = await counted(place)
    for target in (place, other):
        with pytest.raises(TakenError, match="occupied"):
            await moving.move(source, target, "there", "cd" * 16, quiet)
    with sqlite_tables.tables_of(source) as tables:
        with pytest.raises(TakenError, match="occupied"):
            await moving.fill(place, tables, quiet)
        assert await counted(place) == held
        await moving.fill(place, tables, quiet, replace=True)
    assert await counted(place) == await counted(source)
    assert await moving.marks(source) == {}


@pytest.mark.anyio
async def test_a_database_that_a_node_serves_is_neither_filled_nor_left(
    tmp_path: Path, empty: NewPlace
) -> None:
    """While the node's lease lasts, by the database's own clock."""
    async with lived(tmp_path) as books:
        pass
    place = empty()
    async with _served(place, books):
        for source, target in ((tmp_path / "books.db", place), (place, tmp_path / "new.db")):
            with pytest.raises(TakenError, match="served"):
                await moving.move(source, target, "there", ID, quiet)
    assert await moving.marks(place) == await moving.marks(tmp_path / "books.db") == {}
    assert not (tmp_path / "new.db").exists()


@asynccontextmanager
async def _served(place: Where, books: Books) -> AsyncIterator[None]:
    store = make_store(place)
    await store.open()
    await store.beat("node", [], books.env.now_ms(), 60_000)
    yield
    await store.leave("node")
    await store.close_store()


@pytest.mark.anyio
async def test_a_copy_of_a_database_in_use_is_of_one_moment(tmp_path: Path, empty: NewPlace) -> None:
    """What is committed while it is made is in it wholly or not at all: its books balance."""
    place = empty()
    assert isinstance(place, str)
    async with lived(place) as books, postgres_tables.snapshot_of(place) as snapshot:
        before = await tally(snapshot)
        await books.close(await books.held(), HoldState.SETTLED)
        copied = await moving.write_file(tmp_path / "copy.db", snapshot, quiet)
        assert copied.digests == {table: digest for table, (_, digest) in before.items()}
        await books.close(await books.held(), HoldState.SETTLED)
    assert copied.books.violations == ()
    assert await counted(tmp_path / "copy.db") == before


@pytest.mark.anyio
async def test_ids_given_out_after_a_backup_are_not_given_to_others(tmp_path: Path, empty: NewPlace) -> None:
    """On both engines what is restored goes on far above."""
    async with lived(tmp_path) as books:
        highest = await books.held()
    place = empty()
    with sqlite_tables.tables_of(tmp_path / "books.db") as tables:
        await moving.fill(place, tables, quiet, skip_ids=1_000)
        await moving.write_file(tmp_path / "copy.db", tables, quiet, skip_ids=1_000)
    for where in (place, tmp_path / "copy.db"):
        store = make_store(where)
        await store.open()
        accepted = await Books(store, books.env, books.account, books.key).hold()
        assert isinstance(accepted, Accepted)
        assert accepted.id == highest + 1_001
        await store.close_store()


@pytest.mark.anyio
async def test_a_file_written_before_texts_were_cleaned_moves_too(tmp_path: Path, empty: NewPlace) -> None:
    """PostgreSQL has no U+0000 in texts: old rows get what new ones get in its place."""
    async with lived(tmp_path) as books:
        job = await books.held(job_text="a", owner="")
    with sqlite3.connect(tmp_path / "books.db") as connection:
        connection.execute("UPDATE jobs SET text = 'a' || char(0) || 'b' WHERE id = ?", (job,))
    connection.close()
    place = empty()
    await moving.move(tmp_path / "books.db", place, "there", ID, quiet)
    store = make_store(place)
    await store.open()
    record = await store.job_record(job)
    assert record is not None
    assert record.text == "a\ufffdb"
    await store.close_store()


@pytest.mark.anyio
async def test_a_copy_that_differs_is_found(tmp_path: Path, empty: NewPlace) -> None:
    """One figure in one row is enough."""
    async with lived(tmp_path):
        pass
    source, target = tmp_path / "books.db", empty()
    await moving.move(source, target, "there", ID, quiet)
    with sqlite3.connect(source) as connection:
        connection.execute("UPDATE api_keys SET name = 'other'")
    connection.close()
    with pytest.raises(TransferError, match="api_keys"):
        await moving.move(source, target, "there", ID, quiet)


@pytest.mark.anyio
async def test_every_table_and_column_comes_along(tmp_path: Path) -> None:
    """But for those that say why not; a column that the writing query forgets would be lost."""
    async with lived(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "books.db") as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        ).fetchall()
        assert {name for (name,) in names} == {*TABLES, *LEFT_BEHIND}
        for table in TABLES:
            columns = [
                row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            ]
            query = load_queries("transfer")[f"write_{table}"]
            listed = query[query.index("(") + 1 : query.index(")")]
            assert [one.strip() for one in listed.split(",")] == columns
    connection.close()
    assert sqlite_file.quick_check(tmp_path / "books.db") == "ok"


def test_a_service_keeps_others_from_its_file(tmp_path: Path) -> None:
    """And they it."""
    path = tmp_path / "a.db"
    with sqlite_file.alone(path), pytest.raises(sqlite_file.InUseError), sqlite_file.alone(path):
        pass


DIES_AT = """
import asyncio, os, signal, sys
from pathlib import Path
from slovomat.storage import moving

source, target, step = sys.argv[1:]
left = int(step)

def progress(table, rows):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(moving.move(Path(source), target, "there", "ab" * 16, progress))
"""


@pytest.mark.anyio
async def test_a_move_killed_anywhere_can_be_run_again(tmp_path: Path, empty: NewPlace) -> None:
    """SIGKILL in the first table, midway, in the last and before the comparison; then the same digests."""
    async with lived(tmp_path):
        pass
    source, target = tmp_path / "books.db", empty()
    before = await counted(source)
    for step in (1, 9, 17, 2 * len(TABLES)):
        command = [sys.executable, "-c", DIES_AT, str(source), str(target), str(step)]
        died = await run_process(command, check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr.decode()
        assert await moving.marks(source) == {"moving_to": "there"}
        assert (await counted(target))["accounts"][0] == 0
    moved = await moving.move(source, target, "there", "unused", quiet)
    assert await counted(target) == await counted(source)
    for table in set(TABLES) - {"instance"}:
        assert (moved.rows[table], moved.digests[table]) == before[table]


@pytest.mark.anyio
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_copies_made_under_load_balance(engine: str, empty: NewPlace, tmp_path: Path) -> None:
    """Backed up while customers spend, then restored: no request is half in it."""
    place = tmp_path if engine == "sqlite" else str(empty())
    async with open_books(place) as books, create_task_group() as load:
        await books.credit(1_000_000)
        for _ in range(8):
            await load.start(spend, books)
        for number in range(3):
            copy = tmp_path / f"copy{number}.db"
            if isinstance(place, Path):
                await to_thread.run_sync(sqlite_file.copy, place / "books.db", copy)
            else:
                async with postgres_tables.snapshot_of(place) as snapshot:
                    await moving.write_file(copy, snapshot, quiet)
            with sqlite_tables.tables_of(copy) as tables:
                restored = await moving.fill(empty(), tables, quiet)
            assert restored.books.violations == ()
            assert restored.books.spent > 0
        load.cancel_scope.cancel()


async def spend(books: Books, task_status: TaskStatus[None]) -> None:
    """Holds and closes without end."""
    await books.close(await books.held(), HoldState.SETTLED)
    task_status.started()
    while True:
        await books.close(await books.held(), HoldState.SETTLED)
