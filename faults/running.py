"""Runs rows: once at the volume of every change, or round after round for a release."""

import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from faults.row import CannotRunError, Order, Outcome, Row

_FLUSH_S = 60
_ROUND_S = 900
"""A round that takes longer hangs."""


class Result(msgspec.Struct):
    """The sum of some rounds. `skipped`: why the row could not be played here."""

    volume: int = 0
    seconds: float = 0.0
    violations: list[str] = []
    notes: list[str] = []
    also: dict[str, int] = {}
    skipped: str = ""

    def add(self, outcome: Outcome, seconds: float) -> None:
        """One more round."""
        self.volume += outcome.volume
        self.seconds += seconds
        self.violations += outcome.violations
        self.notes += [note for note in outcome.notes if note not in self.notes]
        for name, count in outcome.also.items():
            self.also[name] = self.also.get(name, 0) + count


@dataclass
class Played:
    """What came of one row on one set-up. `seed`: of its first round."""

    row: Row
    set_up: str
    seed: int
    result: Result = field(default_factory=Result)


def play_once(row: Row, set_up: str, seed: int) -> Played:
    """The volume of every change."""
    played = Played(row, set_up, seed)
    _round(played, Order(set_up, row.c, seed, Path()))
    return played


def play_long(row: Row, set_up: str, seed: int, volume: int, seconds: float) -> Iterator[Played]:
    """Rounds until the volume is reached or the time is up, handed out in pieces of a minute or more.

    Whoever ends it early by KeyboardInterrupt still gets the rounds that were whole.
    """
    until_s, number = time.monotonic() + seconds, 0
    piece = Played(row, set_up, seed)
    try:
        while volume > 0 and time.monotonic() < until_s:
            before = piece.result.volume
            _round(
                piece, Order(set_up, min(row.at_once, volume), seed + number, Path(), until_s, release=True)
            )
            number += 1
            volume -= piece.result.volume - before
            if piece.result.volume == before:  # skipped, or broken down
                break
            if piece.result.seconds >= _FLUSH_S:
                yield piece
                piece = Played(row, set_up, seed + number)
    except KeyboardInterrupt:
        if piece.result.seconds:
            yield piece
        raise
    if piece.result.seconds or piece.result.skipped:
        yield piece


def _round(played: Played, order: Order) -> None:
    """One call of the row, in a folder that is gone afterwards."""
    began_s = time.monotonic()
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(_ROUND_S)
    try:
        with tempfile.TemporaryDirectory(prefix="slovomat-faults-", ignore_cleanup_errors=True) as folder:
            outcome = played.row.run(replace(order, folder=Path(folder)))
    except CannotRunError as error:
        played.result.skipped = str(error)
        return
    except Exception:  # a row that breaks down has not shown what it should
        outcome = Outcome(0, [f"the row broke down (seed {order.seed}): {traceback.format_exc()}"])
    finally:
        signal.alarm(0)
    played.result.add(outcome, time.monotonic() - began_s)


def _hangs(*_: object) -> None:
    raise TimeoutError(f"a round takes more than {_ROUND_S} s")
