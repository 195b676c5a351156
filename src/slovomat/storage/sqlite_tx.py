"""A Tx on SQLite: named queries, for many items by `executemany`, and rules driven without suspension."""

import sqlite3
from collections.abc import Coroutine, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar, cast

from slovomat.storage.statements import is_insert, numbered
from slovomat.storage.tx import ConflictError, Names, Row

T = TypeVar("T")


class SQLiteTx:
    """A Tx whose methods never suspend. One cursor does for all: rows are fetched at once."""

    def __init__(self, connection: sqlite3.Connection, queries: dict[str, str]) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._execute = self._cursor.execute
        self._queries = queries
        self._numbered: dict[tuple[str, Names], str] = {}

    async def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of a named query."""
        return self._execute(self._queries[query], values).fetchall()

    async def run(self, query: str, **values: Any) -> int:
        """How many rows a named statement touched."""
        return self._execute(self._queries[query], values).rowcount

    async def rows_each(self, query: str, names: Names, items: Sequence[Row]) -> list[list[Row]]:
        """The rows of a named query for each item."""
        text = self._text(query, names)
        return [self._execute(text, item).fetchall() for item in items]

    async def run_each(self, query: str, names: Names, items: Sequence[Row]) -> list[bool]:
        """Whether each item's row was touched, by what the connection has changed from one to the next."""
        text = self._text(query, names)
        if is_insert(text):
            self._add(text, items)
            return [True] * len(items)
        changes: list[int] = []
        self._cursor.executemany(text, self._counted(items, changes))
        return [before != after for before, after in pairwise(changes)]

    async def add_each(self, query: str, names: Names, items: Sequence[Row]) -> list[int]:
        """Adds a row for each item; their ids, which follow each other: nobody else writes meanwhile."""
        self._add(self._text(query, names), items)
        last: int = self._execute(self._queries["last_id"]).fetchone()[0]
        return list(range(last + 1 - len(items), last + 1))

    def _add(self, text: str, items: Sequence[Row]) -> None:
        if self._cursor.executemany(text, items).rowcount != len(items):
            raise ConflictError

    def _counted(self, items: Sequence[Row], changes: list[int]) -> Iterator[Row]:
        connection, note = self._connection, changes.append
        for item in items:
            note(connection.total_changes)
            yield item
        note(connection.total_changes)

    def _text(self, query: str, names: Names) -> str:
        text = self._numbered.get((query, names))
        if text is None:
            text = self._numbered[query, names] = numbered(self._queries[query], names)
        return text


def drive(rule: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that never suspends, to its end."""
    try:
        rule.send(None)
    except StopIteration as stop:
        return cast("T", stop.value)
    rule.close()
    raise AssertionError("a rule waited for something that is not its transaction")
