"""The PgBouncer of the tests does what the tests count on."""

import asyncpg
import pytest

from tests.servers.pgbouncer import MISSING, PROGRAM, PgBouncer, PoolMode
from tests.servers.postgres import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(PROGRAM is None, reason=MISSING)]


@pytest.mark.parametrize(("pool_mode", "sessions"), [("session", 2), ("transaction", 1)])
async def test_it_shares_out_connections_as_its_mode_says(
    postgres_server: PostgresServer, pool_mode: PoolMode, sessions: int
) -> None:
    """Two clients have a server process each by session; by transaction they take turns on one."""
    with PgBouncer(postgres_server, pool_mode) as bouncer:
        clients = [await asyncpg.connect(bouncer.url(), statement_cache_size=0) for _ in range(2)]
        pids = {await client.fetchval("SELECT pg_backend_pid()") for client in clients}
        assert len(pids) == sessions
        for client in clients:
            await client.close()
