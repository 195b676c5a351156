"""Behind PgBouncer the service keeps the books where sessions are kept, and says no where they are not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest
from tests.books import open_books
from tests.servers.pgbouncer import MISSING, PROGRAM, PgBouncer
from tests.servers.postgres import PostgresServer

from slovomat.domain.generation import HoldState
from slovomat.storage.open import make_store
from slovomat.storage.postgres_start import UnfitError

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(PROGRAM is None, reason=MISSING)]
MANY = 60


@pytest.fixture
def database(postgres_database: str) -> str:
    """The name of a fresh database with the service's schema."""
    return postgres_database.rpartition("/")[2]


@asynccontextmanager
async def others(url: str, clients: int) -> AsyncIterator[None]:
    """Other clients of the pooler, each with a session of the server's behind it, idle by now."""
    async with AsyncExitStack() as opened:
        connections = [await asyncpg.connect(url, statement_cache_size=0) for _ in range(clients)]
        for connection in connections:
            opened.push_async_callback(connection.close)
            await connection.execute("BEGIN")
        for connection in connections:
            await connection.execute("COMMIT")
        yield


async def test_in_session_mode_it_works(postgres_server: PostgresServer, database: str) -> None:
    """The same books by the pooler's address: many holds at once, all closed, nothing left over."""
    with PgBouncer(postgres_server, "session") as bouncer:
        async with open_books(bouncer.url(database)) as books:
            await books.credit(2 * MANY)
            holds = await asyncio.gather(*(books.held(2) for _ in range(MANY)))
            assert await books.balance() == 0
            closed = await asyncio.gather(*(books.close(hold, HoldState.RELEASED) for hold in holds))
            assert all(closed)
            assert await books.balance() == 2 * MANY


@pytest.mark.parametrize(("pool_size", "clients"), [(20, 0), (20, 5), (1, 0)], ids=["idle", "busy", "narrow"])
async def test_in_transaction_mode_it_refuses_to_start(
    postgres_server: PostgresServer, database: str, pool_size: int, clients: int
) -> None:
    """With the reason and the way out, however many sessions the pooler has at hand."""
    with PgBouncer(postgres_server, "transaction", pool_size) as bouncer:
        async with others(bouncer.url(database), clients):
            with pytest.raises(UnfitError, match="pool_mode=session"):
                await make_store(bouncer.url(database)).open()
