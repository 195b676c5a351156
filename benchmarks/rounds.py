"""Rounds: every load on every server in turn, so that a slow minute of the machine falls on all of them."""

import json
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, NamedTuple

from benchmarks.loads import Load
from benchmarks.native import CannotMeasureError, build
from benchmarks.processes import cpu_us, resident_bytes
from benchmarks.stage import Place, Stage

OURS, ON_POSTGRES, REFERENCE, DIRECT = "slovomat", "slovomat, PostgreSQL", "nginx", "direct"
CONNECTIONS = 64
_WARM_S = 0.3
_PATIENCE_S = 120


class Server(NamedTuple):
    """What is measured: nodes, what is asked of them, the first process of the database beside them."""

    name: str
    nodes: Sequence[Place]
    loads: Sequence[Load]
    database: int | None = None


class Figures(NamedTuple):
    """One measurement, or the medians of several. `wrong`: answers that were not as expected, summed.

    `first_p50_ms` and the like: to the first event of a stream, else to the answer's end.
    `cpu_us`: of the nodes, a request; `database_us`: of the database server beside them.
    """

    requests_per_s: float
    events_per_s: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    first_p50_ms: float
    first_p99_ms: float
    cpu_us: float
    database_us: float
    rss_mb: float
    wrong: int


class Loop(NamedTuple):
    """How a server is asked. `rate`: calls a second whatever the answers; 0: as fast as they come.

    `spread_s`: the connections begin one after another within that time, before measuring.
    """

    seconds: float
    connections: int = CONNECTIONS
    rate: float = 0
    spread_s: float = 0


Measured = dict[tuple[str, str], list[Figures]]


def in_rounds(stage: Stage, servers: Sequence[Server], loop: Loop, count: int) -> Measured:
    """Figures by load and server, one a round; a server is not asked what is not among its loads."""
    found: Measured = {}
    pairs = [
        (server, load)
        for first in servers[0].loads
        for server in servers
        for load in server.loads
        if load.name == first.name
    ]
    for number in range(1, count + 1):
        for server, load in pairs:
            stage.tell(f"round {number} of {count}: {load.name}, {server.name}")
            asked(stage, server, load, loop._replace(seconds=_WARM_S, rate=0, spread_s=0))
            found.setdefault((load.name, server.name), []).append(asked(stage, server, load, loop))
    return found


def asked(stage: Stage, server: Server, load: Load, loop: Loop) -> Figures:
    """What the load tools say, one for each node, and what the servers took meanwhile."""
    file = stage.folder / "requests"
    file.write_bytes(load.text())
    words = ["-r", loop.rate, "-s", loop.spread_s, "-e", load.events]
    before_us, database_us = _nodes_us(server), _database_us(server)
    with ThreadPoolExecutor() as pool:  # they share this process's cores
        rest = [loop.connections, loop.seconds, file]
        told = list(pool.map(lambda node: _load([*words, node[1], *rest], loop), server.nodes))
    spent_us, database_us = _nodes_us(server) - before_us, _database_us(server) - database_us
    requests = max(sum(int(one["requests"]) for one in told), 1)
    return Figures(
        requests_per_s=sum(one["requests"] / one["seconds"] for one in told if one["seconds"]),
        events_per_s=sum(one["events_per_s"] for one in told),
        **{name: median(one[name] for one in told) for name in Figures._fields if name.endswith("_ms")},
        cpu_us=spent_us / requests,
        database_us=database_us / requests,
        rss_mb=sum(resident_bytes(pid) for pid, _ in server.nodes) / 1e6,
        wrong=sum(int(one["wrong"] + one["broken"]) for one in told),
    )


def _load(words: Sequence[object], loop: Loop) -> dict[str, float]:
    done = subprocess.run(
        [str(build("load")), *(str(word) for word in words)],
        capture_output=True,
        text=True,
        timeout=loop.spread_s + loop.seconds + _PATIENCE_S,
        check=False,
    )
    if done.returncode != 0:
        raise CannotMeasureError(f"the load tool gave up: {done.stderr.strip()}")
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _nodes_us(server: Server) -> float:
    return sum(cpu_us(pid) for pid, _ in server.nodes)


def _database_us(server: Server) -> float:
    return cpu_us(server.database) if server.database is not None else 0.0


def medians(rounds: Sequence[Figures]) -> Figures:
    """The median of each figure by itself; what was wrong in all of them."""
    columns: dict[str, Any] = {
        name: median(getattr(one, name) for one in rounds) for name in Figures._fields if name != "wrong"
    }
    return Figures(**columns, wrong=sum(one.wrong for one in rounds))


def rows(found: Measured) -> list[dict[str, Any]]:
    """A row for each load and server: its medians, every round, and its share of the reference's CPU time."""
    cpu = {names: medians(rounds).cpu_us for names, rounds in found.items()}
    made = []
    for (load, server), rounds in found.items():
        row = {"load": load, "server": server, **medians(rounds)._asdict()}
        row["database_us"] = row["database_us"] or None
        reference, own = cpu.get((load, REFERENCE)), cpu[load, server]
        if reference and own:
            row["of_reference"] = reference / own
        made.append({**row, "rounds": [one._asdict() for one in rounds]})
    return made
