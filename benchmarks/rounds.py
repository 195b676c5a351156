"""Rounds: every load on every server in turn, so that a slow minute of the machine falls on all of them."""

import json
import subprocess
from collections.abc import Callable, Sequence
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
    """What is measured: the first process of its tree, and its port."""

    name: str
    pid: int
    port: int


class Figures(NamedTuple):
    """One measurement, or the medians of several. `wrong`: answers that were not as expected, summed."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    rss_mb: float
    wrong: int


Measured = dict[tuple[str, str], list[Figures]]


class Bench:
    """The load tool, and where the requests are written for it."""

    def __init__(self, program: Path, folder: Path, seconds: float) -> None:
        self._program = program
        self._folder = folder
        self._seconds = seconds

    def rounds(
        self, servers: Sequence[Server], loads: Sequence[Load], count: int, tell: Callable[[str], None]
    ) -> Measured:
        """Figures by load and server, one a round."""
        found: Measured = {}
        for number in range(1, count + 1):
            for load in loads:
                for server in servers:
                    tell(f"round {number} of {count}: {load.name}, {server.name}")
                    found.setdefault((load.name, server.name), []).append(self._measure(server, load))
        return found

    def _measure(self, server: Server, load: Load) -> Figures:
        file = self._folder / "request"
        file.write_bytes(load.request)
        self._run(server.port, _WARM_S, load.events, file)
        before_us = cpu_us(server.pid)
        told = self._run(server.port, self._seconds, load.events, file)
        spent_us = cpu_us(server.pid) - before_us
        requests = max(int(told["requests"]), 1)
        return Figures(
            requests_per_s=told["requests"] / told["seconds"],
            p50_ms=told["p50_ms"],
            p99_ms=told["p99_ms"],
            cpu_us=spent_us / requests,
            rss_mb=resident_bytes(server.pid) / 1e6,
            wrong=int(told["wrong"] + told["broken"]),
        )

    def _run(self, port: int, seconds: float, events: int, file: Path) -> dict[str, float]:
        """The load tool's own words; it shares this process's cores."""
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


def medians(rounds: Sequence[Figures]) -> Figures:
    """The median of each figure by itself."""
    return Figures(
        requests_per_s=median(one.requests_per_s for one in rounds),
        p50_ms=median(one.p50_ms for one in rounds),
        p99_ms=median(one.p99_ms for one in rounds),
        cpu_us=median(one.cpu_us for one in rounds),
        rss_mb=median(one.rss_mb for one in rounds),
        wrong=sum(one.wrong for one in rounds),
    )
