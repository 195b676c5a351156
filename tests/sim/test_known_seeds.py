"""Seeds that once failed, by what was wrong: each stays, whatever it has come to mean since."""

import pytest

from tests.sim.seeds import holds

KNOWN = {
    "a shared database's clock goes back over the lease of a node that has died": 10,
    "the timer and a drain close at once what is owed": 4,
}


@pytest.mark.parametrize("seed", KNOWN.values(), ids=KNOWN.keys())
def test_it_holds_now(seed: int) -> None:
    """A line here is what `slovomat simulate` asks for when it has found something."""
    holds(range(seed, seed + 1))
