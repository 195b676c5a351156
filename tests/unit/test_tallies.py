"""Own counts and times tell Prometheus what the library's own would tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest

from slovomat.web.tallies import _SECONDS, Counts, Times

LABEL = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(
    ['a"b', "a\\b", "a\nb"]
)


@pytest.fixture(autouse=True, scope="module")
def _no_created_series() -> None:
    """As in the service."""
    disable_created_metrics()  # type: ignore[no-untyped-call]


@given(st.lists(st.tuples(st.integers(0, 10**12), LABEL, st.integers(100, 599))))
def test_counts_are_told_as_the_librarys(observed: list[tuple[int, str, int]]) -> None:
    """The same text for the same observations, whatever the labels' values."""
    own, library = CollectorRegistry(), CollectorRegistry()
    counts = Counts("answers", "Answers by route and status", ("route", "status"), own)
    counter = Counter("answers", "Answers by route and status", ["route", "status"], registry=library)
    for amount, route, status in observed:
        counts.add(amount, route, status)
        counter.labels(route, status).inc(amount)
    assert generate_latest(own) == generate_latest(library)


@given(st.lists(st.tuples(st.sampled_from(_SECONDS) | st.floats(0, 2000), st.sampled_from(["a", "b", 'c"']))))
def test_times_are_told_as_the_librarys(observed: list[tuple[float, str]]) -> None:
    """The same text for the same observations, those on a bound too."""
    own, library = CollectorRegistry(), CollectorRegistry()
    times = Times("seconds", "Time to a whole answer", "route", own)
    histogram = Histogram("seconds", "Time to a whole answer", ["route"], buckets=_SECONDS, registry=library)
    for seconds, route in observed:
        times.add(seconds, route)
        histogram.labels(route).observe(seconds)
    assert generate_latest(own) == generate_latest(library)


def test_looking_changes_nothing() -> None:
    """Two looks see the same, and what is counted between them is seen."""
    registry = CollectorRegistry()
    counts = Counts("jobs", "Jobs", ("kind",), registry)
    counts.add(2, "a")
    first = generate_latest(registry)
    assert generate_latest(registry) == first
    counts.add(1, "a")
    assert b'jobs_total{kind="a"} 3.0' in generate_latest(registry)
