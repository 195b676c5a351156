"""PostgreSQL alone: what became of a commit whose answer was lost is found out, never guessed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.books import Books, mark, open_books
from tests.servers.postgres import PostgresServer

from slovomat.domain.generation import HoldState
from slovomat.domain.request import Accepted
from slovomat.ports.store import StoreUnavailableError

pytestmark = pytest.mark.anyio


class Fate(Enum):
    """What becomes of the next commit."""

    ANSWER_LOST = auto()
    NEVER_ARRIVED = auto()
    SILENCE = auto()
    """It does not arrive, and nobody is told."""
    CRASH = auto()
    """It does not arrive, for the server has died; it is back at once."""


LOSSES = (Fate.ANSWER_LOST, Fate.NEVER_ARRIVED, Fate.SILENCE)


class Wire:
    """A way to the server that looks for commits."""

    def __init__(self, url: str, crash: Callable[[], None] | None = None) -> None:
        self._target = urlsplit(url)
        self._crash = crash
        self.fates: list[Fate] = []
        self.commits = 0
        self.crashing = asyncio.Lock()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The URL that goes this way."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        name = self._target.username or ""
        yield self._target._replace(netloc=f"{name}@127.0.0.1:{port}").geturl()
        server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, asks = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:
            writer.transport.abort()
            return
        lost = asyncio.Event()
        with suppress(OSError):
            await asyncio.gather(self._asks(reader, asks, writer, lost), self._answers(answers, writer, lost))
        for side in (writer, asks):
            side.transport.abort()

    async def _asks(
        self,
        reader: asyncio.StreamReader,
        asks: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
        lost: asyncio.Event,
    ) -> None:
        while piece := await reader.read(65_536):
            if b"COMMIT" in piece and self.fates:
                self.commits += 1
                match self.fates.pop(0):
                    case Fate.ANSWER_LOST:
                        lost.set()
                    case Fate.NEVER_ARRIVED:
                        writer.transport.abort()
                        break
                    case Fate.SILENCE:
                        continue
                    case Fate.CRASH:
                        assert self._crash is not None
                        async with self.crashing:
                            await asyncio.to_thread(self._crash)
                        writer.transport.abort()
                        break
            asks.write(piece)
        asks.transport.abort()

    async def _answers(
        self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event
    ) -> None:
        while piece := await answers.read(65_536):
            if lost.is_set():
                break
            writer.write(piece)
        writer.transport.abort()


@asynccontextmanager
async def books_over(wire: Wire) -> AsyncIterator[Books]:
    """Books whose store goes over the wire."""
    async with wire.open() as url, open_books(url, store={"patience_s": 1.5}) as books:
        await books.credit(10)
        yield books


@pytest.mark.parametrize("fate", LOSSES)
async def test_a_hold_whose_commit_is_lost_is_made_once(postgres_database: str, fate: Fate) -> None:
    """Committed or not, the caller gets the hold, and one price is set aside."""
    wire = Wire(postgres_database)
    async with books_over(wire) as books:
        wire.fates.append(fate)
        result = await books.hold(2, idempotency=mark("k"))
        assert isinstance(result, Accepted), result
        assert wire.commits == 1
        assert await books.balance() == 8
        assert await books.store.open_holds() == 1
        assert await books.close(result.id, HoldState.SETTLED)


@pytest.mark.parametrize("fate", LOSSES)
async def test_a_closing_whose_commit_is_lost_closes_once(postgres_database: str, fate: Fate) -> None:
    """It is told as done by the one who did it."""
    wire = Wire(postgres_database)
    async with books_over(wire) as books:
        hold = await books.held(2)
        wire.fates.append(fate)
        assert await books.close(hold, HoldState.SETTLED)
        assert not await books.close(hold, HoldState.RELEASED)
        assert await books.balance() == 8


async def test_a_commit_that_is_lost_again_and_again_is_refused(postgres_database: str) -> None:
    """Nothing was committed, and the caller is told so."""
    wire = Wire(postgres_database)
    async with books_over(wire) as books:
        wire.fates += [Fate.NEVER_ARRIVED] * 100
        with pytest.raises(StoreUnavailableError):
            await books.hold(2)
        wire.fates.clear()
        assert await books.balance() == 10


async def test_ten_holds_in_one_lost_commit_are_made_once_each(postgres_database: str) -> None:
    """A batch shares its commit's fate, and each caller hears it."""
    wire = Wire(postgres_database)
    async with books_over(wire) as books:
        wire.fates += [Fate.ANSWER_LOST, Fate.NEVER_ARRIVED]
        holds = await asyncio.gather(*(books.held(1) for _ in range(10)))
        assert len(set(holds)) == 10
        assert await books.balance() == 0


async def test_a_crash_lends_nobody_the_outcome_of_another() -> None:
    """After it the server gives the ids of transactions that were lost to others: theirs is not ours."""
    with PostgresServer(18, durable=True) as server:
        url = server.create_database("crashing")

        def crash() -> None:
            server.kill()
            server.start()
            for _ in range(3):
                server.execute(
                    "INSERT INTO instance (name, value) SELECT 'other ' || random(), ''", "crashing"
                )

        wire = Wire(url, crash)
        async with books_over(wire) as books:
            for _ in range(3):
                wire.fates.append(Fate.CRASH)
                hold = await books.held(2)
                async with wire.crashing:  # the server is back before all is done to it
                    assert await books.close(hold, HoldState.SETTLED)
            assert await books.balance() == 4


async def test_ids_keep_the_order_of_a_batch(postgres_database: str) -> None:
    """Each caller gets the id of its own hold: prices and ids belong together."""
    async with open_books(postgres_database) as books:
        await books.credit(1000)
        prices = [1 + number % 7 for number in range(150)]
        ids = await asyncio.gather(*(books.held(price) for price in prices))
        connection = await asyncpg.connect(postgres_database)
        try:
            found = await connection.fetch("SELECT id, price_requests FROM generations")
        finally:
            await connection.close()
        assert dict(zip(ids, prices, strict=True)) == dict(found)


async def test_the_ledger_only_grows(postgres_database: str) -> None:
    """No entry is changed or deleted, even by hand."""
    async with open_books(postgres_database) as books:
        await books.credit(5)
        connection = await asyncpg.connect(postgres_database)
        try:
            for statement in ("UPDATE entries SET reason = 'x'", "DELETE FROM entries", "TRUNCATE entries"):
                with pytest.raises(asyncpg.RaiseError, match="append-only"):
                    await connection.execute(statement)
        finally:
            await connection.close()


async def test_a_claim_takes_no_more_than_its_limit(postgres_database: str) -> None:
    """Whatever plan the server chose, even one made for tables that it takes for empty."""
    async with open_books(postgres_database) as books:
        connection = await asyncpg.connect(postgres_database)
        await connection.execute("ANALYZE")
        await connection.close()
        for _ in range(9):
            await books.claim(2)
        await books.credit(20)
        for number in range(10):
            await books.held(2, job_text=f"text {number}")
        assert [len(await books.claim(2)) for _ in range(6)] == [2, 2, 2, 2, 2, 0]
