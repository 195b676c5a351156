"""A Tx on PostgreSQL: named queries, the batched ones made of the single ones and their types."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from slovomat.storage.statements import Statement, batched, is_insert, single
from slovomat.storage.tx import ConflictError, Row, Values

Connection: TypeAlias = Any
"""asyncpg's, which comes without types: a connection, or a pool's proxy of one."""


class Statements:
    """The statements of an engine, each made once."""

    def __init__(self, queries: dict[str, str]) -> None:
        self._queries = queries
        self._single = {name: single(text) for name, text in queries.items()}
        self._batched: dict[str, Statement] = {}

    def one(self, query: str) -> Statement:
        """For one item."""
        return self._single[query]

    def inserts(self, query: str) -> bool:
        """Whether the query adds rows."""
        return is_insert(self._queries[query])

    async def many(self, connection: Connection, query: str) -> Statement:
        """For many items; the types of its values are asked of the server, once."""
        made = self._batched.get(query)
        if made is None:
            prepared = await connection.prepare(self._single[query].text)
            types = [kind.name for kind in prepared.get_parameters()]
            made = self._batched[query] = batched(self._queries[query], types)
        return made


class PostgresTx:
    """One connection, in whatever transaction it is. `timeout_s`: for a statement, if not the pool's."""

    def __init__(
        self, connection: Connection, statements: Statements, timeout_s: float | None = None
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._timeout_s = timeout_s
        self.wrote = False
        """Whether any row was changed."""

    async def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of a named query."""
        statement = self._statements.one(query)
        given = [values[name] for name in statement.values]
        found = await self._connection.fetch(statement.text, *given, timeout=self._timeout_s)
        self._note(statement, len(found))
        return [tuple(row) for row in found]

    async def run(self, query: str, **values: Any) -> int:
        """How many rows a named statement touched."""
        statement = self._statements.one(query)
        status = await self._connection.execute(statement.text, *[values[name] for name in statement.values])
        self._note(statement, _touched(status))
        return _touched(status)

    async def rows_each(self, query: str, items: Sequence[Values]) -> list[list[Row]]:
        """The rows of a named query for each item, in one round trip."""
        statement = await self._statements.many(self._connection, query)
        found = await self._connection.fetch(statement.text, *_columns(statement, items))
        self._note(statement, len(found))
        if self._statements.inserts(query):
            return _made(found, len(items))
        rows: list[list[Row]] = [[] for _ in items]
        for number, *row in found:
            rows[number - 1].append(tuple(row))
        return rows

    async def run_each(self, query: str, items: Sequence[Values]) -> list[int]:
        """How many rows a named statement touched for each item."""
        statement = await self._statements.many(self._connection, query)
        columns = _columns(statement, items)
        if self._statements.inserts(query):
            status = await self._connection.execute(statement.text, *columns)
            self._note(statement, _touched(status))
            if _touched(status) != len(items):
                raise ConflictError
            return [1] * len(items)
        touched = [0] * len(items)
        found = await self._connection.fetch(statement.text, *columns)
        self._note(statement, len(found))
        for row in found:
            touched[row[0] - 1] += 1
        return touched

    def _note(self, statement: Statement, touched: int) -> None:
        if touched and statement.writes:
            self.wrote = True


def _touched(status: str) -> int:
    """`UPDATE 3` is 3."""
    return int(status.rpartition(" ")[2])


def _columns(statement: Statement, items: Sequence[Values]) -> list[list[Any]]:
    return [[item[name] for item in items] for name in statement.values]


def _made(found: Sequence[Sequence[Any]], count: int) -> list[list[Row]]:
    """The ids were drawn in the order of the items, so that they sort into it."""
    if len(found) != count:
        raise ConflictError
    return [[row] for row in sorted(tuple(row) for row in found)]
