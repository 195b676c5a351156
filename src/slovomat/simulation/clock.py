"""The clocks of a simulated world: one that never jumps, and each machine's wall clock, which may be set."""

from slovomat.simulation.dice import Dice
from slovomat.simulation.loop import VirtualLoop

_EVENING_MS = 1_795_377_600_000
"""Sunday, 22 November 2026, 23:00 in Moscow: midnight comes within a run."""


class WallClock:
    """The wall clock of one machine."""

    def __init__(self, loop: VirtualLoop, ahead_ms: int = 0) -> None:
        self._loop = loop
        self._set_ms = _EVENING_MS + ahead_ms
        self.jumped_s = -1.0
        """When it was last set, in the loop's time."""
        self._latest_ms = self._set_ms

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self._set_ms + int(self._loop.now_s * 1000)

    def jump(self, by_ms: int) -> None:
        """Somebody sets it."""
        self._latest_ms = self.latest_ms()
        self._set_ms += by_ms
        self.jumped_s = self._loop.now_s

    def latest_ms(self) -> int:
        """The latest instant that it has ever shown."""
        return max(self._latest_ms, self.now_ms())


class SimEnv:
    """The port Env of one process."""

    def __init__(self, loop: VirtualLoop, wall: WallClock, dice: Dice) -> None:
        self._loop = loop
        self._dice = dice
        self.now_ms = wall.now_ms

    def monotonic_s(self) -> float:
        """The loop's time."""
        return self._loop.now_s

    def random_bytes(self, count: int) -> bytes:
        """Bytes of the seed."""
        return self._dice.bytes(count)

    def chance(self) -> float:
        """Jitter of the seed."""
        return self._dice.throw()
