"""The engines that every suite of the Store port runs on, and those of the ports to limits."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
from tests.books import Books, open_books
from tests.limits_stand import OpenLimits, in_memory, through_valkey
from tests.servers.fixtures import Prepare
from tests.servers.valkey import ValkeyServer, valkey_cluster

from slovomat.storage.postgres_start import prepare

OpenBooks = Callable[..., AbstractAsyncContextManager[Books]]


@pytest.fixture(scope="session")
def prepare_postgres() -> Prepare:
    """The service's own schema."""
    return prepare


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> OpenBooks:
    """Opens books on the engine under test, with the plan's and the key's facts that a test wants."""
    if request.param == "sqlite":
        return partial(open_books, tmp_path)
    return partial(open_books, request.getfixturevalue("postgres_database"))


@pytest.fixture
async def books(opening: OpenBooks) -> AsyncIterator[Books]:
    """Books whose plan has no allowance, and a key without caps."""
    async with opening() as opened:
        yield opened


@pytest.fixture(scope="session")
def cluster() -> Iterator[list[ValkeyServer]]:
    """Three Valkeys as one; shared, so do not stop them."""
    with valkey_cluster() as servers:
        yield servers


@pytest.fixture(params=["memory", "one node", "three nodes", "one node, cluster"])
def counting(request: pytest.FixtureRequest) -> OpenLimits:
    """Opens limits that count by themselves, or together through Valkey."""
    if request.param == "memory":
        return in_memory
    fixture = "cluster" if "cluster" in request.param else "valkey_server"
    found = request.getfixturevalue(fixture)
    servers = found if isinstance(found, list) else [found]
    return partial(through_valkey, servers, 3 if "three" in request.param else 1)
