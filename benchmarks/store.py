"""`./dev bench store`: generations a second in the store itself, without the web, and what one costs.

A direct call is a hold and its settlement; a job is queued with its hold, claimed, and settled with its
result (1,000 characters in, 3,000 out). Each step is told after its commit. "batch" is how the service
runs; "one by one" is a transaction for each call, to show what the batches save.
"""

import argparse
import asyncio
import contextlib
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
    """Generations a second; CPU time of one, in this process and in PostgreSQL's; its write-ahead log."""

    per_s: float
    node_us: float
    server_us: float
    wal_bytes: float


class OneByOne:
    """An engine whose batches have one item each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def batch(self, rule: BatchRule[I, T], item: I) -> T:
        """A transaction of the item's own."""
        return (await self._engine.write(rule, [item]))[0]


CASES = [
    *(Case(engine, "call", "batch", many) for engine in (SQLITE, POSTGRES) for many in (_MANY, 1)),
    *(Case(SQLITE, "call", "one by one", many, 1) for many in (_MANY, 1)),
    *(Case(POSTGRES, "call", "one by one", many) for many in (_MANY, 1)),
    *(Case(engine, "job", "batch", many) for engine in (SQLITE, POSTGRES) for many in (_MANY, 1)),
]


@contextlib.asynccontextmanager
async def _opened(case: Case, folder: Path, url: str) -> AsyncIterator[SQLStore]:
    engine: Engine = (
        SQLiteEngine(folder / f"{url.rpartition('/')[2]}.db")
        if case.engine == SQLITE
        else PostgresEngine(url, "", _CONNECTIONS, _PATIENCE_S)
    )
    store = SQLStore(engine if case.way == "batch" else OneByOne(engine))
    await store.open()
    try:
        yield store
    finally:
        await store.close_store()


async def _measure(case: Case, folder: Path, server: PostgresServer, url: str, seconds: float) -> Cost:
    run = generate if case.what == "call" else generate_by_jobs
    async with _opened(case, folder, url) as store:
        customers = await customers_of(store, case.customers)
        await run(store, customers, case.callers, _WARM_S)
        before = _Meter(server)
        made = await run(store, customers, case.callers, seconds)
        cost = before.cost(made, case.engine == POSTGRES)
        audit = await store.audit()
        assert not audit.violations, audit.violations  # noqa: S101 - a figure of wrong books is none
    return cost


class _Meter:
    """What has been used up to now."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._wal_bytes = self._wal()
        self._server_us = cpu_us(server.pid)
        self._node_s = time.process_time()
        self._began_s = time.monotonic()

    def cost(self, made: int, on_server: bool) -> Cost:
        """What was used since, for so many generations."""
        took_s = time.monotonic() - self._began_s
        node_us = (time.process_time() - self._node_s) * 1e6
        server_us = cpu_us(self._server.pid) - self._server_us
        wal_bytes = self._wal() - self._wal_bytes
        beside = (server_us / made, wal_bytes / made) if on_server else (0.0, 0.0)
        return Cost(made / took_s, node_us / made, *beside)

    def _wal(self) -> int:
        return int(self._server.execute("SELECT pg_current_wal_insert_lsn() - '0/0'"))


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
                url = server.create_database(f"bench{next(numbers)}")
                cost = asyncio.run(_measure(case, Path(folder), server, url, seconds))
                found.setdefault(case, []).append(cost)
                server.drop_database(url.rpartition("/")[2])
    return found


_HEAD = (
    "engine",
    "what",
    "transactions",
    "accounts",
    "per second",
    "CPU us: node",
    "PostgreSQL",
    "WAL bytes",
)


def table(found: dict[Case, list[Cost]]) -> str:
    """Medians, one line a case."""
    rows = [_HEAD]
    for case, costs in found.items():
        per_s, node_us, server_us, wal = (median(column) for column in zip(*costs, strict=True))
        beside = (f"{server_us:,.0f}", f"{wal:,.0f}") if server_us else ("", "")
        rows.append(
            (
                *(case.engine, case.what, case.way, f"{case.customers}"),
                f"{per_s:,.0f}",
                f"{node_us:,.0f}",
                *beside,
            )
        )
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
