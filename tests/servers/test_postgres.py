"""The PostgreSQL of the tests does what the tests count on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tests.servers.fixtures import Databases
from tests.servers.postgres import PostgresServer
from tests.servers.processes import wait_gone
from tests.servers.wheel import VERSIONS

pytestmark = pytest.mark.anyio
END_S = 20


async def ask(url: str, sql: str) -> object:
    """One value by a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize("version", VERSIONS)
async def test_each_release_answers(version: int) -> None:
    """By TCP and by its socket, and it is the release that was asked for."""
    with PostgresServer(version) as server:
        for url in (server.url(), server.socket_url()):
            assert int(str(await ask(url, "SHOW server_version_num"))) // 10_000 == version


async def test_what_is_committed_survives_a_kill() -> None:
    """Killed with a connection open, it comes back on its port with its rows."""
    with PostgresServer(durable=True) as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("CREATE TABLE kept (value int); INSERT INTO kept VALUES (7)")
        server.kill()
        assert not server.running
        server.start()
        assert await ask(server.url(), "SELECT value FROM kept") == 7
        assert await ask(server.url(), "SHOW fsync") == "on"
        connection.terminate()


async def test_a_crash_stop_cuts_connections_and_keeps_rows() -> None:
    """As `pg_ctl stop -m immediate` does."""
    with PostgresServer() as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        server.restart("immediate")
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)):
            await connection.execute("SELECT 1")
        assert await ask(server.url(), "SELECT value FROM kept") == 7
        connection.terminate()


async def test_frozen_it_is_silent_until_thawed() -> None:
    """A connection stays open over a pause and gets its answer afterwards."""
    with PostgresServer() as server:
        connection = await asyncpg.connect(server.url())
        server.freeze()
        with pytest.raises(TimeoutError):
            await asyncpg.connect(server.url(), timeout=0.1)
        server.thaw()
        assert await connection.fetchval("SELECT 7") == 7
        await connection.close()


async def test_a_standby_follows_and_can_be_promoted() -> None:
    """It reads what the primary has committed, writes nothing, and writes once promoted."""
    with PostgresServer() as primary, PostgresServer(standby_of=primary) as standby:
        primary.execute("CREATE TABLE followed AS SELECT 7 AS value")
        standby.wait_for(primary)
        assert standby.execute("SELECT value FROM followed") == "7"
        with pytest.raises(RuntimeError, match="read-only"):
            standby.execute("DELETE FROM followed")
        standby.promote()
        assert standby.execute("DELETE FROM followed RETURNING value") == "7"


async def test_each_test_gets_its_own_database(postgres_databases: Databases) -> None:
    """Prepared once, copied for each, and nothing of one is seen in another."""
    prepared = []

    async def prepare(url: str) -> None:
        prepared.append(url)
        await ask(url, "CREATE TABLE items (value int)")

    one, other = (postgres_databases.fresh(prepare) for _ in range(2))
    await ask(one, "INSERT INTO items VALUES (1)")
    assert await ask(other, "SELECT count(*) FROM items") == 0
    assert len(prepared) == 1
    for url in (one, other):
        postgres_databases.drop(url)


async def test_the_fixture_gives_a_url(postgres_database: str) -> None:
    """Of a database that takes connections."""
    assert await ask(postgres_database, "SELECT 7") == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["terminated", "killed"])
def test_nothing_outlives_the_tests(number: signal.Signals) -> None:
    """However their process ends, its servers end with it, and their folders are gone."""
    command = [sys.executable, "-c", HOST]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        postgres_root, valkey_root, *pids = tests.stdout.readline().split()
        os.kill(tests.pid, number)
        tests.wait(END_S)
        wait_gone(map(int, pids), END_S)
        for root in (postgres_root, valkey_root):
            wait_removed(Path(root))


def wait_removed(folder: Path) -> None:
    """Returns when the guard has done its last."""
    end = time.monotonic() + END_S
    while folder.exists():
        assert time.monotonic() < end, "the folder stays"
        time.sleep(0.01)


HOST = """
import sys
from tests.servers.postgres import PostgresServer
from tests.servers.valkey import ValkeyServer
postgres, valkey = PostgresServer(), ValkeyServer()
postgres.start()
valkey.start()
print(postgres.folder.parent, valkey.folder.parent, postgres.pid, valkey.pid, flush=True)
sys.stdin.read()
"""
