"""How two texts differ, line by line, as the desk shows it."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

_PLACE = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
Side = Literal["new", "old", "both", "place"]


class DiffLine(msgspec.Struct, frozen=True):
    """A line of either text or of both; or, as `place`, where the next ones stand in the new text."""

    side: Side
    text: str


def difference(unified: Sequence[str]) -> list[DiffLine]:
    """The lines of a unified diff, without its head."""
    return [_line(one) for one in unified[2:]]


def _line(line: str) -> DiffLine:
    place = _PLACE.fullmatch(line)
    if place:
        return DiffLine("place", place[2])
    side: Side = {"+": "new", "-": "old"}.get(line[:1], "both")  # type: ignore[assignment]
    return DiffLine(side, line[1:])
