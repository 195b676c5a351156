"""Clock and chance of the month that is made up: the same seed tells the same month."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_DRAW_BYTES = 8


class DemoEnv:
    """The Env port whose time is set by hand, and whose chance is drawn from a seed. Opens nothing real."""

    def __init__(self, seed: str, now_ms: int) -> None:
        self.time_ms = now_ms
        self._seed = seed.encode()
        self._drawn = 0

    def now_ms(self) -> int:
        """The time that was set."""
        return self.time_ms

    def monotonic_s(self) -> float:
        """The same in seconds."""
        return self.time_ms / 1000

    def random_bytes(self, count: int) -> bytes:
        """Bytes that anybody with the seed could tell."""
        self._drawn += 1
        return hashlib.shake_256(b"%s %d" % (self._seed, self._drawn)).digest(count)

    def chance(self) -> float:
        """A number in [0, 1)."""
        return self.below(1 << 53) / (1 << 53)

    def below(self, end: int) -> int:
        """A whole number from 0 on."""
        return int.from_bytes(self.random_bytes(_DRAW_BYTES), "big") % end

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + self.below(most - least + 1)

    def happens(self, percent: int) -> bool:
        """Whether something that happens so often does so now."""
        return self.below(100) < percent

    def pick(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[self.below(len(things))]

    def weighed(self, weights: Sequence[int]) -> int:
        """The number of one of them, the heavier the more often."""
        drawn = self.below(sum(weights))
        for number, weight in enumerate(weights):
            drawn -= weight
            if drawn < 0:
                return number
        raise AssertionError("the draw was within the sum")
