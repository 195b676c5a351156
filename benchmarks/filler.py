# ruff: noqa: S608 - numbers and names of our own, on a database of our own
"""A database that has lived: accounts, each with a key, a pack and its share of settled generations.

Written by a few statements over tables of numbers, so that ten million take minutes; the books balance as
if each generation had been held and settled by itself (the audit agrees). One in ten is a job whose texts
were pruned long ago.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.servers.postgres import PostgresServer

from slovomat.domain.keys import key_hash, make_key, shown

_PRICE, _PACK = 2, 1_000_000_000
_KEYS_AT_ONCE = 500
_BORN_MS, _STEP_MS = 1_700_000_000_000, 5_000
_NUMBERED = ("accounts", "api_keys", "buckets", "generations", "entries")


class Size(NamedTuple):
    """How much of it there is; the generations are spread evenly over the accounts."""

    accounts: int
    generations: int


class Database(Protocol):
    """Where the filler writes."""

    def run(self, sql: str) -> None:
        """One statement, in a transaction of its own."""

    def numbers(self, count: int) -> str:
        """SQL of a table with a column `n` from 1 to `count`."""

    def octets(self, value: bytes) -> str:
        """SQL of such a value."""


class SQLiteDatabase:
    """A file that nobody serves, written without a journal."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def opened(cls, file: Path) -> Iterator["SQLiteDatabase"]:
        """Until the block ends; then it is as the service keeps it."""
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.executescript(
                "PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -200000"
            )
            yield cls(connection)
            connection.executescript("PRAGMA journal_mode = wal")

    def run(self, sql: str) -> None:
        """One statement."""
        self._connection.execute(sql)

    def numbers(self, count: int) -> str:
        """By recursion."""
        counted = f"SELECT 1 AS n WHERE {count} > 0 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}"
        return f"(WITH RECURSIVE counted AS ({counted}) SELECT n FROM counted) AS numbers"

    def octets(self, value: bytes) -> str:
        """A blob."""
        return f"X'{value.hex()}'"


class PostgresDatabase:
    """A database of a server of ours."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server, self._name = server, name

    @classmethod
    @contextlib.contextmanager
    def opened(cls, server: PostgresServer, name: str) -> Iterator["PostgresDatabase"]:
        """Until the block ends; then new rows are numbered from the last, and the planner knows all."""
        database = cls(server, name)
        yield database
        for table in _NUMBERED:
            database.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}")
        database.run("VACUUM ANALYZE")
        database.run("CHECKPOINT")

    def run(self, sql: str) -> None:
        """One statement."""
        self._server.execute(sql, self._name)

    def numbers(self, count: int) -> str:
        """A series."""
        return f"generate_series(1::bigint, {count}) AS numbers (n)"

    def octets(self, value: bytes) -> str:
        """A bytea."""
        return f"decode('{value.hex()}', 'hex')"


def key_of(account: int) -> str:
    """The key of an account: the same every time, for a database that only a benchmark serves."""
    return make_key(account.to_bytes(32, "big"))


def fill(db: Database, plan: str, secret: bytes, size: Size) -> None:
    """Fills a migrated database without accounts; key and bucket n belong to account n."""
    accounts = db.numbers(size.accounts)
    spent = size.generations // size.accounts * _PRICE
    db.run(f"""INSERT INTO accounts (id, email, plan_id, created_at_ms)
        SELECT n, n || '@example.org', plans.id, {_BORN_MS} FROM {accounts}, plans WHERE name = '{plan}'""")
    _add_keys(db, secret, size.accounts)
    db.run(f"""INSERT INTO buckets (id, account_id, title, granted, available, spent, created_at_ms)
        SELECT n, n, 'pack', {_PACK}, {_PACK - spent}, {spent}, {_BORN_MS} FROM {accounts}""")
    db.run(f"""INSERT INTO entries (id, account_id, bucket_id, kind, granted_change, available_change,
            held_change, spent_change, reason, at_ms)
        SELECT n, n, n, 'grant', {_PACK}, {_PACK}, 0, 0, '', {_BORN_MS} FROM {accounts}""")
    _add_generations(db, size)


def _add_keys(db: Database, secret: bytes, count: int) -> None:
    for begin in range(1, count + 1, _KEYS_AT_ONCE):
        batch = [(n, key_of(n)) for n in range(begin, min(begin + _KEYS_AT_ONCE, count + 1))]
        rows = ",".join(
            f"({n}, {n}, {db.octets(key_hash(secret, key))}, '{shown(key)}', 'bench', {_BORN_MS})"
            for n, key in batch
        )
        db.run(f"INSERT INTO api_keys (id, account_id, hash, shown, name, created_at_ms) VALUES {rows}")


def _add_generations(db: Database, size: Size) -> None:
    """Neighbours in time are not neighbours in accounts: generation n is of account n modulo their number."""
    total = size.generations // size.accounts * size.accounts
    of, at_ms = f"(n - 1) % {size.accounts} + 1", f"{_BORN_MS} + n * {_STEP_MS}"
    db.run(f"""INSERT INTO generations (id, account_id, key_id, key_counted, dialect, day, price_requests,
            balance_after, state, owner, mode_id, mode_version, mode_digest, upstream, prompt_tokens,
            completion_tokens, created_at_ms, expires_at_ms, closed_at_ms)
        SELECT n, {of}, {of}, 0, 'openai', '2024-01-01', {_PRICE}, 0, 'settled', '', 'chat', 1, '{"d" * 64}',
            'bench', 25, 50, {at_ms}, {at_ms} + 600000, {at_ms} + 900 FROM {db.numbers(total)}""")
    twice = f"(SELECT (n + 1) / 2 AS n, n AS line, n % 2 AS first FROM {db.numbers(2 * total)}) AS lines"
    db.run(f"""INSERT INTO entries (id, account_id, bucket_id, generation_id, kind, granted_change,
            available_change, held_change, spent_change, at_ms)
        SELECT {size.accounts} + line, {of}, {of}, n, CASE WHEN first = 1 THEN 'hold' ELSE 'settle' END, 0,
            -{_PRICE} * first, {_PRICE} * (2 * first - 1), {_PRICE} * (1 - first), {at_ms} FROM {twice}""")
    db.run(f"""INSERT INTO jobs (id, account_id, state, attempts, run_after_ms, created_at_ms, finished_at_ms,
            pruned_at_ms)
        SELECT n, {of}, 'completed', 1, {at_ms}, {at_ms}, {at_ms} + 900, {at_ms} + 2592000000
        FROM {db.numbers(total)} WHERE n / {size.accounts} % 10 = 0""")
