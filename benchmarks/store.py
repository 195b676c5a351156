"""`./dev bench store`: generations a second in the store itself, without the web, and what one costs.

A direct call is a hold and its settlement; a job is queued with its hold, claimed, and settled with its
result (1,000 Russian characters in, 3,000 out). Each step is told after its commit. "batch" is how the
service runs; "one by one" is a transaction for each call, to show what the batches save.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

from tests.servers.postgres import PostgresServer

from benchmarks.generations import customers_of, generate, generate_by_jobs
from benchmarks.processes import cpu_us
from slovomat.later import Later, Strand
from slovomat.storage.postgres import PostgresEngine
from slovomat.storage.sqlite import SQLiteEngine
from slovomat.storage.store import SQLStore
from slovomat.storage.tx import BatchRule, Engine

I = TypeVar("I")  # noqa: E741 - an item
T = TypeVar("T")
_MANY = 512
_CALLERS = 64
_ROUNDS = 3
_WARM_S = 0.5
_PAGE_BYTES = 4096
_SIZE = """SELECT SUM(pg_total_relation_size(oid)) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
_CONNECTIONS, _PATIENCE_S = 10, 30.0
SQLITE, POSTGRES = "SQLite", "PostgreSQL"


class Case(NamedTuple):
    """What is measured: on which engine, what, how the rules run, how many customers and callers at once."""

    engine: str
    what: str
    way: str
    customers: int
    callers: int = _CALLERS


class Cost(NamedTuple):
    """Generations a second; of one: CPU time here and in PostgreSQL, write-ahead log, place on disk."""

    per_s: float
    node_us: float
    server_us: float
    wal_bytes: float
    disk_bytes: float


class OneByOne:
    """An engine whose batches have one item each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """A transaction of the item's own."""
        return Strand(self._alone(rule, item))

    async def _alone(self, rule: BatchRule[I, T], item: I) -> T:
        return (await self._engine.write(rule, [item]))[0]


CASES = [
    *(Case(engine, "call", "batch", many) for engine in (SQLITE, POSTGRES) for many in (_MANY, 1)),
    *(Case(SQLITE, "call", "one by one", many, 1) for many in (_MANY, 1)),
    *(Case(POSTGRES, "call", "one by one", many) for many in (_MANY, 1)),
    *(Case(engine, "job", "batch", many) for engine in (SQLITE, POSTGRES) for many in (_MANY, 1)),
]


class Place:
    """A new database on one of the engines."""

    def __init__(self, case: Case, folder: Path, server: PostgresServer, name: str) -> None:
        self._case = case
        self._file = folder / f"{name}.db"
        self._server = server
        self._name = name

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[SQLStore]:
        """The store in it."""
        engine: Engine
        if self._case.engine == SQLITE:
            engine = SQLiteEngine(self._file)
        else:
            url = self._server.create_database(self._name)
            engine = PostgresEngine(url, "", _CONNECTIONS, _PATIENCE_S)
        store = SQLStore(engine if self._case.way == "batch" else OneByOne(engine))
        await store.open()
        try:
            yield store
        finally:
            await store.close_store()

    @property
    def server_us(self) -> float:
        """CPU time of the server up to now."""
        return cpu_us(self._server.pid) if self._case.engine == POSTGRES else 0.0

    @property
    def wal_bytes(self) -> int:
        """How long the server's write-ahead log is by now."""
        if self._case.engine == SQLITE:
            return 0
        return int(self._server.execute("SELECT pg_current_wal_insert_lsn() - '0/0'"))

    def compact(self) -> None:
        """Gives back what waits to be used again."""
        if self._case.engine == SQLITE:
            with contextlib.closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
                connection.execute("VACUUM")
        else:
            self._server.execute("VACUUM FULL", self._name)

    @property
    def disk_bytes(self) -> int:
        """The tables and their indexes."""
        if self._case.engine == SQLITE:
            with contextlib.closing(sqlite3.connect(self._file)) as connection:
                return int(connection.execute("PRAGMA page_count").fetchone()[0]) * _PAGE_BYTES
        return int(self._server.execute(_SIZE, self._name))


async def _measure(case: Case, place: Place, seconds: float) -> Cost:
    run = generate if case.what == "call" else generate_by_jobs
    async with place.opened() as store:
        customers = await customers_of(store, case.customers)
        empty_bytes = place.disk_bytes
        warm = await run(store, customers, case.callers, _WARM_S)
        server_us, wal_bytes = place.server_us, place.wal_bytes
        node_s, began_s = time.process_time(), time.monotonic()
        made = await run(store, customers, case.callers, seconds)
        per_s = made / (time.monotonic() - began_s)
        node_us = (time.process_time() - node_s) * 1e6
        server_us, wal_bytes = place.server_us - server_us, place.wal_bytes - wal_bytes
        audit = await store.audit()
        assert not audit.violations, audit.violations  # noqa: S101 - a figure of wrong books is none
    place.compact()
    disk_bytes = place.disk_bytes - empty_bytes
    return Cost(per_s, node_us / made, server_us / made, wal_bytes / made, disk_bytes / (warm + made))


def measure(seconds: float, rounds: int, tell: Callable[[str], None]) -> dict[Case, list[Cost]]:
    """Every case in turn, so that a slow minute of the machine falls on all of them."""
    found: dict[Case, list[Cost]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="slovomat-bench-") as folder,
        PostgresServer(durable=True) as server,
    ):
        numbers = count()
        for turn in range(1, rounds + 1):
            for case in CASES:
                tell(f"round {turn} of {rounds}: {' '.join(map(str, case[:4]))}")
                place = Place(case, Path(folder), server, f"bench{next(numbers)}")
                found.setdefault(case, []).append(asyncio.run(_measure(case, place, seconds)))
    return found


_HEAD = (
    *("engine", "what", "transactions", "accounts", "per second"),
    *("CPU us: node", "PostgreSQL", "WAL bytes", "disk bytes"),
)


def table(found: dict[Case, list[Cost]]) -> str:
    """Medians, one line a case."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for case, costs in found.items():
        per_s, node_us, *beside, disk = (f"{median(column):,.0f}" for column in zip(*costs, strict=True))
        beside = beside if case.engine == POSTGRES else ["", ""]
        rows.append((case.engine, case.what, case.way, f"{case.customers}", per_s, node_us, *beside, disk))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(w) if n < 3 else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def main(words: list[str], tell: Callable[[str], None]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="./dev bench store", description=__doc__)
    parser.add_argument("--seconds", metavar="N", type=float, default=3.0, help="of each case (3)")
    parser.add_argument("--rounds", metavar="N", type=int, default=_ROUNDS, help=f"of all ({_ROUNDS})")
    asked = parser.parse_args(words)
    print(table(measure(asked.seconds, asked.rounds, tell)))
    print(f"\n{_CALLERS} callers (SQLite one by one: 1). Both wait for the disk at every commit (fsync).")
    return 0
