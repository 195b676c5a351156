"""What a person fills in for a new key, and the rules that it becomes."""

import ipaddress
from collections.abc import Collection
from datetime import date

import msgspec

from slovomat.domain.caller import DIALECTS
from slovomat.domain.days import Calendar
from slovomat.domain.mode import MODE_IDS
from slovomat.usecases.accounts import KeyRules
from slovomat.web.pages.forms import Form

NAME_CHARS, CAP_REQUESTS, NETWORKS = 100, 10**12, 20
"""The longest name, the highest cap, the most networks."""
_DIGITS = len(str(CAP_REQUESTS))
OVERLAPS_HOURS = (0, 1, 24, 168)
"""How long an old key may go on beside its heir."""


class KeyFaults(msgspec.Struct, frozen=True):
    """Which fields cannot be read; each name is a field's."""

    fields: frozenset[str]


def read_key_rules(form: Form, zone: str, now_ms: int) -> KeyRules | KeyFaults:
    """The rules of a new key, or which fields are wrong. `zone`: whose midnight ends the last day."""
    faults: set[str] = set()
    name = form.text("name")
    if len(name) > NAME_CHARS or not name.isprintable():
        faults.add("name")
    rules = KeyRules(
        name=name,
        expires_at_ms=_end(form.text("expires"), zone, now_ms, faults),
        cap_day=_count(form.text("cap_day"), "cap_day", faults),
        cap_total=_count(form.text("cap_total"), "cap_total", faults),
        modes=_chosen(form.every("modes"), MODE_IDS, "modes", faults),
        dialects=_chosen(form.every("dialects"), DIALECTS, "dialects", faults),
        networks=_networks(form.text("networks"), faults),
        reads_balance=form.text("reads_balance") == "yes",
    )
    return KeyFaults(frozenset(faults)) if faults else rules


def _end(text: str, zone: str, now_ms: int, faults: set[str]) -> int | None:
    """The end of a date (`2027-01-31`)."""
    if not text:
        return None
    try:
        end_ms = Calendar(zone).end_of(date.fromisoformat(text))
    except (ValueError, OverflowError):
        end_ms = 0
    if end_ms <= now_ms:
        faults.add("expires")
    return end_ms


def _count(text: str, name: str, faults: set[str]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= CAP_REQUESTS):
        faults.add(name)
        return None
    return int(text)


def _chosen(values: Collection[str], known: Collection[str], name: str, faults: set[str]) -> tuple[str, ...]:
    """What was ticked; all or none of it is no bound."""
    if any(value not in known for value in values):
        faults.add(name)
    chosen = tuple(value for value in known if value in values)
    return () if len(chosen) == len(known) else chosen


def _networks(text: str, faults: set[str]) -> tuple[str, ...]:
    """Addresses or networks between commas, blanks or line breaks."""
    parts = text.replace(",", " ").split()
    try:
        found = tuple(str(ipaddress.ip_network(part)) for part in parts)
    except ValueError:
        found = ()
        faults.add("networks")
    if len(found) > NETWORKS:
        faults.add("networks")
    return found
