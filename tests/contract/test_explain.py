"""Every query on the way of a call, and of what sweeps behind it, finds its rows by an index."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from tests.contract import plans

from slovomat.storage.queries import load_queries
from slovomat.storage.sqlite import migrate
from slovomat.storage.statements import Statement

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(postgres_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection set up as the service's are."""
    connection = await asyncpg.connect(postgres_database)
    await connection.execute(plans.postgres_statements().one("session").text)
    yield connection
    await connection.close()


async def _read_whole(connection: asyncpg.Connection, *, generic: bool) -> dict[str, list[str]]:
    """What each query would read whole, where it would."""
    statements = plans.postgres_statements()
    names = set(plans.guarded("postgres"))
    looked_at: dict[str, tuple[Statement, int]] = {
        name: (statements.one(name), 1) for name in names & plans.run_singly()
    }
    for name in names & plans.run_batched():
        many = await statements.many(connection, name, statements.one(name).values)
        looked_at |= {f"{name} for {items}": (many, items) for items in (1, 64)}
    found = {}
    for name, (statement, items) in looked_at.items():
        types = await plans.types_of(connection, statement)
        whole = await plans.read_whole_by_postgres(connection, statement, types, items, generic=generic)
        if whole:
            found[name] = whole
    return found


@pytest.mark.parametrize("generic", [True, False], ids=["a plan that is kept", "a plan for these values"])
async def test_postgres_looks_rows_up_among_many(session: asyncpg.Connection, generic: bool) -> None:
    """One by one and batched, with the statistics of tables that are filled."""
    await plans.fill_postgres(session)
    assert await _read_whole(session, generic=generic) == {}


async def test_a_plan_kept_from_an_empty_postgres_looks_rows_up_too(session: asyncpg.Connection) -> None:
    """A new instance grows for a minute before its tables are analyzed: its first plans must do for that."""
    assert await _read_whole(session, generic=True) == {}


def test_sqlite_looks_rows_up(tmp_path: Path) -> None:
    """Without any statistics, as it has none in use."""
    with closing(sqlite3.connect(tmp_path / "plans.db", isolation_level=None)) as connection:
        migrate(connection)
        plans.fill_sqlite(connection)
        found = {name: plans.read_whole_by_sqlite(connection, name) for name in plans.guarded()}
    assert {name: steps for name, steps in found.items() if steps} == {}


def test_every_query_is_looked_at() -> None:
    """Each that touches a growing table runs in a way that is known here; no exception outlives its query."""
    assert set(plans.guarded("postgres")) <= plans.run_singly() | plans.run_batched()
    assert plans.COLD.keys() <= load_queries().keys()
