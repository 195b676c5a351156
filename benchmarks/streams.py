"""Many streams at once: how many events a second come through one core, and how soon the first."""

from benchmarks.loads import dripping
from benchmarks.rounds import DIRECT, OURS, Figures, Loop, Server, asked, medians
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.stage import Stage
from benchmarks.throughput import reference

EVENTS_PER_S = 100
MANY = 1000
_EVERY_MS = 1000 // EVENTS_PER_S
_COUNTS = (100, 300, MANY)


def _measure(stage: Stage, effort: Effort) -> list[Row]:
    return measured(stage, effort, _COUNTS, compared=True)


def measured(stage: Stage, effort: Effort, counts: tuple[int, ...], *, compared: bool) -> list[Row]:
    """A row for each number of streams and server; a stream lasts as long as a load.

    `compared`: nginx, and the upstream without anything between, are asked the same.
    """
    found: dict[tuple[int, str], list[Figures]] = {}
    events = int(EVENTS_PER_S * effort.seconds)
    with stage.nodes(1) as (node,):
        load = dripping(node.key, events, _EVERY_MS)
        servers = [Server(OURS, [(node.pid, node.port)], [load])]
        if compared:
            servers += [Server(DIRECT, [stage.upstream], [load]), *reference(stage, [load])]
        for turn in range(1, effort.rounds + 1):
            for count in counts:
                for server in servers:
                    stage.tell(f"round {turn} of {effort.rounds}: {count} streams, {server.name}")
                    loop = Loop(effort.seconds, count, spread_s=effort.seconds)
                    found.setdefault((count, server.name), []).append(asked(stage, server, load, loop))
    return [_row(*names, medians(rounds), events, rounds) for names, rounds in sorted(found.items())]


def _row(count: int, server: str, figures: Figures, events: int, rounds: list[Figures]) -> Row:
    event_us = figures.cpu_us / events
    return {
        "streams": count,
        "server": server,
        "offered": count * EVENTS_PER_S,
        **figures._asdict(),
        # None where the server was so late that no stream began after all were open.
        "first_p50_ms": figures.first_p50_ms or None,
        "first_p99_ms": figures.first_p99_ms or None,
        "event_us": event_us,
        "events_a_core": 1e6 / event_us if event_us else None,
        "rounds": [one._asdict() for one in rounds],
    }


SECTION = Section(
    name="streams",
    title="Many streams at once",
    columns=(
        Column("streams", "streams", "d"),
        Column("server", "server"),
        Column("offered", "events/s offered", ",d"),
        Column("events_per_s", "events/s read", ",.0f"),
        Column("event_us", "CPU µs an event", ".1f"),
        Column("events_a_core", "events a CPU second", ",.0f"),
        Column("first_p50_ms", "first event p50 ms", ".1f"),
        Column("first_p99_ms", "p99 ms", ".1f"),
        Column("wrong", "wrong", "d"),
    ),
    measure=_measure,
    notes=f"""Each stream brings {EVENTS_PER_S} events a second; when it ends its connection starts the next,
so that the number stays. Each event is written by the upstream and read by the load tool by itself. *Direct*
is the upstream without anything between: what the tools carry, and add to the first event's time.
*Events a CPU second* says what one core could carry; a server that is short of its core reads and writes
several events at once, so that a busy machine flatters it.""",
)
