"""The plots of docs/benchmarks.md: which rows go into which chart."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from benchmarks.chart import Bar, Line, bars, lines
from benchmarks.rounds import DIRECT, ON_POSTGRES, OURS, REFERENCE
from benchmarks.scale import Axis
from benchmarks.section import Row

# A server keeps its colour from plot to plot.
_COLOURS = {OURS: 0, REFERENCE: 1, ON_POSTGRES: 2, DIRECT: 3, "empty": 3, "grown": 0}
_OTHERS = 4


class Plot(NamedTuple):
    """A file in docs/benchmarks/, what it shows, and how it is drawn of a section's rows."""

    file: str
    says: str
    draw: Callable[[Sequence[Row]], str]


def _names(rows: Iterable[Row], key: str) -> list[str]:
    return list(dict.fromkeys(row[key] for row in rows))


def _points(rows: Sequence[Row], server: str, across: str, up: str) -> list[tuple[float, float]]:
    return sorted((row[across], row[up]) for row in rows if row["server"] == server)


def _bars(rows: Sequence[Row], group: str, figure: str, title: str, unit: str) -> str:
    groups = {
        name: [
            Bar(row["server"], row[figure], _COLOURS.get(row["server"], _OTHERS))
            for row in rows
            if row[group] == name
        ]
        for name in _names(rows, group)
    }
    return bars(title, unit, groups)


def _throughput(rows: Sequence[Row]) -> str:
    return _bars(rows, "load", "requests_per_s", "Throughput on one core", "requests a second")


def _peers(rows: Sequence[Row]) -> str:
    measured = [row for row in rows if "cpu_us" in row]
    return _bars(
        measured, "load", "cpu_us", "What a request costs", "µs of CPU time a request, less is better"
    )


def _latency(rows: Sequence[Row]) -> str:
    series = [
        Line(
            f"{server}, {title}", _points(rows, server, "rate", figure), _COLOURS[server], figure == "p50_ms"
        )
        for server in (OURS, REFERENCE)
        for title, figure in (("p50", "p50_ms"), ("p99", "p99_ms"))
    ]
    shown = [line for line in series if line.points]
    return lines("Latency against load", Axis("requests a second", log=True), Axis("ms", log=True), shown)


def _streams(rows: Sequence[Row]) -> str:
    series = [
        Line(server, _points(rows, server, "streams", "events_per_s"), _COLOURS[server], server == DIRECT)
        for server in (OURS, REFERENCE, DIRECT)
        if server in _names(rows, "server")
    ]
    title = "Events through one core, 100 a second a stream"
    return lines(title, Axis("streams at once", log=True), Axis("events a second"), series)


def _memory(rows: Sequence[Row]) -> str:
    series = [Line(OURS, _points(rows, OURS, "streams", "rss_mb"), _COLOURS[OURS])]
    return lines("Memory against open streams", Axis("open streams"), Axis("MB resident"), series)


def _growth(rows: Sequence[Row]) -> str:
    shown = [row | {"group": f"{row['engine']}, {row['load']}"} for row in rows if row["load"] != "start"]
    title = "Cost against the size of the database"
    return _bars(shown, "group", "cpu_us", title, "µs of the node's CPU time a request, less is better")


PLOTS = {
    "throughput": Plot("throughput.svg", "Throughput by server", _throughput),
    "latency": Plot("latency.svg", "Latency percentiles against load", _latency),
    "streams": Plot("streams.svg", "Events a second against streams", _streams),
    "memory": Plot("memory.svg", "Memory against open streams", _memory),
    "growth": Plot("growth.svg", "Cost against database size", _growth),
    "peers": Plot("peers.svg", "CPU time a request by server", _peers),
}
