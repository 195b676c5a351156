"""What a command prints: tables and sentences for people, one JSON document for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slovomat.cli.exits import Exit, FaultError

_PIPE_WIDTH = 200
"""Columns of a table that is not read on a terminal."""


class Output:
    """Prints in one language (`ru` or `en`) and one form (text, or JSON alone)."""

    def __init__(self, language: str, as_json: bool) -> None:
        self.language = language
        self.as_json = as_json

    def say(self, english: str, russian: str) -> str:
        """The text of this output's language."""
        return russian if self.language == "ru" else english

    def result(self, document: object, people: Callable[[], None]) -> None:
        """The command's outcome: the document with --json, else what `people` prints."""
        if self.as_json:
            self.document(document)
        else:
            people()

    def done(self, document: object, english: str, russian: str) -> None:
        """An outcome that one sentence tells."""
        self.result(document, lambda: self.line(self.say(english, russian)))

    def document(self, document: object, *, compact: bool = False) -> None:
        """One JSON document; `compact` puts it on one line."""
        self.line(_json(document, sys.stdout.encoding, indent=None if compact else 2))

    def line(self, text: str) -> None:
        """One line to the standard output."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A remark beside the result, to the standard error."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def fault(self, fault: FaultError) -> None:
        """An expected fault, to the standard error."""
        message = self.say(fault.english, fault.russian)
        if self.as_json:
            code = Exit(fault.exit_code).name.lower()
            self.note(_json({"error": {"code": code, "message": message}}, sys.stderr.encoding, indent=None))
        else:
            self.note(f"slovomat: {message}")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; a dash stands for None."""
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        terminal = sys.stdout.isatty()
        table = Table(box=box.SIMPLE_HEAD if terminal else None, pad_edge=False)
        for column in columns:
            table.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(value)) for value in row))
        Console(width=None if terminal else _PIPE_WIDTH, highlight=False).print(table)

    def facts(self, facts: Mapping[str, object]) -> None:
        """Names and values, one pair a line."""
        width = max(map(len, facts))
        for name, value in facts.items():
            self.line(f"{name:<{width}}  {_cell(value)}")


def moment(at_ms: int | None) -> str | None:
    """An instant as ISO 8601 in UTC, to the second."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "✓" if value else "✗"
        case list() | tuple() | set() | frozenset():
            return ", ".join(map(str, value)) or "–"
        case _:
            return str(value)


def _json(document: Any, encoding: str | None, indent: int | None) -> str:
    ascii_only = not (encoding or "").lower().startswith("utf")
    return json.dumps(document, ensure_ascii=ascii_only, indent=indent)
