"""From values to pixels: an axis with round figures, each step a sum or a factor."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

_APART_PX = 46


class Axis(NamedTuple):
    """Its title, and whether each step is a factor."""

    title: str
    log: bool = False


class Scale:
    """Places the values of an axis between two pixels, from its first tick to its last."""

    def __init__(self, axis: Axis, values: Iterable[float], begin_px: float, end_px: float) -> None:
        shown = [value for value in values if value > 0 or not axis.log]
        self._log, self._begin_px = axis.log, begin_px
        self.ticks = _factors(min(shown), max(shown)) if axis.log else _steps(max(shown))
        self._low = self._of(self.ticks[0])
        self._px = (end_px - begin_px) / (self._of(self.ticks[-1]) - self._low)

    def _of(self, value: float) -> float:
        return math.log10(value) if self._log else value

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self._begin_px + (self._of(value) - self._low) * self._px

    def apart(self) -> list[float]:
        """The ticks that leave room for each other's figures."""
        kept = self.ticks[:1]
        for _, tick in pairwise(self.ticks):
            if abs(self.at(tick) - self.at(kept[-1])) >= _APART_PX:
                kept.append(tick)
        return kept


def _steps(most: float) -> list[float]:
    rough = (most or 1) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough)
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


def _factors(least: float, most: float) -> list[float]:
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    ticks = [10.0**power * n for power in powers for n in (1, 2, 5)]
    below = max(tick for tick in ticks if tick <= least)
    above = min(tick for tick in ticks if tick >= most and tick > below)
    return [tick for tick in ticks if below <= tick <= above]
