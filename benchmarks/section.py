"""A section of the benchmark: one question, its measurement, and how its rows are shown."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks.stage import Stage

Row = dict[str, Any]


class Effort(NamedTuple):
    """How long each load lasts, how many rounds, and how large the grown database is."""

    seconds: float = 3.0
    rounds: int = 3
    generations: int = 10_000_000


class Column(NamedTuple):
    """A column of a table: the key in its rows, the heading, and the format of its numbers."""

    key: str
    title: str
    form: str = ""

    def cell(self, row: Row) -> str:
        """What the row shows here; nothing when it has no such figure."""
        value = row.get(self.key)
        return "" if value is None else format(value, self.form)


class Section(NamedTuple):
    """`name`: the word of the command line and the key in the results. `notes`: how to read it."""

    name: str
    title: str
    columns: Sequence[Column]
    measure: Callable[[Stage, Effort], list[Row]]
    notes: str
