"""What a rule sees of a database: named queries, one by one or for many items in one round trip.

A rule is a coroutine over a Tx. asyncpg awaits it; SQLite's writer drives it without suspension.
"""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from slovomat.later import Later

Row = tuple[Any, ...]
Names = tuple[str, ...]
"""The values of a query in an order: each item has its values in the same."""
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

    async def rows_each(self, query: str, names: Names, items: Sequence[Row]) -> list[list[Row]]:
        """The rows of a named query for each item, in one round trip."""

    async def run_each(self, query: str, names: Names, items: Sequence[Row]) -> list[bool]:
        """Whether each item's row was touched: an item names one row at most, no two of them the same."""

    async def add_each(self, query: str, names: Names, items: Sequence[Row]) -> list[int]:
        """Adds a row for each item; their ids. Raises ConflictError when one of them was there."""


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

    def batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """As write, together with whatever else was submitted to the same rule during the last commit."""

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a short rule that only reads what was committed."""

    def read_batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """As read, together with whatever else was asked of the same rule during its last round trip.

        Each statement sees what is committed by then: there is no snapshot.
        """

    @property
    def has_replica(self) -> bool:
        """Whether there is one to be asked."""

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
