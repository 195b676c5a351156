"""The tables that make an instance, and what was counted of them on a way from place to place."""

from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import blake2b
from typing import Protocol

import msgspec

from slovomat.ports.store import Audit
from slovomat.storage.tx import Row

TABLES = (
    "instance",
    "plans",
    "pack_offers",
    "accounts",
    "api_keys",
    "key_usage",
    "buckets",
    "generations",
    "entries",
    "jobs",
    "idempotency",
    "kept_texts",
    "journal",
    "operations",
    "mode_texts",
    "outbox",
    "sign_ins",
    "sessions",
    "mailed_tokens",
    "recovery_codes",
    "wrong_codes",
    "identities",
    "plan_versions",
    "orders",
    "payments",
    "plan_periods",
    "sales",
    "refunds",
    "closing_receipts",
    "debts",
    "debt_entries",
    "code_batches",
    "codes",
)
"""In an order in which no row names one that is not there yet."""
LEFT_BEHIND = {
    "migrations": "each place has those that were run on it",
    "nodes": "leases of processes, which do not come along",
    "account_generations": "made of the generations, again",
    "history_mark": "how far that is",
    "usage_open": "made of the generations, again",
    "usage_days": "made of the generations, again",
    "usage_durations": "made of the generations, again",
}
_BATCH_ROWS = 2_000
_HEAVY_BATCH_ROWS = 100
_HEAVY = {"jobs", "idempotency", "kept_texts", "mode_texts"}
"""Each of their rows may hold a megabyte."""
_DIGEST_BYTES = 16

Progress = Callable[[str, int], None]
"""Told of a table and of how many of its rows are through, and of DONE before all is compared."""
DONE = ""


def batch_rows(table: str) -> int:
    """How many of a table's rows are in hand at once."""
    return _HEAVY_BATCH_ROWS if table in _HEAVY else _BATCH_ROWS


class Batch(msgspec.Struct, frozen=True):
    """Some rows of a table."""

    columns: tuple[str, ...]
    rows: Sequence[Row]


class Place(Protocol):
    """An instance's tables, all in one transaction."""

    def batches(self, table: str) -> AsyncIterator[Batch]:
        """All rows, in no order."""

    async def take(self, table: str, batch: Batch) -> None:
        """Adds rows."""

    async def audit(self) -> Audit:
        """The books in it."""


class Tally:
    """How many rows there were, and a digest of all that does not depend on their order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0
        self._encode = msgspec.msgpack.Encoder().encode

    def add(self, rows: Sequence[Row]) -> None:
        """Counts rows in."""
        for row in rows:
            hashed = blake2b(self._encode(row), digest_size=_DIGEST_BYTES).digest()
            self._sum += int.from_bytes(hashed, "big")
        self.rows += len(rows)

    @property
    def digest(self) -> str:
        """Hexadecimal; the same for the same rows."""
        return (self._sum % (1 << 8 * _DIGEST_BYTES)).to_bytes(_DIGEST_BYTES, "big").hex()
