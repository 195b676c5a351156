"""Chance that a seed decides: the same seed and purpose give the same throws on every machine."""

import random  # noqa: TID251 - seeded, never ambient
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """One stream of throws. Purposes have streams of their own, so that one does not shift the other."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.throw = random.Random(f"{seed}/{purpose}").random  # noqa: S311 - reproducible on purpose
        """A number in [0, 1)."""

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        return int(self.throw() * count)

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self.throw() < probability

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.throw()

    def pick(self, choices: Sequence[T]) -> T:
        """One of these, all alike."""
        return choices[int(self.throw() * len(choices))]

    def weighted(self, choices: Sequence[tuple[int, T]]) -> T:
        """One of these (weight, choice)."""
        mark = self.throw() * sum(weight for weight, _ in choices)
        for weight, choice in choices:
            mark -= weight
            if mark < 0:
                return choice
        return choices[-1][1]

    def bytes(self, count: int) -> bytes:
        """So many bytes."""
        return bytes(self.below(256) for _ in range(count))
