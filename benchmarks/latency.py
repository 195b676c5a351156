"""Latency in an open loop: calls are due whatever the answers, as they are for a service with many users."""

from collections.abc import Sequence

from benchmarks.disk import sync_row
from benchmarks.loads import CHAT, Load, chat, stream_of
from benchmarks.rounds import DIRECT, OURS, Figures, Loop, Server, asked, medians
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.stage import Stage
from benchmarks.throughput import reference

_RATES = (250, 500, 1_000, 2_000, 4_000, 8_000, 12_000, 16_000, 24_000, 32_000)
_CONNECTIONS = 256
_QUIET_RATE = 50
_KEPT_UP = 0.95


def _rising(stage: Stage, effort: Effort) -> list[Row]:
    """Every server at every rate up to the first that it cannot keep up with."""
    found: dict[tuple[str, int], list[Figures]] = {}
    with stage.nodes(1) as (node,):
        load = Load(CHAT, [chat(node.key)])
        for turn in range(1, effort.rounds + 1):
            for server in _servers(stage, (node.pid, node.port), [load]):
                for rate in _RATES:
                    stage.tell(f"round {turn} of {effort.rounds}: {rate} requests/s, {server.name}")
                    figures = asked(stage, server, load, Loop(effort.seconds, _CONNECTIONS, rate))
                    found.setdefault((server.name, rate), []).append(figures)
                    if figures.requests_per_s < rate * _KEPT_UP:
                        break
    return [
        {"rate": rate, "server": server, **medians(rounds)._asdict(), "rounds": [o._asdict() for o in rounds]}
        for (server, rate), rounds in found.items()
    ]


def _quiet(stage: Stage, effort: Effort) -> list[Row]:
    """At 50 requests a second: what the service adds to going direct."""
    found: dict[tuple[str, str], list[Figures]] = {}
    with stage.nodes(1) as (node,):
        loads = [Load(CHAT, [chat(node.key)]), stream_of(node, [node.key])]
        for turn in range(1, effort.rounds + 1):
            for load in loads:
                for server in _servers(stage, (node.pid, node.port), loads):
                    stage.tell(
                        f"round {turn} of {effort.rounds}: {_QUIET_RATE}/s, {load.name}, {server.name}"
                    )
                    figures = asked(stage, server, load, Loop(effort.seconds, 16, _QUIET_RATE))
                    found.setdefault((load.name, server.name), []).append(figures)
    own = {names: medians(rounds) for names, rounds in found.items()}
    return [sync_row(stage.folder)] + [
        {
            "load": load,
            "server": server,
            **figures._asdict(),
            "added_ms": figures.p50_ms - own[load, DIRECT].p50_ms,
            "first_added_ms": figures.first_p50_ms - own[load, DIRECT].first_p50_ms,
        }
        for (load, server), figures in own.items()
    ]


def _servers(stage: Stage, node: tuple[int, int], loads: Sequence[Load]) -> list[Server]:
    direct, ours = Server(DIRECT, [stage.upstream], loads), Server(OURS, [node], loads)
    return [direct, ours, *reference(stage, loads)]


RISING = Section(
    name="latency",
    title="Latency against load",
    columns=(
        Column("server", "server"),
        Column("rate", "requests/s due", ",d"),
        Column("requests_per_s", "answered", ",.0f"),
        Column("p50_ms", "p50 ms", ".2f"),
        Column("p90_ms", "p90 ms", ".2f"),
        Column("p99_ms", "p99 ms", ".2f"),
        Column("cpu_us", "CPU µs a request", ".1f"),
        Column("wrong", "wrong", "d"),
    ),
    measure=_rising,
    notes=f"""Chat calls in an open loop over {_CONNECTIONS} connections: they are due at a fixed rate, and a
latency counts from when its call was due, so that a server that falls behind shows it. Each server is taken
as far as the first rate that it cannot keep up with. *Direct* shows what the tools, which share the other
core, add themselves.""",
)
QUIET = Section(
    name="added",
    title=f"Added latency at {_QUIET_RATE} requests a second",
    columns=(
        Column("load", "load"),
        Column("server", "server"),
        Column("p50_ms", "p50 ms", ".2f"),
        Column("p99_ms", "p99 ms", ".2f"),
        Column("added_ms", "added p50 ms", ".2f"),
        Column("first_p50_ms", "first event p50 ms", ".2f"),
        Column("first_added_ms", "added p50 ms", ".2f"),
        Column("wrong", "wrong", "d"),
    ),
    measure=_quiet,
    notes="""Open loop. *Added* is over going to the upstream directly. The first byte of an answer waits for
the hold's commit, and the commit for the disk, whose own time is the first row.""",
)
