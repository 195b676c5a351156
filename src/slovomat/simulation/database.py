"""The simulation's database: the real schema, queries and rules, on SQLite in memory.

It is the whole database of all nodes. What takes time in life (the way there, the sync to disk) is waited for
before and after by those who ask (engine.py); a transaction itself is one instant.
"""

import sqlite3
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, TypeVar

from slovomat.simulation.loop import Life
from slovomat.simulation.mirror import Fail, Mirror
from slovomat.storage.audit import audit
from slovomat.storage.queries import load_queries
from slovomat.storage.sqlite import migrate
from slovomat.storage.sqlite_tx import SQLiteTx, drive
from slovomat.storage.sqlite_writer import Submitted, carry_out, together
from slovomat.storage.tx import ConflictError, Rule

T = TypeVar("T")
_TRIES = 5
_BUGS = (sqlite3.Error, AssertionError, LookupError, TypeError, ValueError)
"""What a rule raises by a mistake: here the database itself never fails in the middle of one."""


class Database:
    """Runs rules, and lets the mirror look after each commit.

    `queries`: the real ones, or a planted bug's. `clock_ms`: the database's own clock, where nodes share it.
    """

    def __init__(self, queries: dict[str, str], fail: Fail, clock_ms: Callable[[], int] | None) -> None:
        self._fail = fail
        self._connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
        self._connection.execute("PRAGMA foreign_keys = ON")
        migrate(self._connection)
        own = _named("mirror.sql")
        if clock_ms is not None:
            self._connection.create_function("database_ms", 0, clock_ms)
            queries = queries | _named("shared.sql")
        self._tx = SQLiteTx(self._connection, queries)
        self._real = SQLiteTx(self._connection, load_queries())
        self.mirror = Mirror(
            lambda name, **values: self._connection.execute(own[name], values).fetchall(), fail
        )
        self._replica = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
        self._replica_tx = SQLiteTx(self._replica, queries)
        self._connection.create_function("touched", 2, self.mirror.touch)
        for trigger in _statements("watch.sql"):
            self._connection.execute(trigger)

    def transact(self, writes: Sequence[Submitted], keep: bool, by: Life) -> None:
        """All in one transaction of a process, as the real writer has it; it is undone unless `keep`."""
        self._connection.execute("BEGIN")
        try:
            for run in together(writes):
                carry_out(self._tx, run)
        except ConflictError:
            self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN")
            for write in writes:
                self._run_alone(write)
        except _BUGS as bug:
            keep = False
            self._fail("rule_failed", f"{type(bug).__name__}: {bug}")
        if keep:
            self._connection.execute("COMMIT")
            self.mirror.look(by)
        else:
            self._connection.execute("ROLLBACK")
            self.mirror.forget()

    def read(self, rule: Rule[T], *args: Any) -> T:
        """What is committed."""
        return drive(rule(self._tx, *args))

    def copy(self) -> None:
        """The replica catches up."""
        self._connection.backup(self._replica)

    def read_behind(self, rule: Rule[T], *args: Any) -> T:
        """What was committed when the replica last caught up."""
        return drive(rule(self._replica_tx, *args))

    def audit(self) -> None:
        """The product's own check of all invariants, in its own words whatever is planted."""
        for violation in drive(audit(self._real)).violations:
            self._fail(violation.invariant, f"{violation.row_id}: {violation.detail}")

    def close(self) -> None:
        """Forgets everything."""
        self._connection.close()
        self._replica.close()

    def _run_alone(self, write: Submitted) -> None:
        for _ in range(_TRIES):
            self._connection.execute("SAVEPOINT one")
            write.error = None
            try:
                carry_out(self._tx, [write])
            except ConflictError as conflict:
                self._connection.execute("ROLLBACK TO one")
                write.error = conflict
            self._connection.execute("RELEASE one")
            if write.error is None:
                return


def _named(file: str) -> dict[str, str]:
    """The queries of a file of the simulation, by name."""
    _, *parts = _text(file).split("-- name: ")
    pairs = (part.partition("\n") for part in parts)
    return {name: text.strip().removesuffix(";") for name, _, text in pairs}


def _statements(file: str) -> list[str]:
    return [line for line in _text(file).splitlines() if line and not line.startswith("--")]


def _text(file: str) -> str:
    return (files("slovomat.simulation") / file).read_text("utf-8")
