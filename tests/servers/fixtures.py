"""What tests ask for: a server a process, a database a test."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count

import pytest

from tests.servers.postgres import PostgresServer
from tests.servers.valkey import ValkeyServer
from tests.servers.wheel import VERSIONS

Prepare = Callable[[str], Awaitable[object]]
"""Brings an empty database, given by its URL, to where tests want it."""
PostgresOf = Callable[[int], PostgresServer]


class Databases:
    """Fresh databases on one server, copied from a template that is prepared once."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._numbers = count(1)
        self._templates: dict[Prepare | None, str] = {}

    def fresh(self, prepare: Prepare | None = None) -> str:
        """Makes a database that `prepare` has been run on, and returns its URL."""
        return self.server.create_database(f"test{next(self._numbers)}", self._template(prepare))

    def drop(self, url: str) -> None:
        """Removes it."""
        self.server.drop_database(url.rpartition("/")[2])

    def _template(self, prepare: Prepare | None) -> str | None:
        if prepare is None:
            return None
        if prepare not in self._templates:
            name = f"template_{len(self._templates)}"
            _run_apart(prepare, self.server.create_database(name))
            self._templates[prepare] = name
        return self._templates[prepare]


def _run_apart(prepare: Prepare, url: str) -> None:
    """Awaits it on a loop of its own, whether or not the test has one."""

    async def prepared() -> None:
        await prepare(url)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, prepared()).result()


@pytest.fixture(scope="session")
def postgres_of() -> Iterator[PostgresOf]:
    """The running server of a major version (16 or 18), one a test process, started when first asked for."""
    running: dict[int, PostgresServer] = {}
    with ExitStack() as opened:

        def server_of(version: int) -> PostgresServer:
            if version not in running:
                running[version] = opened.enter_context(PostgresServer(version))
            return running[version]

        yield server_of


@pytest.fixture(scope="session")
def postgres_server(postgres_of: PostgresOf) -> PostgresServer:
    """The newest PostgreSQL, or SLOVOMAT_TEST_POSTGRES; shared: a test that stops one starts its own."""
    return postgres_of(int(os.environ.get("SLOVOMAT_TEST_POSTGRES", max(VERSIONS))))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> Databases:
    """Fresh databases on it."""
    return Databases(postgres_server)


@pytest.fixture(scope="session")
def prepare_postgres() -> Prepare | None:
    """What the template of `postgres_database` gets; a suite overrides it to bring its own."""
    return None


@pytest.fixture
def postgres_database(postgres_databases: Databases, prepare_postgres: Prepare | None) -> Iterator[str]:
    """The URL of a fresh database, dropped after the test."""
    url = postgres_databases.fresh(prepare_postgres)
    yield url
    postgres_databases.drop(url)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """A Valkey for the test process; shared, so do not stop it."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def empty_valkey(valkey_server: ValkeyServer) -> ValkeyServer:
    """The same, with nothing in it."""
    with valkey_server.client() as client:
        client.flushall()
    return valkey_server
