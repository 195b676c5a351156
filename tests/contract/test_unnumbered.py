"""A server that speaks PostgreSQL's language, but gives its transactions no ids."""

import asyncpg
import pytest
from tests.books import plan

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.open import make_store

pytestmark = pytest.mark.anyio


async def test_nothing_is_written_where_a_lost_commit_could_not_be_found_out(postgres_database: str) -> None:
    """Distributed engines have no such ids: they are refused at the first write, before any money."""
    connection = await asyncpg.connect(postgres_database)
    await connection.execute(
        "CREATE FUNCTION public.pg_current_xact_id_if_assigned() RETURNS xid8"
        " LANGUAGE sql AS 'SELECT NULL::xid8'"
    )
    name = postgres_database.rpartition("/")[2]
    await connection.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')
    store = make_store(postgres_database)
    await store.open()
    with pytest.raises(StoreUnavailableError, match="without a transaction id"):
        await store.save_plan(plan())
    assert await store.find_plan("Plan") is None
    assert await store.find_caller(bytes(32)) is None  # what only reads is served
    await store.close_store()
    await connection.close()
