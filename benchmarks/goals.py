"""What the service is to reach, and the floors below which a change must not bring it: one table for both.

The floors of the first three rows are about two thirds of what a busy machine shows.

Ratios are of CPU time within one run, so that they mean the same on any machine. Events a second on a core
were set on a machine where nginx relays a chat call in 10 µs; a figure of another machine is brought to
that speed by what nginx takes there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.loads import CHAT, CREATE, POLL, STREAM
from benchmarks.memory import MOST
from benchmarks.rounds import ON_POSTGRES, OURS, REFERENCE
from benchmarks.section import Row
from benchmarks.streams import EVENTS_PER_S, MANY

Results = dict[str, Any]
"""By section: its rows, and when and where they were taken."""
_REFERENCE_US = 10.0


class Goal(NamedTuple):
    """`read` finds the figure in results, or None. `floor`: what every change must hold, if anything.

    `cores`: it means nothing where the service shares its core with the tools.
    """

    what: str
    at_most: bool
    goal: float
    floor: float | None
    form: str
    read: Callable[[Results], float | None]
    cores: bool = False

    def held(self, value: float, limit: float) -> bool:
        """Whether a figure is on the right side of a limit."""
        return value <= limit if self.at_most else value >= limit


def rows_of(results: Results, section: str, **wanted: object) -> list[Row]:
    """The rows of a section that have these values."""
    rows = results.get(section, {}).get("rows", [])
    return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]


def slowness(results: Results) -> float | None:
    """How many times slower this machine is than the one the goals were set on, by what nginx takes."""
    found = rows_of(results, "throughput", load=CHAT, server=REFERENCE)
    return found[0]["cpu_us"] / _REFERENCE_US if found else None


def _figure(section: str, key: str, **wanted: object) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        found = [row[key] for row in rows_of(results, section, **wanted) if row.get(key) is not None]
        return found[0] if found else None

    return read


def _of_nginx(load: str, server: str = OURS) -> Callable[[Results], float | None]:
    return _figure("throughput", "of_reference", load=load, server=server)


def _events(results: Results) -> float | None:
    """At the speed of the goals' machine, and no more than the streams bring."""
    events = _figure("streams", "events_a_core", streams=MANY, server=OURS)(results)
    slower = slowness(results)
    return min(events * slower, MANY * EVENTS_PER_S) if events and slower else None


def _full_mb(results: Results) -> float | None:
    """At 10,000 streams; carried on in a straight line where the machine allowed fewer."""
    rows = rows_of(results, "memory")
    idle, most = rows[0] if rows else None, rows[-1] if rows else None
    if not idle or not most or most["streams"] < MOST / 2:
        return None
    return float(idle["rss_mb"] + (most["rss_mb"] - idle["rss_mb"]) * MOST / most["streams"])


def _times(name: str) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        found = [row for row in rows_of(results, "peers", load=CHAT) if row["server"].startswith(name)]
        return found[0]["times"] if found else None

    return read


def _worst_growth(results: Results) -> float | None:
    found = [
        row["grown"] for row in rows_of(results, "growth") if row.get("grown") and row["load"] != "start"
    ]
    return max(found) if found else None


def _worst_scale(results: Results) -> float | None:
    found = [row["scale"] for row in rows_of(results, "nodes", load=CHAT)]
    return min(found) if found else None


GOALS = (
    Goal("chat, of nginx", False, 0.40, 0.07, ".2f", _of_nginx(CHAT)),
    Goal("job create, of nginx", False, 0.5, 0.14, ".2f", _of_nginx(CREATE)),
    Goal("job poll, of nginx", False, 0.7, 0.30, ".2f", _of_nginx(POLL)),
    Goal("chat on PostgreSQL, of nginx", False, 0.35, None, ".2f", _of_nginx(CHAT, ON_POSTGRES)),
    Goal("chat, times less than smg", False, 3, None, ".1f", _times("smg")),
    Goal("chat, times less than Portkey", False, 40, None, ".0f", _times("Portkey")),
    Goal("chat, times less than LiteLLM", False, 450, None, ".0f", _times("LiteLLM")),
    Goal(
        f"{MANY:,} streams, events/s on one core (nginx 10 µs)", False, 90_000, 60_000, ",.0f", _events, True
    ),
    Goal(
        f"{MANY:,} streams, first event p99, ms",
        True,
        30,
        None,
        ".1f",
        _figure("streams", "first_p99_ms", streams=MANY, server=OURS),
    ),
    Goal(
        "added at 50 requests/s, p50, ms",
        True,
        1,
        None,
        ".2f",
        _figure("added", "added_ms", load=CHAT, server=OURS),
    ),
    Goal(
        "added to the first event, p50, ms",
        True,
        0.2,
        None,
        ".2f",
        _figure("added", "first_added_ms", load=STREAM, server=OURS),
    ),
    Goal("idle memory, MB", True, 60, 72, ".0f", _figure("start", "rss_mb")),
    Goal(f"memory at {MOST:,} open streams, MB", True, 400, 480, ".0f", _full_mb),
    Goal("start to first answer, s", True, 0.5, None, ".2f", _figure("start", "start_s"), True),
    Goal("start to first answer, CPU s", True, 0.5, 1.0, ".2f", _figure("start", "start_cpu_s")),
    Goal("chat on 1, 2, 4 nodes or processes, of linear, worst", False, 0.8, None, ".2f", _worst_scale),
    Goal("10 million generations, CPU over an empty database, worst", True, 1.15, None, ".2f", _worst_growth),
)
