"""An instance's tables in a SQLite file, to be read or filled in one transaction."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from slovomat.ports.store import Audit, StoreUnavailableError
from slovomat.storage.audit import audit
from slovomat.storage.nul import NUL, without_nul
from slovomat.storage.queries import load_queries
from slovomat.storage.sqlite_tx import SQLiteTx, drive
from slovomat.storage.tables import Batch, batch_rows
from slovomat.storage.tx import Row

_BUSY_TIMEOUT_S = 10


class SQLiteTables:
    """The Place in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queries = load_queries("transfer")

    async def batches(self, table: str) -> AsyncIterator[Batch]:
        """All rows, in no order."""
        cursor = self._connection.execute(self._queries[f"read_{table}"])
        columns = tuple(column[0] for column in cursor.description)
        while rows := cursor.fetchmany(batch_rows(table)):
            yield Batch(columns, _storable(rows))

    async def take(self, table: str, batch: Batch) -> None:
        """Adds rows."""
        rows = [dict(zip(batch.columns, row, strict=True)) for row in batch.rows]
        self._connection.executemany(self._queries[f"write_{table}"], rows)

    async def audit(self) -> Audit:
        """The books in it."""
        return drive(audit(SQLiteTx(self._connection, self._queries)))

    def clear(self) -> None:
        """Takes away what a new file has of itself."""
        self._connection.execute(self._queries["clear_file"])

    def skip_ids(self, count: int) -> None:
        """Leaves out so many ids of generations."""
        self._connection.execute(self._queries["file_sequence_begin"])
        self._connection.execute(self._queries["file_sequence_skip"], {"skip": count})

    def check_references(self) -> None:
        """No row names one that is not there. Raises StoreUnavailableError."""
        if stray := self._connection.execute(self._queries["foreign_keys"]).fetchone():
            raise StoreUnavailableError(f"{stray[0]}, row {stray[1]}, names a row that is not there")
        if stray := self._connection.execute(self._queries["audit_row_of_nobody"]).fetchone():
            raise StoreUnavailableError(f"{stray[1]} (row {stray[0]}) names a row that is not there")


@contextlib.contextmanager
def tables_of(path: Path) -> Iterator[SQLiteTables]:
    """The tables of a file that is there; others may read meanwhile, not write.

    Commits at the end; an exception closes the file uncommitted. Raises StoreUnavailableError.
    """
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None
        )
        with contextlib.closing(connection):
            connection.execute("BEGIN IMMEDIATE")
            yield SQLiteTables(connection)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"{path}: {error}") from error


def _storable(rows: list[Row]) -> list[Row]:
    """The store's door replaces U+0000 in what is new, this in what is old."""
    if not any(NUL in value for row in rows for value in row if value.__class__ is str):
        return rows
    return [tuple(without_nul(value) if isinstance(value, str) else value for value in row) for row in rows]
