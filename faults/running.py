"""Runs rows: once at the volume of every change, or round after round for a release."""

import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from faults.row import CannotRunError, Order, Outcome, Row

_FLUSH_S = 60
Tell = Callable[[str], None]


@dataclass
class Played:
    """One row on one set-up: the sum of its rounds. `skipped`: why it could not be played here."""

    row: Row
    set_up: str
    seed: int
    volume: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    also: Counter[str] = field(default_factory=Counter)
    skipped: str = ""

    def add(self, outcome: Outcome, seconds: float) -> None:
        """One more round."""
        self.volume += outcome.volume
        self.seconds += seconds
        self.violations += outcome.violations
        self.notes += [note for note in outcome.notes if note not in self.notes]
        self.also.update(outcome.also)


def play_once(row: Row, set_up: str, seed: int) -> Played:
    """The volume of every change."""
    played = Played(row, set_up, seed)
    _round(played, Order(set_up, row.c, seed, Path()))
    return played


def play_long(row: Row, set_up: str, seed: int, volume: int, seconds: float) -> Iterator[Played]:
    """Rounds until the volume is reached or the time is up, handed out in pieces of a minute."""
    until_s = time.monotonic() + seconds
    piece, number = Played(row, set_up, seed), 0
    while volume > 0 and time.monotonic() < until_s:
        before = piece.volume
        order = Order(set_up, min(row.at_once, volume), seed + number, Path(), until_s, release=True)
        _round(piece, order)
        number += 1
        volume -= piece.volume - before
        if piece.skipped or (piece.violations and piece.volume == before):
            break
        if piece.seconds >= _FLUSH_S:
            yield piece
            piece = Played(row, set_up, seed + number)
    if piece.seconds or piece.skipped:
        yield piece


def _round(played: Played, order: Order) -> None:
    """One call of the row, in a folder that is gone afterwards."""
    began_s = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="slovomat-faults-", ignore_cleanup_errors=True) as folder:
            outcome = played.row.run(replace(order, folder=Path(folder)))
    except CannotRunError as error:
        played.skipped = str(error)
        return
    except Exception:  # a row that breaks down has not shown what it should
        outcome = Outcome(0, [f"the row broke down (seed {order.seed}): {traceback.format_exc()}"])
    played.add(outcome, time.monotonic() - began_s)
