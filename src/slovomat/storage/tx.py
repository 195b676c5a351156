"""What a rule sees of a database: two methods, on any engine.

A rule is a coroutine over a Tx. asyncpg awaits it; SQLite's writer thread drives it without
suspension. Queries are called by name.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar, TypeVarTuple

Row = tuple[Any, ...]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class ConflictError(Exception):
    """A guarded statement found the row changed since it was read: the transaction starts again."""


class Tx(Protocol):
    """One open transaction."""

    async def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of a named query."""

    async def run(self, query: str, **values: Any) -> int:
        """Runs a named statement; how many rows it touched."""


Rule = Callable[..., Coroutine[Any, Any, T]]


class Engine(Protocol):
    """A database that runs rules, each in one transaction."""

    async def write(self, rule: Rule[T], *args: Any) -> T:
        """Runs the rule and commits. Raises StoreUnavailableError when nothing was committed."""

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a short rule that only reads what was committed."""

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """Runs a long rule that only reads, on one snapshot, out of the way of the others."""

    async def open(self) -> None:
        """Opens and migrates."""

    async def close(self) -> None:
        """Finishes what was submitted, then closes."""

    def applied_migrations(self) -> list[str]:
        """The names of the migrations in force."""
