"""SQLite: one file, one writer, readers beside it.

A write is told of once its commit is synced to disk (sqlite_writer.py). Short reads run on the event
loop over a read-only connection (a look-up by key costs microseconds, a thread's hand-over tens of
them); long ones in a thread of their own, each on one snapshot.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from slovomat.later import Later
from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.queries import load_migrations, load_queries
from slovomat.storage.sqlite_tx import SQLiteTx, drive
from slovomat.storage.sqlite_writer import SQLiteWriter, Submitted, carry_out, together
from slovomat.storage.tx import BatchRule, Rule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item
_BUSY_TIMEOUT_S = 10.0
_WORDS = {
    "@identity@": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "@account_identity@": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "@generation@": "INTEGER PRIMARY KEY REFERENCES generations (id)",
    "@bytes@": "BLOB",
    "@in_buckets@": "REFERENCES buckets (id)",
    "@in_generations@": "REFERENCES generations (id)",
    "@by_account@": "",
}
"""What the schema's placeholders are in SQLite."""


class SQLiteEngine:
    """The Engine on one SQLite file (`:memory:` is not shared between connections: use a file)."""

    def __init__(self, path: Path, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._queries = load_queries()
        self._applied: list[str] = []

    @property
    def shared(self) -> bool:
        """One process serves a file."""
        return False

    def starting(self) -> contextlib.AbstractAsyncContextManager[None]:
        """There is no other."""
        return contextlib.nullcontext()

    def wake_others(self) -> None:
        """There are none."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Nobody else says anything."""

    async def open(self) -> None:
        """Makes the file where there is none, migrates it, starts the writer."""
        with contextlib.ExitStack() as opened:
            try:
                connection = opened.enter_context(contextlib.closing(self._connect()))
                self._path.chmod(0o600)
                self._applied = migrate(connection)
                connection.execute("PRAGMA busy_timeout = 0")
                self._reader = self._connect(read_only=True)
            except (sqlite3.Error, OSError) as error:
                raise StoreUnavailableError(f"{self._path}: {error}") from error
            opened.pop_all()
        self._loop = asyncio.get_running_loop()
        self._read_tx = SQLiteTx(self._reader, self._queries)
        self._asked: list[Submitted] = []
        self._writer = SQLiteWriter(connection, self._queries, self._busy_timeout_s)

    async def close(self) -> None:
        """Commits what was submitted, then closes the file."""
        await self._writer.close()
        if self._asked:
            self._read_asked()
        self._reader.close()

    def applied_migrations(self) -> list[str]:
        """The names of the migrations in force."""
        return list(self._applied)

    async def write(self, rule: Rule[T], *args: Any) -> T:
        """Runs the rule in the next commit. Once submitted it is carried out, even if the caller leaves."""
        made: T = await self._writer.submit(Submitted(rule, args, batched=False))
        return made

    def batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """As write, in one run of the rule with all other items of the next commit."""
        return self._writer.submit(Submitted(rule, (item,), batched=True))

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a short reading rule here and now, on one snapshot."""
        try:
            self._reader.execute("BEGIN")
            try:
                return drive(rule(self._read_tx, *args))
            finally:
                self._reader.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error

    def read_batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """As read, with whatever else is asked in this turn of the loop: a snapshot's locks cost more than
        what is looked up in it."""
        asked = Submitted(rule, (item,), batched=True)
        self._asked.append(asked)
        if len(self._asked) == 1:
            self._loop.call_soon(self._read_asked)
        return asked

    def _read_asked(self) -> None:
        asked, self._asked = self._asked, []
        failed: Exception | None = None
        try:
            self._reader.execute("BEGIN")
            try:
                for alike in together(asked):
                    carry_out(self._read_tx, alike)
            finally:
                self._reader.execute("COMMIT")
        except sqlite3.Error as error:
            failed = StoreUnavailableError(str(error))
        except Exception as error:
            failed = error
        for one in asked:
            one.tell(failed)

    @property
    def has_replica(self) -> bool:
        """There is none."""
        return False

    async def read_behind(self, _rule: BatchRule[I, T], _item: I) -> T | None:
        """There is no replica."""
        return None

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """Runs a long reading rule in a thread, on one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(None, self._report, rule, args)

    def _report(self, rule: Rule[T], args: tuple[Any, ...]) -> T:
        try:
            with contextlib.closing(self._connect(read_only=True)) as connection:
                connection.execute("BEGIN")
                return drive(rule(SQLiteTx(connection, self._queries), *args))
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
