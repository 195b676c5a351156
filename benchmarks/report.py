"""The results, for people and for programs."""

import datetime
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.section import Column, Row, Section

_ROOT = Path(__file__).parents[1]


def table(section: Section, rows: Sequence[Row]) -> str:
    """The section for a terminal."""
    cells = _cells(section.columns, rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = [_is_number(column, rows) for column in section.columns]
    lines = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in cells
    ]
    return "\n".join([f"{section.title}\n", lines[0], "-" * max(map(len, lines)), *lines[1:], ""])


def markdown(section: Section, rows: Sequence[Row]) -> str:
    """The same for a page."""
    head, *lines = _cells(section.columns, rows)
    rule = ["---:" if _is_number(column, rows) else "---" for column in section.columns]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def _cells(columns: Sequence[Column], rows: Sequence[Row]) -> list[list[str]]:
    return [[column.title for column in columns], *([column.cell(row) for column in columns] for row in rows)]


def _is_number(column: Column, rows: Sequence[Row]) -> bool:
    return any(isinstance(row.get(column.key), int | float) for row in rows)


def taken(rows: Sequence[Row], pinned: bool) -> dict[str, Any]:
    """A section's rows with when, on what and of which version they were taken."""
    return {
        "on": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M"),
        "commit": _commit(),
        "machine": _machine(),
        "cores": os.cpu_count(),
        "pinned": pinned,
        "python": platform.python_version(),
        "rows": list(rows),
    }


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or platform.machine()}, Linux {platform.release().partition('-')[0]}"


def _commit() -> str:
    command = ["git", "-C", str(_ROOT), "rev-parse", "--short=9", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def wrong(rows: Sequence[Row]) -> int:
    """How many answers were not as expected, in all."""
    return sum(row.get("wrong", 0) for row in rows)
