"""Rounds: every load on every server in turn, so that a slow minute of the machine falls on all of them."""

import json
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.loads import Load
from benchmarks.native import CannotMeasureError
from benchmarks.processes import cpu_us, resident_bytes

CONNECTIONS = 64
_WARM_S = 0.3
_PATIENCE_S = 30


class Server(NamedTuple):
    """What is measured: nodes by first process and port, what is asked of them, the database beside them."""

    name: str
    nodes: Sequence[tuple[int, int]]
    loads: Sequence[Load]
    database: int | None = None


class Figures(NamedTuple):
    """One measurement, or the medians of several. `wrong`: answers that were not as expected, summed.

    `cpu_us`: of the nodes, a request; `database_us`: of the database server beside them.
    """

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    database_us: float
    rss_mb: float
    wrong: int


Measured = dict[tuple[str, str], list[Figures]]


class Bench:
    """The load tool, and where the requests are written for it."""

    def __init__(self, program: Path, folder: Path, seconds: float) -> None:
        self._program = program
        self._folder = folder
        self._seconds = seconds

    def rounds(self, servers: Sequence[Server], count: int, tell: Callable[[str], None]) -> Measured:
        """Figures by load and server, one a round."""
        found: Measured = {}
        for number in range(1, count + 1):
            for index in range(len(servers[0].loads)):
                for server in servers:
                    load = server.loads[index]
                    tell(f"round {number} of {count}: {load.name}, {server.name}")
                    found.setdefault((load.name, server.name), []).append(self._measure(server, load))
        return found

    def _measure(self, server: Server, load: Load) -> Figures:
        file = self._folder / "request"
        file.write_bytes(load.request)
        self._run(server, _WARM_S, load.events, file)
        before_us, database_us = _nodes_us(server), _database_us(server)
        told = self._run(server, self._seconds, load.events, file)
        spent_us, database_us = _nodes_us(server) - before_us, _database_us(server) - database_us
        requests = max(sum(int(one["requests"]) for one in told), 1)
        return Figures(
            requests_per_s=sum(one["requests"] / one["seconds"] for one in told),
            p50_ms=median(one["p50_ms"] for one in told),
            p99_ms=max(one["p99_ms"] for one in told),
            cpu_us=spent_us / requests,
            database_us=database_us / requests,
            rss_mb=sum(resident_bytes(pid) for pid, _ in server.nodes) / 1e6,
            wrong=sum(int(one["wrong"] + one["broken"]) for one in told),
        )

    def _run(self, server: Server, seconds: float, events: int, file: Path) -> list[dict[str, float]]:
        """What a load tool for each node says; they share this process's cores."""
        with ThreadPoolExecutor() as pool:
            return list(pool.map(lambda node: self._load(node[1], seconds, events, file), server.nodes))

    def _load(self, port: int, seconds: float, events: int, file: Path) -> dict[str, float]:
        words = [self._program, port, CONNECTIONS, seconds, events, file]
        done = subprocess.run(
            [str(word) for word in words],
            capture_output=True,
            text=True,
            timeout=seconds + _PATIENCE_S,
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
    """The median of each figure by itself."""
    return Figures(
        requests_per_s=median(one.requests_per_s for one in rounds),
        p50_ms=median(one.p50_ms for one in rounds),
        p99_ms=median(one.p99_ms for one in rounds),
        cpu_us=median(one.cpu_us for one in rounds),
        database_us=median(one.database_us for one in rounds),
        rss_mb=median(one.rss_mb for one in rounds),
        wrong=sum(one.wrong for one in rounds),
    )
