"""M10: the whole core on a seeded loop, by `slovomat simulate`."""

import json
import os
import subprocess
import sys

from faults.row import Order, Outcome, Row

_STEPS = "500"
_AT_ONCE = 25
_HISTORY_LINES = 40


def run(order: Order) -> Outcome:
    """So many seeds: on every change the first ones, for a release others than before."""
    outcome = Outcome(0)
    first = order.seed * 1_000 if order.release else 1
    while outcome.volume < order.volume and order.in_time and not outcome.violations:
        count = min(_AT_ONCE, order.volume - outcome.volume)
        _seeds(outcome, order, first + outcome.volume, count)
    return outcome


def _seeds(outcome: Outcome, order: Order, first: int, count: int) -> None:
    words = ["simulate", "--seed", str(first), "--seeds", str(count), "--steps", _STEPS, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "slovomat", *words],
        env={**os.environ, "SLOVOMAT_DATA": str(order.folder)},
        cwd=order.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        outcome.volume += count
        return
    told = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    history = "\n".join(map(str, told.get("history", [])[-_HISTORY_LINES:]))
    outcome.violations.append(f"{' '.join(words)}: {told.get('violation')} {history}{done.stderr[-2000:]}")


ROWS = [
    Row(
        name="M10",
        fault="simulation: the whole core on a seeded loop, virtual time, faulty store and upstream",
        passes="invariants after each step; a seed is a run, byte for byte; every planted bug found",
        unit=f"seeds of {_STEPS} steps",
        c=0,
        r=10_000,
        step=_AT_ONCE,
        run=run,
        tests=("tests/sim",),
    )
]
