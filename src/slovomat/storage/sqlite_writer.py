"""SQLite's one writer: group commit without a pause to collect the group.

Statements run on the event loop, the commit with its sync to disk in a thread beside it. What is
submitted while a commit runs makes the next batch. (Statements in a thread of their own would wait for
the interpreter's lock at each of them, since SQLite lets go of it every time.)
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue
from typing import Any

from slovomat.later import Later
from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.sqlite_tx import SQLiteTx, drive
from slovomat.storage.tx import ConflictError, Rule

_BATCH_MAX = 128
"""So many rules run at a stretch: a few milliseconds in which nothing else does."""
_CONFLICT_RETRIES = 5
_ASK_AGAIN_S = 0.002


class Submitted(Later[Any]):
    """A rule to be run, and its result once its transaction ended. `batched`: its argument is one of many.

    `made` and `error` are what came of it, of which nobody hears before.
    """

    __slots__ = ("args", "batched", "error", "made", "rule")

    def __init__(self, rule: Rule[Any], args: tuple[Any, ...], batched: bool) -> None:
        super().__init__()
        self.rule = rule
        self.args = args
        self.batched = batched
        self.made: Any = None
        self.error: Exception | None = None

    def tell(self, failed: Exception | None) -> None:
        """Its caller goes on; `failed`: why nothing of its transaction stays."""
        error = failed or self.error
        if error is None:
            self.resolve(self.made)
        else:
            self.fail(error)


def together(batch: Iterable[Submitted]) -> list[list[Submitted]]:
    """The items of one rule at the place of their first, all else alone."""
    runs: list[list[Submitted]] = []
    of_rule: dict[Rule[Any], list[Submitted]] = {}
    for write in batch:
        if write.batched and write.rule in of_rule:
            of_rule[write.rule].append(write)
            continue
        runs.append([write])
        if write.batched:
            of_rule[write.rule] = runs[-1]
    return runs


def carry_out(tx: SQLiteTx, writes: Sequence[Submitted]) -> None:
    """Runs one rule for its writes, which hear of their results later."""
    rule = writes[0].rule
    if not writes[0].batched:
        writes[0].made = drive(rule(tx, *writes[0].args))
        return
    results = drive(rule(tx, [write.args[0] for write in writes]))
    for write, result in zip(writes, results, strict=True):
        write.made = result


class SQLiteWriter:
    """Owns the writing connection, whose own busy timeout must be 0: the loop never waits for a lock."""

    def __init__(
        self, connection: sqlite3.Connection, queries: dict[str, str], busy_timeout_s: float
    ) -> None:
        self._connection = connection
        self._tx = SQLiteTx(connection, queries)
        self._busy_timeout_s = busy_timeout_s
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Submitted] = []
        self._busy = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._orders: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._obey, name="slovomat-commit", daemon=True)
        self._thread.start()

    def submit(self, write: Submitted) -> Submitted:
        """Carries the rule out in the next commit, even if the caller leaves."""
        self._waiting.append(write)
        if not self._busy:
            self._busy = True
            self._idle.clear()
            self._loop.call_soon(self._begin)
        return write

    async def close(self) -> None:
        """Commits what was submitted, then ends the thread."""
        await self._idle.wait()
        self._orders.put(None)
        await self._loop.run_in_executor(None, self._thread.join)
        self._connection.close()

    # On the event loop

    def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self._orders.put(self._begin_patiently)  # another process writes: wait for it beside the loop
        except sqlite3.Error as error:
            self._fail(error)
        else:
            self._run()

    def _run(self) -> None:
        """Runs the next batch in the open transaction, and has it committed."""
        batch, self._waiting = self._waiting[:_BATCH_MAX], self._waiting[_BATCH_MAX:]
        try:
            self._run_rules(batch)
        except (sqlite3.Error, OSError) as error:
            self._roll_back()
            self._ended(batch, StoreUnavailableError(str(error)))
        else:
            self._orders.put(lambda: self._commit(batch))

    def _run_rules(self, batch: list[Submitted]) -> None:
        """All in one transaction; should a rule fail, each runs again behind a savepoint of its own."""
        try:
            for writes in together(batch):
                carry_out(self._tx, writes)
        except Exception as error:
            if _engine_failed(error):
                raise
            self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            for write in batch:
                self._run_alone(write)

    def _run_alone(self, write: Submitted) -> None:
        for _ in range(_CONFLICT_RETRIES):
            self._connection.execute("SAVEPOINT one")
            try:
                carry_out(self._tx, [write])
                write.error = None
            except Exception as error:
                if _engine_failed(error):
                    raise
                self._connection.execute("ROLLBACK TO one")
                write.error = error
            self._connection.execute("RELEASE one")
            if not isinstance(write.error, ConflictError):
                return

    def _fail(self, error: sqlite3.Error) -> None:
        """No transaction could be opened: nobody's rule is carried out."""
        batch, self._waiting = self._waiting, []
        self._ended(batch, StoreUnavailableError(str(error)))

    def _ended(self, batch: list[Submitted], failed: Exception | None) -> None:
        """Each that is told goes on at once, and may have more to write: that waits for the next batch."""
        for write in batch:
            write.tell(failed)
        if self._waiting:
            self._loop.call_soon(self._begin)  # after the tasks among them
        else:
            self._busy = False
            self._idle.set()

    # In the thread

    def _obey(self) -> None:
        while (order := self._orders.get()) is not None:
            order()

    def _tell(self, callback: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
            self._loop.call_soon_threadsafe(callback, *args)

    def _begin_patiently(self) -> None:
        deadline_s = time.perf_counter() + self._busy_timeout_s
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if time.perf_counter() > deadline_s or not isinstance(error, sqlite3.OperationalError):
                    self._tell(self._fail, error)
                    return
                time.sleep(_ASK_AGAIN_S)
            else:
                self._tell(self._run)
                return

    def _commit(self, batch: list[Submitted]) -> None:
        failed: Exception | None = None
        try:
            self._connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            self._roll_back()
            self._bury()
            failed = StoreUnavailableError(str(error))
        self._tell(self._ended, batch, failed)

    def _bury(self) -> None:
        """Writes over what a failed commit may have left in the journal, before anybody is told of it.

        When only the sync failed, the transaction stands there whole: this process takes it for rolled back,
        but who opens the file after a crash would not. Another one in its place, synced or not, ends that.
        """
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA synchronous = OFF")
            try:
                drive(self._tx.run("ping"))
            finally:
                self._roll_back()  # within a transaction the setting could not be changed back
                self._connection.execute("PRAGMA synchronous = FULL")

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _engine_failed(error: Exception) -> bool:
    """Whether the database itself failed (disk full, a damaged file), not the rule that ran on it."""
    return isinstance(error, sqlite3.OperationalError | sqlite3.InternalError) or (
        type(error) is sqlite3.DatabaseError
    )
