"""What the seed decides of a database and of networks: how long things take, and how they fail."""

from collections.abc import Callable
from enum import StrEnum

from slovomat.simulation.dice import Dice


class Fate(StrEnum):
    """What becomes of one commit."""

    DONE = "done"
    REFUSED = "refused"
    """It could not begin."""
    UNDONE = "undone"
    """The commit itself failed, and nothing of it is there."""
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"


_FATES = ((1, Fate.REFUSED), (1, Fate.UNDONE), (1, Fate.DIES_BEFORE), (1, Fate.DIES_AFTER))


class Weather:
    """Fair, or as the seed has it. `faults`: how much of all that can go wrong does; 0 is nothing."""

    def __init__(self, dice: Dice, clock: Callable[[], float], faults: float) -> None:
        self._dice = dice
        self._clock = clock
        self._faults = faults
        self.fair = False
        """From now on nothing fails any more."""
        self.outage = False
        """The database is away."""
        self._copied_s = -1.0
        self.troubled_s = -1.0
        """Until when something failed, or took as long as if it did, for the last time."""

    def fate(self) -> Fate:
        """Of the next commit."""
        if self.outage:
            fate = Fate.REFUSED
        else:
            fate = self._dice.weighted(_FATES) if self._goes_wrong(0.04) else Fate.DONE
        if fate is not Fate.DONE:
            self.troubled_s = max(self.troubled_s, self._clock())
        return fate

    def commit_s(self) -> float:
        """How long it takes until a batch is committed: mostly under a millisecond, seldom seconds."""
        return self._long(0.001, 2.0)

    def told_s(self) -> float:
        """How long after it its callers hear of it."""
        return self._long(0.0005, 2.0)

    def read_s(self) -> float:
        """How long a read takes; 0 is at once."""
        return 0.0 if self._dice.happens(0.7) else self._long(0.0005, 0.5)

    def travel_s(self) -> float:
        """How long a message takes between a client and a node."""
        return self._long(0.002, 1.0)

    def loses_message(self) -> bool:
        """Whether a message never arrives."""
        return self._goes_wrong(0.01)

    def read_fails(self) -> bool:
        """Whether a read finds the database away."""
        fails = self.outage or self._goes_wrong(0.003)
        if fails:
            self.troubled_s = max(self.troubled_s, self._clock())
        return fails

    def replica_catches_up(self) -> bool:
        """Whether the replica has followed by now; the first time it has."""
        catches_up = self._copied_s < 0 or self._clock() > self._copied_s + self._dice.between(0.0, 8.0)
        if catches_up:
            self._copied_s = self._clock()
        return catches_up

    def _goes_wrong(self, probability: float) -> bool:
        return not self.fair and self._dice.happens(probability * self._faults)

    def _long(self, usual_s: float, most_s: float) -> float:
        if not self._goes_wrong(0.02):
            return self._dice.between(0.0, usual_s)
        long_s = self._dice.between(0.0, most_s)
        self.troubled_s = max(self.troubled_s, self._clock() + long_s)
        return long_s
