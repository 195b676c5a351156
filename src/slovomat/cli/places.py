"""Where the instance is: its name for people, and whether it has left for elsewhere."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from slovomat.cli.exits import Exit, FaultError
from slovomat.masking import masked

if TYPE_CHECKING:
    from slovomat.cli.output import Output

Where = Path | str
_ENDINGS = ("", *(f"-{number}" for number in range(2, 100)))
_SHOW_EVERY_ROWS = 100_000


def name_of(where: Where) -> str:
    """The file, or the address without its password."""
    return masked(where) if isinstance(where, str) else str(where)


def aside_of(path: Path, at: str) -> Path:
    """A free name beside a file for what it held before this moment."""
    names = (path.with_name(f"{path.name}.before-{at}{ending}") for ending in _ENDINGS)
    return next(name for name in names if not name.exists())


async def refuse_moved(where: Where) -> None:
    """Raises FaultError where the instance has moved away: two live copies would sell the same twice."""
    if isinstance(where, str):
        from slovomat.storage import postgres_look

        refuse_marked(await postgres_look.move_marks(where))
    elif where.is_file():
        from slovomat.storage import sqlite_file

        refuse_marked(sqlite_file.move_marks(where))


def refuse_marked(marks: dict[str, str]) -> None:
    """As refuse_moved, by what the database says of itself."""
    if place := marks.get("moved_to"):
        raise FaultError(
            Exit.CONFIGURATION,
            f"this instance has moved to {place}; name that in SLOVOMAT_DATABASE_URL, or go on here with"
            " `slovomat migrate --force`, and then never there",
            f"этот экземпляр переехал в {place}; укажите его в SLOVOMAT_DATABASE_URL или оставайтесь здесь:"
            " `slovomat migrate --force`, но тогда уже не там",
        )
    if place := marks.get("moving_to"):
        raise FaultError(
            Exit.CONFIGURATION,
            f"a move to {place} was begun and not ended; run `slovomat migrate --to …` again, or stay here"
            " with `slovomat migrate --force`",
            f"переезд в {place} начат и не закончен; повторите `slovomat migrate --to …` или оставайтесь"
            " здесь: `slovomat migrate --force`",
        )


class Counted:
    """Shows on the standard error how far the tables are."""

    def __init__(self, out: "Output") -> None:
        self._out = out
        self._table, self._rows = "", 0
        self._live = not out.as_json and sys.stderr.isatty()

    def __call__(self, table: str, rows: int) -> None:
        """So many rows of the table are through."""
        if table != self._table:
            self.end()
        stepped = rows // _SHOW_EVERY_ROWS > self._rows // _SHOW_EVERY_ROWS
        self._table, self._rows = table, rows
        if self._live:
            sys.stderr.write(f"\r  {table}: {rows}")
            sys.stderr.flush()
        elif stepped and not self._out.as_json:
            self._out.note(f"  {table}: {rows}…")

    def end(self) -> None:
        """The last table is through too."""
        if self._table and not self._out.as_json:
            self._out.note("" if self._live else f"  {self._table}: {self._rows}")
        self._table, self._rows = "", 0
