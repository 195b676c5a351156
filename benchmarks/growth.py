"""Cost against the size of the database: the same loads of many customers, on an empty and a grown one."""

import contextlib
import time
from collections.abc import Iterator

from benchmarks.filler import PostgresDatabase, Size, SQLiteDatabase, fill, key_of
from benchmarks.loads import STREAM, chat, make_loads
from benchmarks.native import CannotMeasureError
from benchmarks.processes import cpu_us
from benchmarks.rounds import Loop, Server, in_rounds, rows
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.service import PLAN, SECRET, Service, new_instance
from benchmarks.stage import Stage

_CUSTOMERS = 1_000
_GENERATIONS_EACH = 100
_START = "start"
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
EMPTY, GROWN = "empty", "grown"


def _measure(stage: Stage, effort: Effort) -> list[Row]:
    sizes = {
        EMPTY: Size(_CUSTOMERS, 0),
        GROWN: Size(max(effort.generations // _GENERATIONS_EACH, _CUSTOMERS), effort.generations),
    }
    return [row for engine in (SQLITE, POSTGRES) for row in _engine(stage, effort, engine, sizes)]


def _engine(stage: Stage, effort: Effort, engine: str, sizes: dict[str, Size]) -> list[Row]:
    """Both databases of an engine, served side by side, in turn."""
    servers, starts = [], []
    with contextlib.ExitStack() as started:
        for name, size in sizes.items():
            stage.tell(f"filling {engine}: {size.accounts:,} accounts, {size.generations:,} generations")
            node = started.enter_context(_grown(stage, engine, size))
            starts.append({"load": _START, "server": name, "cpu_us": _first_answer_us(node)})
            every = size.accounts // _CUSTOMERS
            keys = [key_of(every * number) for number in range(1, _CUSTOMERS + 1)]
            loads = [load for load in make_loads(node, keys) if load.name != STREAM]
            database = stage.postgres.pid if engine == POSTGRES else None
            servers.append(Server(name, [(node.pid, node.port)], loads, database))
        found = rows(in_rounds(stage, servers, Loop(effort.seconds), effort.rounds))
    empty_us = {row["load"]: row["cpu_us"] for row in [*found, *starts] if row["server"] == EMPTY}
    return [
        {"engine": engine, **row, **sizes[row["server"]]._asdict(), **_ratio(row, empty_us)}
        for row in [*found, *starts]
    ]


def _ratio(row: Row, empty_us: dict[str, float]) -> Row:
    return {"grown": row["cpu_us"] / empty_us[row["load"]]} if row["server"] == GROWN else {}


@contextlib.contextmanager
def _grown(stage: Stage, engine: str, size: Size) -> Iterator[Service]:
    """A node on a database of that size."""
    url = stage.new_database() if engine == POSTGRES else ""
    env = stage.settings(url)
    new_instance(env)
    began_s = time.monotonic()
    if url:
        with PostgresDatabase.opened(stage.postgres, url.rpartition("/")[2]) as on_server:
            fill(on_server, PLAN, bytes.fromhex(SECRET), size)
    else:
        with SQLiteDatabase.opened(stage.database_file(env)) as in_file:
            fill(in_file, PLAN, bytes.fromhex(SECRET), size)
    stage.tell(f"filled within {time.monotonic() - began_s:.0f} s")
    with stage.node(env, key_of(size.accounts)) as node:
        yield node


def _first_answer_us(node: Service) -> float:
    """CPU time of a node from its start to its first answer."""
    status, body = node.call(chat(node.key))
    if status != 200:
        raise CannotMeasureError(f"the first call was refused with {status}: {body!r}")
    return cpu_us(node.pid)


SECTION = Section(
    name="growth",
    title="Cost against the size of the database",
    columns=(
        Column("engine", "engine"),
        Column("load", "load"),
        Column("server", "database"),
        Column("generations", "generations", ",d"),
        Column("accounts", "accounts", ",d"),
        Column("requests_per_s", "requests/s", ",.0f"),
        Column("cpu_us", "CPU µs a request", ",.1f"),
        Column("database_us", "of PostgreSQL", ",.1f"),
        Column("grown", "of empty", ".2f"),
        Column("wrong", "wrong", "d"),
    ),
    measure=_measure,
    notes=f"""{_CUSTOMERS:,} customers, one drawn at random for each request; the grown database holds
{_GENERATIONS_EACH} settled generations an account, two ledger entries each. Both are served side by side, in
turn. *Start* is the CPU time to the first answer. *Of empty* compares the node's CPU time.""",
)
