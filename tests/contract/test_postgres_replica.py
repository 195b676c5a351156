"""PostgreSQL with a replica: it answers for finished jobs, and nobody misses what he wrote himself."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from tests.books import Books, open_books
from tests.servers.postgres import PostgresServer

from slovomat.domain.generation import JobState, JobView
from slovomat.domain.ids import GenerationId
from slovomat.storage.postgres_start import prepare

pytestmark = pytest.mark.anyio


class Pair:
    """A server and its hot standby."""

    def __init__(self, primary: PostgresServer, replica: PostgresServer) -> None:
        self.primary = primary
        self.replica = replica
        self.url = primary.create_database("pair")
        self.replica_url = replica.url("pair")

    async def caught_up(self) -> None:
        """The standby has all that the server has."""
        await asyncio.to_thread(self.replica.wait_for, self.primary)

    async def freeze(self, frozen: bool) -> None:
        """The standby replays nothing more, or goes on."""
        await self._ask(self.replica_url, f"SELECT pg_wal_replay_{'pause' if frozen else 'resume'}()")

    async def _ask(self, url: str, query: str, *values: object) -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Both, with an empty database."""
    with PostgresServer(18) as primary, PostgresServer(18, standby_of=primary) as replica:
        yield Pair(primary, replica)


async def view_of(books: Books, job: GenerationId) -> JobView:
    """What a poll shows."""
    view = await books.store.find_job(books.account, job)
    assert view is not None
    return view


async def test_a_replica_never_hides_what_a_client_did(pair: Pair) -> None:
    """It is behind by a create, or by a result: the poll shows both. Ended jobs are read from it alone."""
    await prepare(pair.url)
    await pair.caught_up()
    async with open_books(pair.url, store={"replica_url": pair.replica_url, "patience_s": 2}) as books:
        await books.credit(10)
        early = await books.held(job_text="early")
        await pair.caught_up()
        await pair.freeze(True)
        late = await books.held(job_text="late")
        assert (await view_of(books, late)).state is JobState.QUEUED
        for job in await books.claim():
            assert await books.complete(job, job.text)
        assert (await view_of(books, early)).result == "early"
        assert (await view_of(books, late)).result == "late"
        await books.balanced()
        await pair.freeze(False)
        await pair.caught_up()
        pair.primary.stop("immediate")
        assert (await view_of(books, early)).result == "early"
        pair.primary.start()
        pair.replica.stop()
        assert (await view_of(books, late)).result == "late"
