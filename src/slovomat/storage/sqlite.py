"""SQLite: one writer thread that commits whatever queued up during the last commit.

Each commit is synced to disk before anyone learns of it. Short reads run on the event loop over a
read-only connection (a look-up by key costs microseconds, a thread's hand-over tens of them); long
ones in a thread of their own, each on one snapshot.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Coroutine, Iterable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.queries import load_migrations, load_queries
from slovomat.storage.tx import ConflictError, Row, Rule

T = TypeVar("T")
_BUSY_TIMEOUT_S = 10.0
_BATCH_MAX = 1024
_WORDS = {
    "@identity@": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "@key@": "INTEGER PRIMARY KEY",
    "@bytes@": "BLOB",
}
"""What the schema's placeholders are in SQLite."""
_CONFLICT_RETRIES = 5


class _SQLiteTx:
    """A Tx whose methods never suspend."""

    def __init__(self, connection: sqlite3.Connection, queries: dict[str, str]) -> None:
        self._execute = connection.execute
        self._queries = queries

    async def rows(self, query: str, **values: Any) -> list[Row]:
        return self._execute(self._queries[query], values).fetchall()

    async def run(self, query: str, **values: Any) -> int:
        return self._execute(self._queries[query], values).rowcount


def _drive(rule: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that never suspends, to its end."""
    try:
        rule.send(None)
    except StopIteration as stop:
        return cast("T", stop.value)
    rule.close()
    raise AssertionError("a rule waited for something that is not its transaction")


class _Write:
    """A submitted rule and where its outcome goes."""

    __slots__ = ("args", "error", "future", "result", "rule")

    def __init__(self, rule: Rule[Any], args: tuple[Any, ...], future: asyncio.Future[Any]) -> None:
        self.rule = rule
        self.args = args
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None


class SQLiteEngine:
    """The Engine on one SQLite file (`:memory:` is not shared between connections: use a file)."""

    def __init__(self, path: Path, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._queries = load_queries()
        self._inbox: SimpleQueue[_Write | None] = SimpleQueue()
        self._applied: list[str] = []

    async def open(self) -> None:
        """Makes the file where there is none, migrates it, starts the writer."""
        self._loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as opened:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._writer = opened.enter_context(contextlib.closing(self._connect()))
                self._path.chmod(0o600)
                self._applied = migrate(self._writer)
                self._reader = self._connect(read_only=True)
            except (sqlite3.Error, OSError) as error:
                raise StoreUnavailableError(f"{self._path}: {error}") from error
            opened.pop_all()
        self._read_tx = _SQLiteTx(self._reader, self._queries)
        self._thread = threading.Thread(target=self._write_all, name="slovomat-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Commits what was submitted, then closes the file."""
        self._inbox.put(None)
        await self._loop.run_in_executor(None, self._thread.join)
        self._reader.close()
        self._writer.close()

    def applied_migrations(self) -> list[str]:
        """The names of the migrations in force."""
        return list(self._applied)

    async def write(self, rule: Rule[T], *args: Any) -> T:
        """Runs the rule in the next commit. Once submitted it is carried out, even if the caller leaves."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._inbox.put(_Write(rule, args, future))
        return await future

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a short reading rule here and now, on one snapshot."""
        try:
            self._reader.execute("BEGIN")
            try:
                return _drive(rule(self._read_tx, *args))
            finally:
                self._reader.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """Runs a long reading rule in a thread, on one snapshot."""
        return await self._loop.run_in_executor(None, self._report, rule, args)

    def _report(self, rule: Rule[T], args: tuple[Any, ...]) -> T:
        try:
            with contextlib.closing(self._connect(read_only=True)) as connection:
                connection.execute("BEGIN")
                return _drive(rule(_SQLiteTx(connection, self._queries), *args))
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    def _connect(self, read_only: bool = False) -> sqlite3.Connection:
        mode = "ro" if read_only else "rwc"
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        return connection

    # The writer thread

    def _write_all(self) -> None:
        tx = _SQLiteTx(self._writer, self._queries)
        running = True
        while running:
            batch, running = self._next_batch()
            if not batch:
                continue
            try:
                self._commit(tx, batch)
            except (sqlite3.Error, OSError) as error:
                self._roll_back()
                for write in batch:
                    write.error = StoreUnavailableError(str(error))
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                self._loop.call_soon_threadsafe(_resolve, batch)

    def _next_batch(self) -> tuple[list[_Write], bool]:
        """What has queued up, at least one; and whether more may come."""
        batch: list[_Write] = []
        write = self._inbox.get()
        while write is not None:
            batch.append(write)
            if len(batch) == _BATCH_MAX or self._inbox.empty():
                return batch, True
            write = self._inbox.get()
        return batch, False

    def _commit(self, tx: _SQLiteTx, batch: list[_Write]) -> None:
        """One transaction for all; should a rule fail, each runs again behind a savepoint of its own."""
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            for write in batch:
                write.result = _drive(write.rule(tx, *write.args))
        except Exception as error:
            if _engine_failed(error):
                raise
            self._writer.execute("ROLLBACK")
            self._writer.execute("BEGIN IMMEDIATE")
            for write in batch:
                self._run_alone(tx, write)
        self._writer.execute("COMMIT")

    def _run_alone(self, tx: _SQLiteTx, write: _Write) -> None:
        for _ in range(_CONFLICT_RETRIES):
            self._writer.execute("SAVEPOINT one")
            try:
                write.result = _drive(write.rule(tx, *write.args))
                write.error = None
            except Exception as error:
                if _engine_failed(error):
                    raise
                self._writer.execute("ROLLBACK TO one")
                write.error = error
            self._writer.execute("RELEASE one")
            if not isinstance(write.error, ConflictError):
                return

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")


def _engine_failed(error: Exception) -> bool:
    """Whether the database itself failed (disk full, a damaged file), not the rule that ran on it."""
    return isinstance(error, sqlite3.OperationalError | sqlite3.InternalError) or (
        type(error) is sqlite3.DatabaseError
    )


def _resolve(batch: Iterable[_Write]) -> None:
    for write in batch:
        if write.future.done():
            continue
        if write.error is not None:
            write.future.set_exception(write.error)
        else:
            write.future.set_result(write.result)


def migrate(connection: sqlite3.Connection) -> list[str]:
    """Applies what is missing, under SQLite's write lock; returns the names of all in force."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
        applied = {row[0] for row in connection.execute("SELECT name FROM migrations")}
        known = load_migrations("sqlite")
        if newer := applied - {name for name, _ in known}:
            raise sqlite3.DatabaseError(
                f"the database is newer than this program: {', '.join(sorted(newer))}"
            )
        for name, script in known:
            if name in applied:
                continue
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations (name) VALUES (?)", (name,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return [name for name, _ in known]


def _statements(script: str) -> Iterable[str]:
    """The statements of a script; a trigger's body holds semicolons of its own."""
    text = script
    for word, meaning in _WORDS.items():
        text = text.replace(word, meaning)
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
