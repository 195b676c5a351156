"""What was earned, by days of the service's calendar."""

import msgspec

from slovomat.domain.days import Calendar
from slovomat.ports.desk import Takings
from slovomat.ports.store import Store
from slovomat.usecases.history import last_days

_DAY_MS = 86_400_000


class DayTakings(msgspec.Struct, frozen=True, kw_only=True):
    """A day's revenue, less what went back; `test_kopecks` came by test shops and are none."""

    day: str
    kopecks: int
    payments: int
    test_kopecks: int


async def takings_by_day(store: Store, calendar: Calendar, now_ms: int, currency: str) -> list[DayTakings]:
    """The last 31 days, the oldest first."""
    days = last_days(calendar.day(now_ms))
    by_day: dict[str, list[Takings]] = {day: [] for day in days}
    for one in await store.desk.takings(now_ms - (len(days) + 1) * _DAY_MS, currency):
        by_day.get(calendar.day(one.at_ms), []).append(one)
    return [_day(day, rows) for day, rows in by_day.items()]


def _day(day: str, rows: list[Takings]) -> DayTakings:
    real = [one for one in rows if not one.test]
    return DayTakings(
        day=day,
        kopecks=sum(one.kopecks for one in real),
        payments=sum(one.payments for one in real),
        test_kopecks=sum(one.kopecks for one in rows if one.test),
    )
