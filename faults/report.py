"""The scorecard as a page, made of what release runs have recorded."""

from collections import Counter
from collections.abc import Iterable, Sequence

from faults.record import ROOT, Piece
from faults.row import Row

PAGE = ROOT / "docs" / "reliability.md"
_DETAILS_MAX = 5
_HEAD = """# Reliability: the scorecard

What the service must survive, and how much of it was played so far. Made by `./dev faults --release`
from `docs/reliability.jsonl`, to which every release run adds its lines; do not edit.

- `./dev test` and `./dev faults`: everything at the volume of every change, in minutes
- `./dev faults --release`: at release volumes, for as long as it takes; `--row M7` for one row,
  `--minutes 60` for a part of it. Parts add up; Ctrl-C keeps what was reached.
- `./dev faults --list`: the rows, and the tests that hold those which `./dev test` has

| | fault | set-up | unit | each change | goal | so far | violations | last run | commit |
|---|---|---|---|---|---|---|---|---|---|
"""


def page(rows: Sequence[Row], pieces: Sequence[Piece]) -> str:
    """The whole page."""
    lines = [_line(row, set_up, _of(pieces, row, set_up)) for row in rows for set_up in row.set_ups]
    return _HEAD + "\n".join(lines) + "\n" + _passes(rows) + _found(rows, pieces)


def _of(pieces: Sequence[Piece], row: Row, set_up: str) -> list[Piece]:
    return [piece for piece in pieces if (piece.row, piece.set_up) == (row.name, set_up)]


def _line(row: Row, set_up: str, pieces: Sequence[Piece]) -> str:
    last = pieces[-1] if pieces else None
    cells = (
        f"**{row.name}**",
        row.fault,
        set_up,
        row.unit,
        f"{row.c:,}" if row.c else "in `./dev test`",
        f"{row.goal:,}",
        so_far(pieces),
        str(sum(piece.violations for piece in pieces)) if last else "–",
        last.date if last else "–",
        f"`{last.commit}`" if last else "–",
    )
    return f"| {' | '.join(cells)} |"


def so_far(pieces: Iterable[Piece]) -> str:
    """The volume, and the further figures behind it."""
    reached, seconds, also = 0, 0.0, Counter[str]()
    for piece in pieces:
        reached += piece.volume
        seconds += piece.seconds
        also.update(piece.also)
    more = [f"{count:,} {name}" for name, count in also.items()]
    return ", ".join([f"{reached:,}", *more, *([f"{duration(seconds)}"] if seconds else [])])


def duration(seconds: float) -> str:
    """For people."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _passes(rows: Sequence[Row]) -> str:
    lines = dict.fromkeys(f"- **{row.name}**: {row.passes}" for row in rows)
    return "\n## What passes\n\n" + "\n".join(lines) + "\n"


def _found(rows: Sequence[Row], pieces: Sequence[Piece]) -> str:
    names = {row.name for row in rows}
    lines = [
        f"- {piece.date} `{piece.commit}` **{piece.row}** on {piece.set_up}, seed {piece.seed}: {detail}"
        for piece in pieces
        if piece.violations and piece.row in names
        for detail in piece.details[:_DETAILS_MAX]
    ]
    return "\n## Violations\n\n" + ("\n".join(lines) or "None.") + "\n"


def table(found: Iterable[tuple[str, ...]]) -> str:
    """Columns of equal width, for a terminal."""
    rows = list(found)
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in padded)
