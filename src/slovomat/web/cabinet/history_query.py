"""The filters of the history, as they stand in its address."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from slovomat.domain.caller import DIALECTS
from slovomat.domain.ids import AccountId
from slovomat.domain.mode import MODE_IDS
from slovomat.ports.history import HistoryQuery
from slovomat.usecases.playground import SITE_DIALECT

WAYS = (*DIALECTS, SITE_DIALECT)
STATES = ("held", "settled", "released", "expired")
_NAMES = ("mode", "dialect", "key", "state", "from", "to", "id")
_ID_DIGITS = 15


def read_query(account_id: AccountId, asked: Mapping[str, str], limit: int) -> HistoryQuery:
    """What the address asks for; a filter that makes no sense is left out."""
    return HistoryQuery(
        account_id=account_id,
        limit=limit,
        before=_number(asked.get("before", "")),
        mode=_one_of(asked.get("mode", ""), MODE_IDS),
        dialect=_one_of(asked.get("dialect", ""), WAYS),
        key_id=_number(asked.get("key", "")),
        state=_one_of(asked.get("state", ""), STATES),
        from_day=_day(asked.get("from", "")),
        to_day=_day(asked.get("to", "")),
        id=_number(asked.get("id", "")),
    )


def filters(query: HistoryQuery) -> dict[str, str]:
    """The filters in force, by their names in the address."""
    values = (query.mode, query.dialect, query.key_id, query.state, query.from_day, query.to_day, query.id)
    return {name: str(value) for name, value in zip(_NAMES, values, strict=True) if value}


def address(path: str, query: HistoryQuery, before: int = 0) -> str:
    """The same list at another place, or as another file."""
    asked = filters(query) | ({"before": str(before)} if before else {})
    return path + (f"?{urlencode(asked)}" if asked else "")


def _one_of(text: str, known: tuple[str, ...]) -> str:
    return text if text in known else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS else 0


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
