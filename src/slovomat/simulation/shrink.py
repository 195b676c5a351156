"""The shortest beginning of a run that fails: what a person wants to read."""

from slovomat.simulation.composition import Composition
from slovomat.simulation.run import Verdict, simulate


def shrink(verdict: Verdict, plant: type[Composition] = Composition) -> Verdict:
    """The run of the same seed with the fewest steps that breaks an invariant, whichever.

    A run's steps do not depend on how many follow, but what it comes to does not always grow worse with them:
    halving finds a short beginning that fails, and then every shorter one is tried, the shortest first.
    """
    if verdict.violation is None:
        return verdict
    bound = _halved(verdict, plant)
    for steps in range(bound.steps):
        tried = simulate(verdict.seed, steps, plant())
        if tried.violation is not None:
            return tried
    return bound


def _halved(verdict: Verdict, plant: type[Composition]) -> Verdict:
    holds, fails = -1, verdict
    while fails.steps - holds > 1:
        tried = simulate(verdict.seed, (holds + fails.steps) // 2, plant())
        if tried.violation is None:
            holds = tried.steps
        else:
            fails = tried
    return fails
