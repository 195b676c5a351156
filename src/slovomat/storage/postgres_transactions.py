"""Transactions on PostgreSQL: again after a conflict, and an outcome that was not heard is found out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
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

_UNNUMBERED = (
    "this server writes without a transaction id, by which a lost answer to a commit is found out:"
    " PostgreSQL itself is needed, not a server that speaks its language"
)

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

    def __init__(self, pool: asyncpg.Pool, statements: Statements, patience_s: float) -> None:
        self._pool = pool
        self._patience_s = patience_s
        self._statements = statements

    async def write(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        """Runs and commits. Raises StoreUnavailableError when nothing was committed.

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
                    raise StoreUnavailableError(f"conflicts without end: {error}") from error
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
        async with self.connection() as connection:
            tx = PostgresTx(connection, self._statements)
            await connection.execute("BEGIN")
            try:
                result = await work(tx)
                transaction: str | None = (await tx.rows("transaction_id"))[0][0]
                if tx.wrote and transaction is None:
                    raise StoreUnavailableError(_UNNUMBERED)
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
        if transaction is None or await self._committed(transaction, lost):
            return result
        raise ConnectionAbortedError("the commit did not take place") from lost

    async def _committed(self, transaction: str, error: BaseException) -> bool:
        """Whether a transaction whose commit was not answered took place: asked, never guessed."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _FIND_OUT_S
        while loop.time() < until_s:
            await asyncio.sleep(_ASK_AGAIN_S)
            with suppress(*GONE):
                await self._pool.expire_connections()
                async with self.connection() as connection:
                    status = await self._status(PostgresTx(connection, self._statements), transaction)
                if status != "in progress":
                    return status == "committed"
        raise StoreUnavailableError(f"the outcome of a commit is not known: {error}") from error

    async def _status(self, tx: PostgresTx, transaction: str) -> str | None:
        try:
            status: str | None = (await tx.rows("transaction_status", id=transaction))[0][0]
        except asyncpg.InvalidParameterValueError:  # a server that took over has never heard of it
            return None
        if status == "in progress":
            await tx.rows("transaction_end", id=transaction)
        return status


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
    """What the use cases hear: the kind of the fault, and no text that could hold a value."""
    return StoreUnavailableError(f"PostgreSQL: {type(error).__name__}: {str(error)[:200]}")
