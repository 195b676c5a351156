"""What a request costs: the four loads, on SQLite, on PostgreSQL, and through the reference."""

from collections.abc import Sequence

from benchmarks.loads import CHUNKS, Load, make_loads
from benchmarks.rounds import CONNECTIONS, ON_POSTGRES, OURS, REFERENCE, Loop, Server, in_rounds, rows
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.service import Service
from benchmarks.stage import Stage

FIGURES = (
    Column("requests_per_s", "requests/s", ",.0f"),
    Column("p50_ms", "p50 ms", ".2f"),
    Column("p99_ms", "p99 ms", ".2f"),
    Column("cpu_us", "CPU µs a request", ",.1f"),
    Column("database_us", "of PostgreSQL", ",.1f"),
    Column("of_reference", "of nginx", ".3f"),
    Column("rss_mb", "memory MB", ".0f"),
    Column("wrong", "wrong", "d"),
)


def _measure(stage: Stage, effort: Effort) -> list[Row]:
    with stage.nodes(1) as (on_file,), stage.nodes(1, stage.new_database()) as (on_server,):
        servers = [
            Server(OURS, [(on_file.pid, on_file.port)], make_loads(on_file)),
            on_postgres(stage, ON_POSTGRES, [on_server]),
        ]
        servers += reference(stage, servers[0].loads)
        return rows(in_rounds(stage, servers, Loop(effort.seconds), effort.rounds))


def on_postgres(stage: Stage, name: str, nodes: Sequence[Service]) -> Server:
    """Nodes to be measured together with the PostgreSQL beside them."""
    places = [(node.pid, node.port) for node in nodes]
    return Server(name, places, make_loads(nodes[0]), stage.postgres.pid)


def reference(stage: Stage, loads: Sequence[Load]) -> list[Server]:
    """nginx asked the same, where it is installed."""
    return [Server(REFERENCE, [stage.nginx], loads)] if stage.nginx else []


SECTION = Section(
    name="throughput",
    title="What a request costs",
    columns=(Column("load", "load"), Column("server", "server"), *FIGURES),
    measure=_measure,
    notes=f"""{CONNECTIONS} connections, {CHUNKS} chunks a stream. *CPU* is user and system time of the whole
process tree. *Of nginx*: the CPU time of nginx relaying the same request, over the server's own (1 would be
as cheap as nginx, which knows neither keys nor money). A job's creation is measured without its generation
(the upstream holds such jobs back), a poll on a job that is done. SQLite and PostgreSQL both wait for the
disk at every commit.""",
)
