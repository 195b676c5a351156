"""Days and times as each language writes them, in the service's time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel import dates


class Moments:
    """The filters `moment` and `day` of the templates. `zone`: an IANA name."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def moment(self, at_ms: int, language: str) -> str:
        """`22 нояб. 2026 г., 14:05` or `22 Nov 2026, 14:05`."""
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone)
        return f"{self._written(local.date(), language)}, {local:%H:%M}"

    def day(self, given: int | str, language: str) -> str:
        """The day of an instant (ms), or of a date `2026-11-22`."""
        if isinstance(given, str):
            return self._written(date.fromisoformat(given), language)
        return self._written(
            datetime.fromtimestamp(given / 1000, UTC).astimezone(self._zone).date(), language
        )

    def plain(self, at_ms: int) -> str:
        """`2026-11-22 14:05:09`, as programs and spreadsheets read it."""
        return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def _written(self, day: date, language: str) -> str:
        return dates.format_date(day, "medium", locale="ru" if language == "ru" else "en_GB")
