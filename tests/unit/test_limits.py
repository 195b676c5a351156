"""The rate limits in this process's memory: what no other adapter has to promise."""

import pytest
from tests.played_env import PlayedEnv

from slovomat.limits.memory import MemoryLimits


@pytest.mark.anyio
async def test_silent_callers_are_forgotten() -> None:
    """Calls from ever new addresses do not fill the memory."""
    env = PlayedEnv()
    limits = MemoryLimits(env)
    for number in range(5000):
        await limits.hit("bad_key", str(number), 1)
        env.pass_s(0.1)
    assert len(limits) <= 1300
