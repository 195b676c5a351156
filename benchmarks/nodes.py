"""Several nodes on one PostgreSQL, and several processes of one node (`serve --processes N`)."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.rounds import CONNECTIONS, Loop, Measured, Server, in_rounds, rows
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.service import customer
from benchmarks.stage import Stage
from benchmarks.throughput import on_postgres

_COUNTS = (1, 2, 4)
NODES, PROCESSES = "nodes", "processes"


def _measure(stage: Stage, effort: Effort) -> list[Row]:
    found: Measured = {}
    kinds = [NODES]
    if _knows_processes():
        kinds.append(PROCESSES)
    else:
        stage.tell("`serve` has no --processes here: only nodes are measured")
    for turn in range(1, effort.rounds + 1):
        for kind in kinds:
            for count in _COUNTS:
                stage.tell(f"round {turn} of {effort.rounds}: {count} {kind}")
                with _group(stage, kind, count) as group:
                    connections = CONNECTIONS * (count if kind == PROCESSES else 1)
                    once = in_rounds(stage, [group], Loop(effort.seconds, connections), 1)
                for name, figures in once.items():
                    found.setdefault(name, []).extend(figures)
    return _scaled(rows(found))


@contextlib.contextmanager
def _group(stage: Stage, kind: str, count: int) -> Iterator[Server]:
    """A group by itself on a database of its own."""
    name, url = f"{count} {kind}", stage.new_database()
    if kind == NODES:
        with stage.nodes(count, url) as nodes:
            yield on_postgres(stage, name, nodes)
        return
    env = stage.settings(url)
    with stage.node(env, customer(env), "--processes", str(count)) as node:
        yield on_postgres(stage, name, [node])


def _knows_processes() -> bool:
    command = [sys.executable, "-m", "slovomat", "serve", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return "--processes" in told


def _scaled(found: list[Row]) -> list[Row]:
    """With each row the share of linear growth: CPU time of a request on one, over that on so many."""
    alone = {
        (row["load"], kind): row["cpu_us"]
        for row in found
        for kind in (NODES, PROCESSES)
        if row["server"] == f"1 {kind}"
    }
    return [
        row | {"scale": alone[row["load"], row["server"].partition(" ")[2]] / row["cpu_us"]} for row in found
    ]


SECTION = Section(
    name="nodes",
    title="Several nodes, several processes",
    columns=(
        Column("load", "load"),
        Column("server", "on one PostgreSQL"),
        Column("requests_per_s", "requests/s", ",.0f"),
        Column("cpu_us", "CPU µs a request", ",.1f"),
        Column("database_us", "of PostgreSQL", ",.1f"),
        Column("scale", "of linear", ".2f"),
        Column("rss_mb", "memory MB", ".0f"),
        Column("wrong", "wrong", "d"),
    ),
    measure=_measure,
    notes=f"""All of a group share one core here, so that only CPU time says something: while a request costs
each of them what it costs one alone, they add up (*of linear* 1). {CONNECTIONS} connections each.
*Processes* are those of one node, on one port (`serve --processes N`).""",
)
