"""Reads what an operator types: e-mails, names, lists, networks, moments. Each fault is one sentence."""

import ipaddress
import re
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from slovomat.cli.exits import Exit, FaultError
from slovomat.domain.caller import DIALECTS
from slovomat.domain.days import Calendar
from slovomat.domain.mode import MODE_IDS

MAX_REQUESTS = 10**12
"""No single figure of requests or kopecks is larger: sums stay far from 2^63."""
MAX_DAYS = 36_500
_MAX_NAME_CHARS = 100
_MAX_EMAIL_CHARS = 254
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


def email(text: str) -> str:
    """An e-mail address as accounts are found by: trimmed, in lower case."""
    cleaned = text.strip().lower()
    if len(cleaned) > _MAX_EMAIL_CHARS or not cleaned.isprintable() or not _EMAIL.fullmatch(cleaned):
        _refuse(f"not an e-mail address: {text!r}", f"это не адрес e-mail: {text!r}")
    return cleaned


def title(text: str, *, empty: bool = False) -> str:
    """A name of a plan, pack or key, or a reason: printable, trimmed, at most 100 characters."""
    cleaned = text.strip()
    if not cleaned and not empty:
        _refuse("a name or reason must not be empty", "имя и причина не должны быть пустыми")
    if len(cleaned) > _MAX_NAME_CHARS or not cleaned.isprintable():
        _refuse(
            f"at most {_MAX_NAME_CHARS} printable characters, please: {text[:_MAX_NAME_CHARS]!r}",
            f"не больше {_MAX_NAME_CHARS} печатных знаков: {text[:_MAX_NAME_CHARS]!r}",
        )
    return cleaned


def dialects(text: str) -> tuple[str, ...]:
    """Names of dialects, separated by commas."""
    return _chosen(text, DIALECTS, "dialect", "диалект")


def modes(text: str) -> tuple[str, ...]:
    """Ids of modes, separated by commas."""
    return _chosen(text, MODE_IDS, "mode", "режим")


def networks(text: str) -> tuple[str, ...]:
    """Networks as CIDR (an address is a network of one), separated by commas."""
    return tuple(_network(part) for part in _parts(text, "network", "сеть"))


def ends_at_ms(text: str, zone: str, now_ms: int) -> int:
    """When something ends: `30` or `30d` days from now, the end of a date, or an ISO 8601 instant."""
    at_ms = _moment(text.strip(), zone, now_ms)
    if at_ms is None:
        _refuse(
            f"not a moment: {text!r}; give days (30d), a date (2027-01-31) or 2027-01-31T12:00:00Z",
            f"непонятный срок: {text!r}; укажите дни (30d), дату (2027-01-31) или 2027-01-31T12:00:00Z",
        )
    if at_ms <= now_ms:
        _refuse(f"{text} has passed already", f"{text} уже прошло")
    return at_ms


def _moment(text: str, zone: str, now_ms: int) -> int | None:
    if days := re.fullmatch(r"(\d{1,5})d?", text):
        return now_ms + min(int(days[1]), MAX_DAYS) * 86_400_000
    try:
        if len(text) == len("2027-01-31"):
            return Calendar(zone).end_of(date.fromisoformat(text))
        parsed = datetime.fromisoformat(text)
        return _ms(parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return None


def _ms(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        _refuse(f"not a network: {text!r} ({error})", f"это не сеть: {text!r} ({error})")


def _chosen(text: str, known: Collection[str], english: str, russian: str) -> tuple[str, ...]:
    names = _parts(text, english, russian)
    for name in names:
        if name not in known:
            listed = ", ".join(known)
            _refuse(
                f"unknown {english} {name!r}; there are: {listed}",
                f"нет такого: {russian} {name!r}; есть: {listed}",
            )
    return tuple(dict.fromkeys(names))


def _parts(text: str, english: str, russian: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        _refuse(f"name at least one {english}", f"назовите хотя бы одно: {russian}")
    return parts


def _refuse(english: str, russian: str) -> NoReturn:
    raise FaultError(Exit.USAGE, english, russian)
