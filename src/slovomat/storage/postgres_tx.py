"""A Tx on PostgreSQL: named queries, the batched ones made of the single ones and their types."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from slovomat.storage.statements import Statement, arrays_of, batched, is_insert, single
from slovomat.storage.tx import ConflictError, Names, Row

Connection: TypeAlias = Any
"""asyncpg's, which comes without types: a connection, or a pool's proxy of one."""


class Statements:
    """The statements of an engine, each made once."""

    def __init__(self, queries: dict[str, str]) -> None:
        self._queries = queries
        self._single = {name: single(text) for name, text in queries.items()}
        self._batched: dict[tuple[str, Names, bool], Statement] = {}

    def one(self, query: str) -> Statement:
        """For one item."""
        return self._single[query]

    def inserts(self, query: str) -> bool:
        """Whether the query adds rows."""
        return is_insert(self._queries[query])

    async def many(self, connection: Connection, query: str, names: Names, ids: bool = False) -> Statement:
        """For many items; the types of its values are asked of the server, once."""
        made = self._batched.get((query, names, ids))
        if made is None:
            one = self._single[query]
            prepared = await connection.prepare(one.text)
            types = dict(zip(one.values, (kind.name for kind in prepared.get_parameters()), strict=True))
            made = batched(self._queries[query], names, [types[name] for name in names], ids)
            self._batched[query, names, ids] = made
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

    async def rows_each(self, query: str, names: Names, items: Sequence[Row]) -> list[list[Row]]:
        """The rows of a named query for each item, in one round trip."""
        statement = await self._statements.many(self._connection, query, names)
        found = await self._connection.fetch(statement.text, *arrays_of(statement, items))
        self._note(statement, len(found))
        rows: list[list[Row]] = [[] for _ in items]
        for row in found:
            rows[row[0] - 1].append(row[1:])
        return rows

    async def run_each(self, query: str, names: Names, items: Sequence[Row]) -> list[bool]:
        """Whether each item's row was touched."""
        statement = await self._statements.many(self._connection, query, names)
        columns = arrays_of(statement, items)
        if self._statements.inserts(query):
            count = _touched(await self._connection.execute(statement.text, *columns))
            self._note(statement, count)
            if count != len(items):
                raise ConflictError
            return [True] * len(items)
        touched = [False] * len(items)
        found = await self._connection.fetch(statement.text, *columns)
        self._note(statement, len(found))
        for row in found:
            touched[row[0] - 1] = True
        return touched

    async def add_each(self, query: str, names: Names, items: Sequence[Row]) -> list[int]:
        """Adds a row for each item; their ids, drawn in the order of the items, so that they sort into it."""
        statement = await self._statements.many(self._connection, query, names, ids=True)
        made = await self._connection.fetch(statement.text, *arrays_of(statement, items))
        self._note(statement, len(made))
        if len(made) != len(items):
            raise ConflictError
        return sorted([row[0] for row in made])

    def _note(self, statement: Statement, touched: int) -> None:
        if touched and statement.writes:
            self.wrote = True


def _touched(status: str) -> int:
    """`UPDATE 3` is 3."""
    return int(status.rpartition(" ")[2])
