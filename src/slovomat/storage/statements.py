"""Named queries as the engines take them: one by one, or for many items whose values come in an order.

The batched forms are derived, so that each query is written once. In SQLite a value's name becomes its
number. In PostgreSQL the items come as one array for each value, `unnest` makes rows of them again, and the
statement runs over these, in one round trip.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

_PLACE = re.compile(r"(?<!:):([a-z_]+)")
_INSERT = re.compile(
    r"(?P<head>INSERT INTO \w+\s*\([^)]*\))\s*VALUES\s*\((?P<values>.*?)\)(?P<conflict>\s*ON CONFLICT.*?)?",
    re.DOTALL,
)
_CHANGE = re.compile(
    r"(?P<head>(?:UPDATE|DELETE FROM) .*?)\s+WHERE\s+(?P<where>.*?)(?:\s*RETURNING (?P<returning>.*))?",
    re.DOTALL,
)
NUMBER = "item_number"
_ENCODE = msgspec.json.Encoder().encode


class Statement(msgspec.Struct, frozen=True):
    """A query with `$n` in place of names; `values` are the names in the order of their numbers.

    `kinds`: for many items, the types of their values.
    """

    text: str
    values: tuple[str, ...]
    kinds: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether its rows are changed ones."""
        return not self.text.startswith("SELECT")


def single(query: str) -> Statement:
    """The query for one item."""
    names = tuple(dict.fromkeys(_PLACE.findall(query)))
    numbers = {name: n for n, name in enumerate(names, 1)}
    return Statement(_PLACE.sub(lambda place: f"${numbers[place[1]]}", query), names)


def numbered(query: str, names: Sequence[str]) -> str:
    """The query with `?n` for the value that is named in the n-th place."""
    numbers = {name: n for n, name in enumerate(names, 1)}
    return _PLACE.sub(lambda place: f"?{numbers[place[1]]}", query)


def batched(query: str, names: Sequence[str], types: Sequence[str], ids: bool = False) -> Statement:
    """The query for many items: `names` and `types` of their values, as PostgreSQL calls these.

    Each row that comes back begins with its item's number, from 1. An INSERT gives back nothing, or the new
    rows' `ids`, which were drawn in the order of the items. Raises ValueError for what cannot be batched.
    """
    arrays = ", ".join(f"${n}{_as_text(kind)}::{kind}[]" for n, kind in enumerate(types, 1))
    columns = ", ".join([*(f"of_{name}" for name in names), NUMBER])
    items = f"unnest({arrays}) WITH ORDINALITY AS items ({columns})"
    body = _PLACE.sub(r"items.of_\1", query)
    return Statement(_over(body, items) + (" RETURNING id" if ids else ""), tuple(names), tuple(types))


def arrays_of(statement: Statement, items: Iterable[Sequence[Any]]) -> list[Any]:
    """What a statement for many items is given: an array for each of their values.

    As text, but for bytes: the driver's own way asks of every element whether it is an array itself.
    """
    columns = zip(statement.kinds, zip(*items, strict=True), strict=True)
    return [array_text(column) if _as_text(kind) else column for kind, column in columns]


def array_text(values: Sequence[str | int | None]) -> str:
    """An array as PostgreSQL writes one. JSON is written so too, as long as nothing in it is escaped."""
    text = _ENCODE(values).decode()
    if "\\" not in text:
        return "{" + text[1:-1] + "}"
    return "{" + ",".join([_quoted(value) for value in values]) + "}"


def _quoted(value: str | int | None) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "NULL" if value is None else str(value)


def _as_text(kind: str) -> str:
    return "" if kind == "bytea" else "::text"


def is_insert(query: str) -> bool:
    """Whether it adds rows."""
    return query.startswith("INSERT")


# What these put together are texts of our own .sql files; values are never among them.
def _over(body: str, items: str) -> str:
    if body.startswith("SELECT"):
        return f"SELECT items.{NUMBER}, found.* FROM {items} CROSS JOIN LATERAL ({body}) AS found"  # noqa: S608
    if insert := _INSERT.fullmatch(body):
        conflict = insert["conflict"] or ""
        return f"{insert['head']} SELECT {insert['values']} FROM {items} ORDER BY items.{NUMBER}{conflict}"  # noqa: S608
    if change := _CHANGE.fullmatch(body):
        word = "USING" if body.startswith("DELETE") else "FROM"
        returning = f", {change['returning']}" if change["returning"] else ""
        return f"{change['head']} {word} {items} WHERE {change['where']} RETURNING items.{NUMBER}{returning}"
    raise ValueError(f"cannot be run for many items: {body}")
