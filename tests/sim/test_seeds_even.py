"""The even ones of the 200 seeds that every change must hold; two files, so that two processes share them."""

import pytest

from tests.sim.seeds import holds


@pytest.mark.parametrize("first", range(2, 200, 20))
def test_invariants_hold(first: int) -> None:
    """Ten seeds, 500 steps each, every invariant after every commit."""
    holds(range(first, first + 20, 2))
