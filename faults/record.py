"""What release runs have found so far: a line of JSON for each piece, only ever added to."""

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "reliability.jsonl"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One uninterrupted stretch of one row on one set-up."""

    date: str
    commit: str
    row: str
    set_up: str
    volume: int
    violations: int
    seconds: float
    seed: int
    also: dict[str, int] = {}
    details: list[str] = []


def append(piece: Piece, file: Path = FILE) -> None:
    """Adds a line."""
    with file.open("ab") as lines:
        lines.write(msgspec.json.encode(piece) + b"\n")


def read(file: Path = FILE) -> list[Piece]:
    """All lines."""
    if not file.exists():
        return []
    return [msgspec.json.decode(line, type=Piece) for line in file.read_bytes().splitlines() if line]


def volume(pieces: Iterable[Piece], row: str, set_up: str) -> int:
    """What was reached so far."""
    return sum(piece.volume for piece in pieces if (piece.row, piece.set_up) == (row, set_up))


def today() -> str:
    """The date, UTC."""
    return datetime.now(UTC).date().isoformat()


def commit() -> str:
    """The commit under test; with a plus where the program differs from it."""
    found = _git("rev-parse", "--short=9", "HEAD")
    return found + ("+" if _git("status", "--porcelain", "--", "src") else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip()
