"""Runs of seeds, and what a failing one says."""

from slovomat.simulation.run import Verdict, simulate
from slovomat.simulation.shrink import shrink

STEPS = 500


def holds(seeds: range) -> None:
    """Every seed keeps every invariant; the first that does not is told with its shortest history."""
    for seed in seeds:
        verdict = simulate(seed, STEPS)
        assert verdict.violation is None, story(shrink(verdict))


def story(verdict: Verdict) -> str:
    """How to see it again, and what happened."""
    again = f"slovomat simulate --seed {verdict.seed} --steps {verdict.steps}"
    return "\n".join([f"{verdict.violation}", again, *verdict.history])
