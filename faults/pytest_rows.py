"""Rows whose volume of every change is held by `./dev test`: a release run plays the same tests longer."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

from faults.record import ROOT
from faults.row import Order, Outcome

_FLAGS = ("-q", "-x", "-p", "no:cacheprovider")
_LAST_LINES = 30


def in_tests(
    *nodes: str, each: int = 1, variables: Mapping[str, str] | None = None
) -> Callable[[Order], Outcome]:
    """Runs the nodes again and again. `each`: the volume of one run of them.

    With `variables` in the tests' environment (`{volume}` is filled in) one run does the whole volume, and
    hypothesis draws by the seed.
    """

    def run(order: Order) -> Outcome:
        outcome = Outcome(0)
        while outcome.volume < order.volume and order.in_time and not outcome.violations:
            told = {name: text.format(volume=order.volume) for name, text in (variables or {}).items()}
            drawn = [f"--hypothesis-seed={order.seed}"] if variables else []
            outcome.violations += _pytest(order, [*drawn, *nodes], told)
            if not outcome.violations:
                outcome.volume += order.volume if variables else each
        return outcome

    return run


def _pytest(order: Order, words: list[str], variables: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_FLAGS, f"--basetemp={order.folder / 'pytest'}", *words],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    return ["\n".join([f"pytest {' '.join(words)} ended with {done.returncode}:", _tail(done.stdout)])]


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-_LAST_LINES:])
