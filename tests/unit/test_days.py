"""The service's day, in every time zone that there is."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.played_env import NOON_MS

from slovomat.domain.days import Calendar, known_zone

ZONES = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
MOMENTS = st.integers(0, 4_102_444_800_000)
"""From 1970 to 2100."""


def ms(*moment: int) -> int:
    """An instant of UTC."""
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]


def by_hand(zone: str, now_ms: int) -> str:
    """The date, asked of the library without any memory."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now_ms)
    return instant.astimezone(zoneinfo.ZoneInfo(zone)).date().isoformat()


@given(st.sampled_from(ZONES), st.lists(MOMENTS, min_size=1, max_size=8))
def test_the_date_is_the_zones_own(zone: str, moments: list[int]) -> None:
    """Whatever was asked before, in whatever order."""
    calendar = Calendar(zone)
    for moment in moments:
        assert calendar.day(moment) == by_hand(zone, moment)


@given(st.sampled_from(ZONES), MOMENTS)
def test_the_next_day_starts_where_the_date_changes(zone: str, moment: int) -> None:
    """The last millisecond before it is today, the first of it is another date."""
    calendar = Calendar(zone)
    starts_ms = calendar.next_day_ms(moment)
    assert starts_ms > moment
    assert by_hand(zone, starts_ms - 1) == by_hand(zone, moment)
    assert by_hand(zone, starts_ms) > by_hand(zone, moment)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Moscow", ms(2026, 11, 22, 20, 59, 59), "2026-11-22"),
        ("Europe/Moscow", ms(2026, 11, 22, 21), "2026-11-23"),
        ("Europe/Moscow", ms(2028, 2, 28, 21), "2028-02-29"),
        ("Europe/Moscow", ms(2028, 2, 29, 21), "2028-03-01"),
        ("Europe/Moscow", ms(2026, 12, 31, 21), "2027-01-01"),
        ("Asia/Kathmandu", ms(2026, 11, 22, 18, 14, 59), "2026-11-22"),
        ("Asia/Kathmandu", ms(2026, 11, 22, 18, 15), "2026-11-23"),
        ("Pacific/Apia", ms(2011, 12, 30, 9, 59, 59), "2011-12-29"),
        ("Pacific/Apia", ms(2011, 12, 30, 10), "2011-12-31"),
    ],
)
def test_days_that_are_easily_got_wrong(zone: str, moment: int, day: str) -> None:
    """Midnight, the leap day, the year's end, zones of odd minutes, an island that skipped a Friday."""
    assert Calendar(zone).day(moment) == day


@pytest.mark.parametrize(
    ("zone", "year", "hours"),
    [
        ("Europe/Berlin", 2026, {23, 24, 25}),
        ("Africa/Cairo", 2026, {23, 24, 25}),
        ("Australia/Lord_Howe", 2026, {23.5, 24, 24.5}),
        ("Europe/Moscow", 2026, {24}),
    ],
)
def test_every_day_of_a_year_comes_once(zone: str, year: int, hours: set[float]) -> None:
    """Summer time makes days longer and shorter, at midnight too, but none is lost or doubled."""
    calendar = Calendar(zone)
    starts = [ms(year, 1, 1)]
    while starts[-1] < ms(year + 1, 1, 1):
        starts.append(calendar.next_day_ms(starts[-1]))
    days = [calendar.day(start) for start in starts]
    assert len(set(days)) == len(days) == 366 + (days[-1] > f"{year + 1}-01-01")
    assert {(end - start) / 3_600_000 for start, end in pairwise(starts[1:])} == hours


def test_noon_is_noon() -> None:
    """The moment at which most tests begin is what it says."""
    assert ms(2026, 11, 22, 9) == NOON_MS


def test_zones_are_known_by_name() -> None:
    """Names of the world's zones, and nothing that could be a path."""
    assert known_zone("Europe/Moscow")
    assert not any(known_zone(name) for name in ("Europe/Nowhere", "", "../etc/passwd", "/etc", "\0"))
