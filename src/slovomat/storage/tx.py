"""What a rule sees of a database: named queries, one by one or for many items in one round trip.

A rule is a coroutine over a Tx. asyncpg awaits it; SQLite's writer drives it without suspension.
"""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

Row = tuple[Any, ...]
Values = dict[str, Any]
T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item


class ConflictError(Exception):
    """A guarded statement found the row changed since it was read: the transaction starts again."""


class Tx(Protocol):
    """One open transaction."""

    async def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of a named query."""

    async def run(self, query: str, **values: Any) -> int:
        """Runs a named statement; how many rows it touched."""

    async def rows_each(self, query: str, items: Sequence[Values]) -> list[list[Row]]:
        """The rows of a named query for each item, in one round trip. No two items touch one row."""

    async def run_each(self, query: str, items: Sequence[Values]) -> list[int]:
        """How many rows a named statement touched for each item. No two items touch one row."""


Rule = Callable[..., Coroutine[Any, Any, T]]
BatchRule = Callable[[Tx, Sequence[I]], Coroutine[Any, Any, list[T]]]
"""Reads for all items, decides in their order, writes for all; a result for each."""


class Engine(Protocol):
    """A database that runs rules, each in one transaction."""

    @property
    def shared(self) -> bool:
        """Whether other nodes may serve the same database."""

    async def write(self, rule: Rule[T], *args: Any) -> T:
        """Runs the rule and commits. Raises StoreUnavailableError when nothing was committed."""

    async def batch(self, rule: BatchRule[I, T], item: I) -> T:
        """As write, together with whatever else was submitted to the same rule during the last commit."""

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a short rule that only reads what was committed."""

    async def read_batch(self, rule: BatchRule[I, T], item: I) -> T:
        """As read, together with whatever else was asked of the same rule during its last round trip."""

    async def read_behind(self, rule: BatchRule[I, T], item: I) -> T | None:
        """As read, but from a replica, which may lag; None where there is none that answers."""

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """Runs a long rule that only reads, on one snapshot, out of the way of the others."""

    def starting(self) -> AbstractAsyncContextManager[None]:
        """Held by one process at a time."""

    def wake_others(self) -> None:
        """Tells other nodes that jobs wait; may be lost."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Calls back when another node says so."""

    async def open(self) -> None:
        """Opens and migrates."""

    async def close(self) -> None:
        """Finishes what was submitted, then closes."""

    def applied_migrations(self) -> list[str]:
        """The names of the migrations in force."""
