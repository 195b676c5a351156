"""A database that has lived: accounts, each with a key, a pack and its share of settled generations.

Written by a few statements over rows that number themselves, so that ten million take minutes; the books
balance as if each generation had been held and settled by itself (the audit agrees). One in ten is a job
whose texts were pruned long ago.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from slovomat.domain.keys import key_hash, make_key, shown

_PRICE = 2
_PACK = 1_000_000_000
_JOBS_EACH = 10
_KEYS_AT_ONCE = 500
_BORN_MS, _STEP_MS = 1_700_000_000_000, 5_000
PLAN = "grown"


class Size(NamedTuple):
    """How much of it there is; the generations are spread evenly over the accounts."""

    accounts: int
    generations: int


class Statements(Protocol):
    """Where the filler writes: plain SQL in one transaction each, on either engine."""

    def run(self, sql: str) -> None:
        """Executes one or several statements."""

    def numbers(self, count: int) -> str:
        """SQL of a table `numbers (n)` from 1 to `count`."""


class SQLiteStatements:
    """A SQLite file, without waiting for the disk until the end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def opened(cls, file: Path) -> Iterator["SQLiteStatements"]:
        """On that file, which nobody serves."""
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.executescript("PRAGMA synchronous = off; PRAGMA cache_size = -1000000;")
            yield cls(connection)
            connection.executescript("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;")

    def run(self, sql: str) -> None:
        """Executes one or several statements in a transaction."""
        self._connection.executescript(f"BEGIN; {sql}; COMMIT;")

    def numbers(self, count: int) -> str:
        """A table of numbers, by recursion."""
        counted = f"SELECT 1 AS n UNION ALL SELECT n + 1 FROM counted WHERE n < {count}"
        return f"(WITH RECURSIVE counted AS ({counted}) SELECT n FROM counted) AS numbers"


def keys(count: int) -> list[str]:
    """The keys of the first accounts: the same every time, since nobody can guess what nobody serves."""
    return [make_key(number.to_bytes(32, "big")) for number in range(1, count + 1)]


def fill(db: Statements, secret: bytes, size: Size) -> None:
    """Fills an empty, migrated database; bucket and key n belong to account n."""
    each = size.generations // size.accounts
    db.run(f"""INSERT INTO plans (id, name, daily_requests, dialects, api_allowance, rpm)
        SELECT 1000, '{PLAN}', 0, dialects, 1, 0 FROM plans ORDER BY LENGTH(dialects) DESC LIMIT 1""")
    db.run(f"""INSERT INTO accounts (id, email, plan_id, created_at_ms)
        SELECT n, n || '@example.org', 1000, {_BORN_MS} FROM {db.numbers(size.accounts)}""")
    _add_keys(db, secret, size.accounts)
    spent = each * _PRICE
    db.run(f"""INSERT INTO buckets (id, account_id, title, granted, available, spent, created_at_ms)
        SELECT n, n, 'pack', {_PACK}, {_PACK - spent}, {spent}, {_BORN_MS} FROM {db.numbers(size.accounts)}""")
    db.run(f"""INSERT INTO entries (id, account_id, bucket_id, kind, granted_change, available_change,
            held_change, spent_change, reason, at_ms)
        SELECT n, n, n, 'grant', {_PACK}, {_PACK}, 0, 0, 'bench', {_BORN_MS} FROM {db.numbers(size.accounts)}""")
    _add_generations(db, size, each)


def _add_keys(db: Statements, secret: bytes, count: int) -> None:
    made = [(number, key) for number, key in enumerate(keys(count), 1)]
    for begin in range(0, count, _KEYS_AT_ONCE):
        rows = ",".join(
            f"({n}, {n}, X'{key_hash(secret, key).hex()}', '{shown(key)}', 'bench', {_BORN_MS})"
            for n, key in made[begin : begin + _KEYS_AT_ONCE]
        )
        db.run(f"INSERT INTO api_keys (id, account_id, hash, shown, name, created_at_ms) VALUES {rows}")


def _add_generations(db: Statements, size: Size, each: int) -> None:
    """Generation n belongs to account n modulo their number: neighbours in time, not in accounts."""
    made = db.numbers(each * size.accounts)
    account, at_ms = f"(n - 1) % {size.accounts} + 1", f"{_BORN_MS} + n * {_STEP_MS}"
    db.run(f"""INSERT INTO generations (id, account_id, key_id, key_counted, dialect, day, price_requests,
            balance_after, state, owner, mode_id, mode_version, mode_digest, upstream, prompt_tokens,
            completion_tokens, created_at_ms, expires_at_ms, closed_at_ms)
        SELECT n, {account}, {account}, 0, 'openai', '2024-01-01', {_PRICE}, 0, 'settled', '', 'chat', 1,
            '{"d" * 64}', 'bench', 25, 50, {at_ms}, {at_ms} + 600000, {at_ms} + 900 FROM {made}""")
    for kind, held, available, place in (("hold", _PRICE, -_PRICE, 1), ("settle", -_PRICE, 0, 2)):
        db.run(f"""INSERT INTO entries (id, account_id, bucket_id, generation_id, kind, granted_change,
                available_change, held_change, spent_change, at_ms)
            SELECT {size.accounts} + 2 * (n - 1) + {place}, {account}, {account}, n, '{kind}', 0, {available},
                {held}, {-held - available}, {at_ms} FROM {made}""")
    db.run(f"""INSERT INTO jobs (id, account_id, state, attempts, run_after_ms, created_at_ms, finished_at_ms,
            pruned_at_ms)
        SELECT n, {account}, 'completed', 1, {at_ms}, {at_ms}, {at_ms} + 900, {at_ms} + 2592000000
        FROM {made} WHERE n / {size.accounts} % {_JOBS_EACH} = 0""")
