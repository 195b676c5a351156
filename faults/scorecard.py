"""All rows, in the scorecard's order."""

import importlib
import pkgutil
import re

from faults import rows
from faults.row import Row


def load_rows() -> list[Row]:
    """Every row of every module in `faults/rows`."""
    names = sorted(module.name for module in pkgutil.iter_modules(rows.__path__))
    modules = [importlib.import_module(f"{rows.__name__}.{name}") for name in names]
    found = [row for module in modules for row in module.ROWS]
    return sorted(found, key=_place)


def _place(row: Row) -> tuple[int, int]:
    letter, number = re.fullmatch(r"([A-Z])(\d+)", row.name).groups()  # type: ignore[union-attr]
    return "MDUA".index(letter), int(number)
