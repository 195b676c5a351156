"""The test of the tests: each planted bug is found."""

import pytest

from slovomat.simulation.plants import PLANTS
from slovomat.simulation.run import simulate
from tests.sim.seeds import STEPS

SEEDS = range(1, 201)


def test_there_are_enough_plants() -> None:
    """At least twelve, those of the issue among them."""
    named = {
        "check-then-act",
        "refund-twice",
        "settlement-skipped-on-cancellation",
        "lease-without-token",
        "allowance-reset",
        "lost-wake-up",
    }
    assert named <= PLANTS.keys()
    assert len(PLANTS) >= 12


@pytest.mark.parametrize("plant", sorted(PLANTS))
def test_every_planted_bug_is_found(plant: str) -> None:
    """Within 200 seeds, and mostly by the first few."""
    verdicts = (simulate(seed, STEPS, PLANTS[plant]()) for seed in SEEDS)
    assert any(verdict.violation is not None for verdict in verdicts)
