"""The service's day: dates in its own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


class Calendar:
    """Turns instants into days of one time zone. Remembers the current day, which asks often."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._day = ""
        self._starts_at_ms = 0
        self._ends_at_ms = 0

    def day(self, now_ms: int) -> str:
        """The date of an instant, `YYYY-MM-DD`."""
        if not self._starts_at_ms <= now_ms < self._ends_at_ms:
            self._day, self._starts_at_ms, self._ends_at_ms = self._bounds(now_ms)
        return self._day

    def next_day_ms(self, now_ms: int) -> int:
        """When the daily allowance starts anew."""
        self.day(now_ms)
        return self._ends_at_ms

    def end_of(self, day: date) -> int:
        """The instant at which that date is over. Raises OverflowError where no date follows."""
        return self._midnight_ms(datetime.combine(day + timedelta(days=1), time()))

    def _bounds(self, now_ms: int) -> tuple[str, int, int]:
        local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self._zone)
        today = local.date()
        return today.isoformat(), self._midnight_ms(local), self._midnight_ms(local + timedelta(days=1))

    def _midnight_ms(self, local: datetime) -> int:
        midnight = datetime(local.year, local.month, local.day, tzinfo=self._zone)
        return int(midnight.timestamp() * 1000)


@lru_cache(maxsize=8)
def known_zone(zone: str) -> bool:
    """Whether the time zone's name is known on this machine."""
    try:
        ZoneInfo(zone)
    except (ValueError, KeyError, OSError):
        return False
    return True
