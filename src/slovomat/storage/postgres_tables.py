"""An instance's tables in a PostgreSQL database, to be read or filled in one transaction."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg

from slovomat.ports.store import Audit, StoreUnavailableError
from slovomat.storage import postgres_start
from slovomat.storage.audit import audit
from slovomat.storage.postgres_transactions import unavailable
from slovomat.storage.postgres_tx import Connection, PostgresTx, Statements
from slovomat.storage.queries import load_queries
from slovomat.storage.tables import Batch, batch_rows

_CONNECT_S = 10
_PATIENCE_S = 3_600
"""For one statement: an audit of very large books takes its time."""
SEQUENCES = (
    "sequence_plans",
    "sequence_pack_offers",
    "sequence_accounts",
    "sequence_api_keys",
    "sequence_buckets",
    "sequence_entries",
    "sequence_journal",
    "sequence_outbox",
    "sequence_sessions",
    "sequence_plan_versions",
    "sequence_orders",
    "sequence_payments",
    "sequence_plan_periods",
    "sequence_refunds",
    "sequence_debt_entries",
    "sequence_code_batches",
    "sequence_codes",
)
CLEARING = ("ledger_unlock", "journal_unlock", "clear", "ledger_lock", "journal_lock")
_FAULTS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class PostgresTables:
    """The Place in a PostgreSQL database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._statements = Statements(load_queries("transfer"))
        self._tx = PostgresTx(connection, self._statements)

    async def batches(self, table: str) -> AsyncIterator[Batch]:
        """All rows, in no order."""
        reading = self._statements.one(f"read_{table}")
        cursor = await self._connection.cursor(reading.text)
        count = batch_rows(table)
        while records := await cursor.fetch(count):
            yield Batch(tuple(records[0].keys()), [tuple(record) for record in records])

    async def take(self, table: str, batch: Batch) -> None:
        """Adds rows."""
        await self._connection.copy_records_to_table(table, columns=batch.columns, records=batch.rows)

    async def audit(self) -> Audit:
        """The books in it."""
        return await audit(PostgresTx(self._connection, Statements(load_queries("postgres"))))

    async def clear(self) -> None:
        """Takes away all that is there."""
        for step in CLEARING:
            await self._tx.rows(step)

    async def continue_ids(self, skip: int = 0) -> None:
        """New ids come after those that are there; those of generations leave so many out."""
        for sequence in SEQUENCES:
            await self._tx.rows(sequence)
        await self._tx.rows("sequence_generations", skip=skip)

    async def has_accounts(self) -> bool:
        """Whether somebody's instance is there."""
        return bool((await self._tx.rows("anybody"))[0][0])

    async def is_served(self) -> bool:
        """Whether a node lives that serves it."""
        return bool((await self._tx.rows("nodes_live"))[0][0])

    async def instance_value(self, name: str) -> str:
        """A value of the instance's; empty where there is none."""
        found = await self._tx.rows("instance_named", name=name)
        return found[0][0] if found else ""


@contextlib.asynccontextmanager
async def snapshot_of(url: str) -> AsyncIterator[PostgresTables]:
    """All tables as of one moment, while others write."""
    async with (
        connected(url) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield PostgresTables(connection)


@contextlib.asynccontextmanager
async def tables_of(url: str, lock: str) -> AsyncIterator[PostgresTables]:
    """All tables, migrated, and nobody else's until the end, which commits; an exception rolls back.

    `lock`: `lock_for_reading` or `lock_for_filling`.
    """
    await postgres_start.prepare(url)
    async with connected(url) as connection, connection.transaction():
        try:
            await PostgresTx(connection, Statements(load_queries("transfer"))).rows(lock)
        except asyncpg.LockNotAvailableError as error:
            raise StoreUnavailableError(f"PostgreSQL: others are using the database: {error}") from error
        yield PostgresTables(connection)


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """A connection that waits as long as it takes. Raises StoreUnavailableError."""
    try:
        connection = await _connect(url)
        try:
            await PostgresTx(connection, Statements(load_queries("transfer"))).rows("copying_session")
            yield connection
        finally:
            connection.terminate()
    except _FAULTS as error:
        raise unavailable(error) from error


async def _connect(url: str) -> Connection:
    try:
        return await asyncpg.connect(url, timeout=_CONNECT_S, command_timeout=_PATIENCE_S)
    except ValueError:
        raise postgres_start.unreadable() from None
