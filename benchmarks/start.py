"""How soon a service on an existing database answers, and how much memory it takes then."""

import time
from statistics import median

from benchmarks.loads import chat
from benchmarks.native import CannotMeasureError
from benchmarks.processes import cpu_us, resident_bytes
from benchmarks.rounds import OURS
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.service import customer
from benchmarks.stage import Stage

_STARTS = 5
_IDLE_S = 1.0


def _measure(stage: Stage, _: Effort) -> list[Row]:
    return measured(stage, _STARTS)


def measured(stage: Stage, starts: int) -> list[Row]:
    """From the process's start to the first answered chat call; the medians of some starts."""
    env = stage.settings()
    key = customer(env)
    found = []
    for number in range(1, starts + 1):
        stage.tell(f"start {number} of {starts}")
        began_s = time.perf_counter()
        with stage.node(env, key) as node:
            status, body = node.call(chat(key))
            if status != 200:
                raise CannotMeasureError(f"the first call was refused with {status}: {body!r}")
            answered_s, cpu_s = time.perf_counter() - began_s, cpu_us(node.pid) / 1e6
            time.sleep(_IDLE_S)
            found.append((answered_s, cpu_s, resident_bytes(node.pid) / 1e6))
    answered_s, cpu_s, rss_mb = (median(column) for column in zip(*found, strict=True))
    return [{"server": OURS, "start_s": answered_s, "start_cpu_s": cpu_s, "rss_mb": rss_mb, "starts": found}]


SECTION = Section(
    name="start",
    title="Start and idle memory",
    columns=(
        Column("start_s", "start to first answer, s", ".2f"),
        Column("start_cpu_s", "CPU s", ".2f"),
        Column("rss_mb", "idle memory MB", ".0f"),
    ),
    measure=_measure,
    notes=f"""`slovomat serve` on an existing SQLite database with an HTTP upstream: from the start of the
process to the end of its first answered chat call; memory a second later. Medians of {_STARTS} starts.""",
)
