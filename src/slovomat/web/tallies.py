"""Counts and times that cost nothing to take: plain sums, made into Prometheus's form when somebody looks.

The library's own counters take a lock and find a child by its labels every time: several microseconds, on
every request. All of these are taken on one event loop.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Counts(Collector):
    """A counter with labels."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._form = (name, meaning, labels)
        self._sums: defaultdict[tuple[str | int, ...], int] = defaultdict(int)
        registry.register(self)

    def add(self, amount: int, *labels: str | int) -> None:
        """So many more under these labels' values."""
        self._sums[labels] += amount

    def collect(self) -> Iterator[Metric]:
        """All sums."""
        name, meaning, labels = self._form
        family = CounterMetricFamily(name, meaning, labels=labels)
        for values, total in tuple(self._sums.items()):
            family.add_metric([str(value) for value in values], total)
        yield family


class Times(Collector):
    """A histogram of seconds with one label."""

    def __init__(self, name: str, meaning: str, label: str, registry: CollectorRegistry) -> None:
        self._form = (name, meaning, label)
        self._taken: dict[str, list[int]] = {}
        self._sums_s: defaultdict[str, float] = defaultdict(float)
        registry.register(self)

    def add(self, seconds: float, label: str) -> None:
        """One that took so long."""
        taken = self._taken.get(label)
        if taken is None:
            taken = self._taken[label] = [0] * (len(_SECONDS) + 1)
        taken[bisect_left(_SECONDS, seconds)] += 1
        self._sums_s[label] += seconds

    def collect(self) -> Iterator[Metric]:
        """All of them, each bucket with those below it."""
        name, meaning, label = self._form
        family = HistogramMetricFamily(name, meaning, labels=[label])
        for value, taken in tuple(self._taken.items()):
            below, buckets = 0, []
            for bound, count in zip((*map(float, _SECONDS), float("inf")), taken, strict=True):
                below += count
                buckets.append((("+Inf" if bound == float("inf") else str(bound)), float(below)))
            family.add_metric([value], buckets, self._sums_s[value])
        yield family
