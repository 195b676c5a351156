"""PostgreSQL: a pool of connections, and one lane of batches for each hot rule."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import asyncpg
import structlog

from slovomat.later import Later
from slovomat.ports.store import StoreUnavailableError
from slovomat.storage import postgres_start
from slovomat.storage.postgres_lane import Lanes
from slovomat.storage.postgres_replica import PATIENCE_S, Replica
from slovomat.storage.postgres_transactions import GONE, Transactions, unavailable
from slovomat.storage.postgres_tx import PostgresTx, Statements
from slovomat.storage.postgres_wakeups import Wakeups
from slovomat.storage.queries import load_queries
from slovomat.storage.tx import BatchRule, Rule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item
_CLOSE_S = 10.0
_START_S = 120.0
_START_AGAIN_S = 0.2
_PLAN_S = 60
"""A plan is kept so long: one made by the statistics of tables that were empty then does not stay."""


class PostgresEngine:
    """The Engine on a PostgreSQL server, which any number of nodes may share."""

    def __init__(self, url: str, replica_url: str, connections: int, patience_s: float) -> None:
        self._url = url
        self._replica_url = replica_url
        self._patience_s = patience_s
        self._connections = connections
        self._statements = Statements(load_queries("postgres"))
        self._tasks: set[asyncio.Task[Any]] = set()
        self._applied: list[str] = []
        self._pools: list[asyncpg.Pool] = []
        self._replica: Replica | None = None

    @property
    def shared(self) -> bool:
        """Any number of nodes may serve it."""
        return True

    async def open(self) -> None:
        """Checks the server, migrates it, opens the pool."""
        try:
            self._applied = await postgres_start.prepare(self._url)
            self._transactions = await self._connect(self._url, self._patience_s, await self._name())
            if self._replica_url:
                self._replica = Replica(await self._connect(self._replica_url, PATIENCE_S, ""), self._spawn)
                await self._try_replica()
        except GONE as error:
            raise unavailable(error) from error
        self._writing = Lanes(self._transactions.write, self._spawn)
        self._reading = Lanes(self._transactions.read, self._spawn)
        self._wakeups = Wakeups(self._url, self._statements, self._transactions, self._spawn)

    async def _name(self) -> str:
        """A name that no other life of any node has."""
        connection = await postgres_start.connect(self._url)
        try:
            return str((await PostgresTx(connection, self._statements).rows("node_name"))[0][0])
        finally:
            connection.terminate()

    async def _try_replica(self) -> None:
        """A replica may be down, but its URL must be one."""
        try:
            (await postgres_start.connect(self._replica_url)).terminate()
        except postgres_start.UnfitError:
            raise
        except StoreUnavailableError as error:
            structlog.get_logger("slovomat").warning("the replica does not answer", error=str(error))

    async def _connect(self, url: str, patience_s: float, node: str) -> Transactions:
        pool = await asyncpg.create_pool(
            url,
            timeout=patience_s,
            min_size=0,
            max_size=self._connections,
            command_timeout=patience_s,
            statement_cache_size=500,
            max_cached_statement_lifetime=_PLAN_S,
            max_inactive_connection_lifetime=0,
            init=self._begin_session,
            reset=_keep_session,
        )
        self._pools.append(pool)
        return Transactions(pool, self._statements, patience_s, node)

    async def close(self) -> None:
        """Commits what was submitted, then closes the connections."""
        await self._wakeups.close()
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
        for pool in self._pools:
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await pool.close()
            except (*GONE, asyncpg.PostgresError):
                pool.terminate()

    def applied_migrations(self) -> list[str]:
        """The names of the migrations in force."""
        return list(self._applied)

    async def write(self, rule: Rule[T], *args: Any) -> T:
        """Runs the rule in a transaction, which is carried out even if the caller leaves."""
        return await asyncio.shield(self._spawn(self._transactions.write(lambda tx: rule(tx, *args))))

    def batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """Runs the rule for whatever is submitted to it meanwhile, in one transaction."""
        return self._writing.submit(rule, item)

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a short reading rule; each of its statements sees what is committed by then."""
        return await self._spawn(self._transactions.read(lambda tx: rule(tx, *args)))

    def read_batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """The same for whatever is asked of the rule meanwhile; each sees what was there when it asked."""
        return self._reading.submit(rule, item)

    @property
    def has_replica(self) -> bool:
        """Whether one is named in the settings."""
        return self._replica is not None

    async def read_behind(self, rule: BatchRule[I, T], item: I) -> T | None:
        """The replica's word, should there be one that answers."""
        if self._replica is None:
            return None
        found = await self._replica.read(rule, item)
        return found  # noqa: RET504 - the type is found so

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """Runs a long reading rule on one snapshot."""
        return await self._spawn(self._transactions.read(lambda tx: rule(tx, *args), snapshot=True))

    @contextlib.asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """Held by one node at a time, on a connection of its own."""
        connection = await postgres_start.connect(self._url)
        try:
            await self._lock_start(connection)
            yield
        finally:
            connection.terminate()

    async def _lock_start(self, connection: asyncpg.Connection) -> None:
        tx = PostgresTx(connection, self._statements)
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _START_S
        try:
            while not (await tx.rows("starting_lock"))[0][0]:
                if loop.time() > until_s:
                    raise StoreUnavailableError("another node has been starting for two minutes")
                await asyncio.sleep(_START_AGAIN_S)
        except GONE as error:
            raise unavailable(error) from error

    def wake_others(self) -> None:
        """Tells the other nodes that there are jobs; soon, and once for many calls."""
        self._wakeups.tell()

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Calls back when another node says so."""
        self._wakeups.listen(callback)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """The engine's own tasks, for a caller may have none: `close` waits for them."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # its caller may have left without hearing of it

    async def _begin_session(self, connection: asyncpg.Connection) -> None:
        await connection.execute(self._statements.one("session").text)


async def _keep_session(_connection: asyncpg.Connection) -> None:
    """Nothing of a session is changed by what runs on it: no round trip to restore it."""
