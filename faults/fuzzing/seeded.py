"""Inputs without a fuzzer: bytes of chance, the same for the same seed."""

import random
from collections.abc import Callable

from faults.fuzzing.draws import Draws, SeededDraws

_BYTES = 2_000


def played(target: Callable[[Draws], None], inputs: int, first_seed: int = 0) -> None:
    """Runs so many; raises what the target finds."""
    for seed in range(first_seed, first_seed + inputs):
        target(SeededDraws(random.Random(seed).randbytes(_BYTES)))
