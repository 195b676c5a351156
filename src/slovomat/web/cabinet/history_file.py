"""The history as a file for spreadsheets: UTF-8 with a mark, semicolons, as Russian Excel opens it."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence

from slovomat.ports.history import HistoryQuery, HistoryRow
from slovomat.ports.store import Store
from slovomat.usecases.history import export
from slovomat.web.pages.moments import Moments

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
_COLUMNS = (
    *("id", "at", "way", "mode", "key", "state", "price", "spent"),
    *("paid_by", "reason", "prompt_tokens", "completion_tokens", "cut_chars", "duration"),
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


async def history_file(
    store: Store, query: HistoryQuery, texts: Mapping[str, str], moments: Moments
) -> AsyncIterator[bytes]:
    """The file, some hundreds of lines at a time."""
    yield _MARK + _lines([[texts[f"history_csv_{column}"] for column in _COLUMNS]])
    async for rows in export(store, query):
        yield _lines([_cells(row, texts, moments) for row in rows])


def _cells(row: HistoryRow, texts: Mapping[str, str], moments: Moments) -> Sequence[str | int]:
    paid_by = ", ".join(f"{payer.title}: {payer.requests}" for payer in row.paid_by)
    duration = "" if row.duration_ms is None else f"{row.duration_ms / 1000:.1f}"
    return (
        *(row.id, moments.plain(row.at_ms), row.dialect, row.mode or "chat", row.key_name or row.key_shown),
        *(texts[f"history_state_{row.state}"], row.price_requests, row.spent_requests),
        *(paid_by, row.reason, row.prompt_tokens, row.completion_tokens, row.cut_chars, duration),
    )


def _lines(rows: Sequence[Sequence[str | int]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows([map(_safe, row) for row in rows])
    return written.getvalue().encode()


def _safe(cell: str | int) -> str | int:
    """A spreadsheet takes what begins so for a formula; a name of a key or pack must not be one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
