"""Transactions on PostgreSQL: again after a conflict, and an outcome that was not heard is found out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from typing import TypeVar

import asyncpg

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.postgres_tx import PostgresTx, Statements
from slovomat.storage.tx import ConflictError

T = TypeVar("T")
_CONFLICT_RETRIES = 12
_STALE_RETRIES = 3
_REPORT_S = 900.0
_FIND_OUT_S = 30.0
_ASK_AGAIN_S = 0.1


CONFLICTS = (
    ConflictError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
)
GONE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresIOError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalServerError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
"""The server, or the way to it, failed, not the rule that ran on it."""


class Transactions:
    """Runs work in transactions on a pool's connections."""

    def __init__(self, pool: asyncpg.Pool, statements: Statements, patience_s: float, node: str) -> None:
        self._pool = pool
        self._slots = Slots(node)
        self._patience_s = patience_s
        self._statements = statements

    async def write(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        """Runs and commits. Raises StoreUnavailableError when nothing was committed, or none can say.

        What has failed is tried again, on a connection that may be better. What was waited for in vain is
        not: whoever asked has waited long enough.
        """
        conflicts = stale = 0
        while True:
            try:
                return await self._attempt(work)
            except CONFLICTS as error:
                conflicts += 1
                if conflicts == _CONFLICT_RETRIES:
                    raise StoreUnavailableError(f"conflicts without end: {type(error).__name__}") from error
            except GONE as error:
                stale += 1
                if stale == _STALE_RETRIES or isinstance(error, TimeoutError):
                    raise unavailable(error) from error

    async def read(self, work: Callable[[PostgresTx], Awaitable[T]], snapshot: bool = False) -> T:
        """Runs what only reads; on one snapshot if asked."""
        stale = 0
        while True:
            try:
                async with self.connection() as connection:
                    if not snapshot:
                        return await work(PostgresTx(connection, self._statements))
                    async with connection.transaction(isolation="repeatable_read", readonly=True):
                        tx = PostgresTx(connection, self._statements, _REPORT_S)
                        await tx.rows("plan_freely")
                        return await work(tx)
            except GONE as error:
                stale += 1
                if stale == _STALE_RETRIES or isinstance(error, TimeoutError):
                    raise unavailable(error) from error

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
        """One of the pool's. After a fault it is not used again, and the others are looked at anew."""
        connection = await self._pool.acquire(timeout=self._patience_s)
        try:
            yield connection
        except GONE:
            _drop(connection)
            await self._pool.expire_connections()
            raise
        except BaseException:
            if _in_transaction(connection):
                _drop(connection)
            raise
        finally:
            await self._pool.release(connection)

    async def _attempt(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        with self._slots.taken() as (slot, mark):
            async with self.connection() as connection:
                tx = PostgresTx(connection, self._statements)
                await connection.execute("BEGIN")
                try:
                    result = await work(tx)
                    wrote = tx.wrote
                    if wrote:
                        await tx.run("commit_mark", slot=slot, mark=mark)
                except GONE:
                    raise
                except BaseException:
                    await connection.execute("ROLLBACK")
                    raise
                try:
                    await connection.execute("COMMIT")
                    return result
                except GONE as error:
                    lost = error
                    _drop(connection)
            if not wrote or await self._committed(slot, mark, lost):
                return result
        raise ConnectionAbortedError("the commit did not take place") from lost

    async def _committed(self, slot: str, mark: int, error: BaseException) -> bool:
        """Whether a transaction whose commit was not answered took place: asked, never guessed.

        Its mark is a row of it. Who asks waits until it has ended, one way or the other.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _FIND_OUT_S
        while loop.time() < until_s:
            with suppress(*GONE):
                await self._pool.expire_connections()
                async with self.connection() as connection:
                    found = await PostgresTx(connection, self._statements).rows("commit_marked", slot=slot)
                    return bool(found[0][0] == mark)
            await asyncio.sleep(_ASK_AGAIN_S)
        raise StoreUnavailableError(f"the outcome of a commit is not known: {describe(error)}") from error


class Slots:
    """Names for the marks of transactions under way: no two at once have the same."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._free: list[str] = []
        self._names = count(1)
        self._marks = count(1)

    @contextmanager
    def taken(self) -> Iterator[tuple[str, int]]:
        """A slot, and a mark that was never in it."""
        slot = self._free.pop() if self._free else f"{self._node}/{next(self._names)}"
        try:
            yield slot, next(self._marks)
        finally:
            self._free.append(slot)


def _drop(connection: asyncpg.pool.PoolConnectionProxy) -> None:
    """Ends a connection, which may have ended, and left the pool, by itself."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


def _in_transaction(connection: asyncpg.pool.PoolConnectionProxy) -> bool:
    try:
        return bool(connection.is_in_transaction())
    except asyncpg.InterfaceError:
        return False


def unavailable(error: BaseException) -> StoreUnavailableError:
    """What the use cases hear."""
    return StoreUnavailableError(f"PostgreSQL: {describe(error)}")


def describe(error: BaseException) -> str:
    """The kind of a fault, and its first line where that holds no value of a statement."""
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, GONE):
        return f"{type(error).__name__} {error.sqlstate}"
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"
