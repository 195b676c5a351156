"""Named queries as PostgreSQL takes them: one by one with `$n`, or for many items in one round trip.

The batched form is derived, so that each query is written once: the items come as one array for each
value, `unnest` makes rows of them again, and the statement runs over these.
"""

import re
from collections.abc import Sequence

import msgspec

_PLACE = re.compile(r"(?<!:):([a-z_]+)")
_INSERT = re.compile(
    r"(?P<head>INSERT INTO \w+\s*\([^)]*\))\s*VALUES\s*\((?P<values>.*?)\)(?P<conflict>\s*ON CONFLICT.*?)?"
    r"(?P<returning>\s*RETURNING .*)?",
    re.DOTALL,
)
_CHANGE = re.compile(
    r"(?P<head>(?:UPDATE|DELETE FROM) .*?)\s+WHERE\s+(?P<where>.*?)(?:\s*RETURNING (?P<returning>.*))?",
    re.DOTALL,
)
NUMBER = "item_number"


class Statement(msgspec.Struct, frozen=True):
    """A query with `$n` in place of names; `values` are the names in the order of their numbers."""

    text: str
    values: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether its rows are changed ones."""
        return not self.text.startswith("SELECT")


def single(query: str) -> Statement:
    """The query for one item."""
    names = tuple(dict.fromkeys(_PLACE.findall(query)))
    numbers = {name: n for n, name in enumerate(names, 1)}
    return Statement(_PLACE.sub(lambda place: f"${numbers[place[1]]}", query), names)


def batched(query: str, types: Sequence[str]) -> Statement:
    """The query for many items: `types` are those of its values, as PostgreSQL names them.

    Each row that comes back begins with its item's number, from 1; those of an INSERT come without, in the
    order of the items, for their ids are drawn in it. Raises ValueError for a form that cannot be batched.
    """
    names = tuple(dict.fromkeys(_PLACE.findall(query)))
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, 1))
    columns = ", ".join([*(f"of_{name}" for name in names), NUMBER])
    items = f"unnest({arrays}) WITH ORDINALITY AS items ({columns})"
    body = _PLACE.sub(r"items.of_\1", query)
    return Statement(_over(body, items), names)


def is_insert(query: str) -> bool:
    """Whether its rows come without their item's number."""
    return query.startswith("INSERT")


# What these put together are texts of our own .sql files; values are never among them.
def _over(body: str, items: str) -> str:
    if body.startswith("SELECT"):
        return f"SELECT items.{NUMBER}, found.* FROM {items} CROSS JOIN LATERAL ({body}) AS found"  # noqa: S608
    if insert := _INSERT.fullmatch(body):
        tail = (insert["conflict"] or "") + (insert["returning"] or "")
        return f"{insert['head']} SELECT {insert['values']} FROM {items} ORDER BY items.{NUMBER}{tail}"  # noqa: S608
    if change := _CHANGE.fullmatch(body):
        word = "USING" if body.startswith("DELETE") else "FROM"
        returning = f", {change['returning']}" if change["returning"] else ""
        return f"{change['head']} {word} {items} WHERE {change['where']} RETURNING items.{NUMBER}{returning}"
    raise ValueError(f"cannot be run for many items: {body}")
