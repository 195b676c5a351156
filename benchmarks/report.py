"""The results, for people and for programs."""

import os
import platform
from collections.abc import Iterable
from typing import Any

from benchmarks.rounds import CONNECTIONS, Figures, Measured, medians

_COLUMNS = (
    "load",
    "server",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "CPU us/request",
    "of PostgreSQL",
    "RSS MB",
    "wrong",
)
OURS, REFERENCE = "slovomat", "nginx"
ON_POSTGRES = "slovomat, PostgreSQL"


def table(found: Measured) -> str:
    """Medians, one line a load and server."""
    rows = [_COLUMNS, *(_row(load, server, medians(rounds)) for (load, server), rounds in found.items())]
    widths = [max(len(row[index]) for row in rows) for index in range(len(_COLUMNS))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if index < 2 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *_ratio_lines(found)])


def _row(load: str, server: str, figures: Figures) -> tuple[str, ...]:
    return (
        load,
        server,
        f"{figures.requests_per_s:,.0f}",
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        f"{figures.cpu_us:,.1f}",
        f"{figures.database_us:,.1f}" if figures.database_us else "",
        f"{figures.rss_mb:.0f}",
        str(figures.wrong),
    )


def _ratio_lines(found: Measured) -> Iterable[str]:
    told = [f"{load} {ratio:.3f}" for load, ratio in ratios(found).items()]
    return ["", f"CPU of {REFERENCE} / CPU of {OURS}, a request: " + ", ".join(told)] if told else []


def ratios(found: Measured) -> dict[str, float]:
    """By load, the reference's CPU time a request over ours: 1 would be as cheap as the reference."""
    cpu = {names: medians(rounds).cpu_us for names, rounds in found.items()}
    loads = [load for load, server in cpu if server == REFERENCE]
    return {load: cpu[load, REFERENCE] / cpu[load, OURS] for load in loads if cpu[load, OURS]}


def document(found: Measured, seconds: float, pinned: bool) -> dict[str, Any]:
    """Everything that was measured, every round of it."""
    return {
        "machine": {"cpus": os.cpu_count(), "pinned": pinned, "system": platform.platform()},
        "python": platform.python_version(),
        "connections": CONNECTIONS,
        "seconds": seconds,
        "results": [
            {
                "load": load,
                "server": server,
                "median": medians(rounds)._asdict(),
                "rounds": [figures._asdict() for figures in rounds],
            }
            for (load, server), rounds in found.items()
        ],
        "ratios": ratios(found),
    }


def wrong(found: Measured) -> int:
    """How many answers were not as expected, in all."""
    return sum(figures.wrong for rounds in found.values() for figures in rounds)
