"""What a row of the scorecard is, what it is asked, and what it answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FOREVER_S = float("inf")
ONE = "sqlite"
"""The set-up of most rows: one process on SQLite."""


class CannotRunError(Exception):
    """This machine cannot play the fault; the message says what is missing."""


@dataclass(frozen=True)
class Order:
    """So much of a row, in an empty folder of its own.

    `until_s`: on the clock of `time.monotonic`; no new round begins after it. `release`: whether it is
    a round of a release run, which goes on from where the one before ended.
    """

    set_up: str
    volume: int
    seed: int
    folder: Path
    until_s: float = FOREVER_S
    release: bool = False

    @property
    def in_time(self) -> bool:
        """Whether another round may begin."""
        return time.monotonic() < self.until_s


@dataclass
class Outcome:
    """What came of it. `also`: further figures, which add up over runs as the volume does."""

    volume: int
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    also: dict[str, int] = field(default_factory=dict)

    def check(self, holds: bool, what: str) -> None:
        """A violation unless it holds."""
        if not holds:
            self.violations.append(what)


@dataclass(frozen=True)
class Row:
    """One line of the scorecard.

    `c`: the volume on every change, of each set-up; 0 when tests have it, which `tests` then names.
    `r`: the goal before a release, over all set-ups. `step`: what a release run asks for at once (c
    unless given), so that it can be ended. `share`: how much of a release run's time, beside other rows.
    `alone`: it measures, and wants the machine for itself.
    """

    name: str
    fault: str
    passes: str
    unit: str
    c: int
    r: int
    run: Callable[[Order], Outcome]
    set_ups: tuple[str, ...] = (ONE,)
    tests: tuple[str, ...] = ()
    step: int = 0
    share: int = 1
    alone: bool = False

    @property
    def goal(self) -> int:
        """The release volume of one set-up."""
        return -(-self.r // len(self.set_ups))

    @property
    def at_once(self) -> int:
        """What one round of a release run is asked for."""
        return self.step or self.c or 1
