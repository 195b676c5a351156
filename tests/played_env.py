"""A clock and chance that tests set, and the waiting that the world needs to move on."""

import hashlib

NOON_MS = 1_795_338_000_000
"""Sunday, 22 November 2026, 12:00 in Moscow."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class PlayedEnv:
    """The Env port: a wall clock that may jump, one that only moves on, chance that repeats itself."""

    def __init__(self, now_ms: int = NOON_MS) -> None:
        self._now_ms = now_ms
        self._monotonic_s = 1000.0
        self._drawn = 0

    def now_ms(self) -> int:
        """As set."""
        return self._now_ms

    def monotonic_s(self) -> float:
        """As far as `pass_s` has moved it."""
        return self._monotonic_s

    def random_bytes(self, count: int) -> bytes:
        """The same in every run."""
        self._drawn += 1
        return hashlib.shake_128(str(self._drawn).encode()).digest(count)

    def chance(self) -> float:
        """Always the middle."""
        return 0.5

    def pass_s(self, seconds: float) -> None:
        """Time goes by."""
        self._monotonic_s += seconds
        self._now_ms += int(seconds * 1000)

    def jump_ms(self, by_ms: int) -> None:
        """Somebody sets the wall clock."""
        self._now_ms += by_ms
