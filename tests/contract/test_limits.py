"""The Limits port: its moving window. One suite for every adapter."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.played_env import DAY_MS, PlayedEnv

from slovomat.limits.memory import MemoryLimits
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits

Make = Callable[[Env], Limits]
ADAPTERS = pytest.mark.parametrize("make", [MemoryLimits])


async def passed(limits: Limits, calls: int, per_minute: int, who: str = "me") -> int:
    """How many of so many calls pass."""
    return sum([(await limits.hit("create", who, per_minute)).allowed for _ in range(calls)])


@pytest.mark.anyio
@ADAPTERS
@given(
    st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=60),
    st.integers(1, 5),
)
async def test_no_minute_has_more_than_the_limit(make: Make, pauses: list[float], per_minute: int) -> None:
    """In any 60 seconds, wherever they begin; and a call is refused only when they are full."""
    env = PlayedEnv()
    limits = make(env)
    times: list[float] = []
    for pause in pauses:
        env.pass_s(pause)
        now_s = env.monotonic_s()
        recent = [time for time in times if now_s - time <= 60]
        window = await limits.hit("create", "me", per_minute)
        assert window.allowed == (len(recent) < per_minute)
        if window.allowed:
            times.append(now_s)
            assert window.remaining == per_minute - len(recent) - 1
        else:
            assert window.remaining == 0


@pytest.mark.anyio
@ADAPTERS
@given(st.lists(st.floats(0.5, 20, allow_nan=False), min_size=3, max_size=3))
async def test_a_refused_call_is_told_when_the_next_one_passes(make: Make, pauses: list[float]) -> None:
    """Just after that time it passes, and a moment before it does not."""
    env = PlayedEnv()
    limits = make(env)
    for pause in pauses:
        assert (await limits.hit("create", "me", 3)).allowed
        env.pass_s(pause)
    refused = await limits.hit("create", "me", 3)
    assert not refused.allowed
    env.pass_s(refused.reset_ms / 1000 - 0.01)
    assert not (await limits.hit("create", "me", 3)).allowed
    env.pass_s(0.011)
    assert (await limits.hit("create", "me", 3)).allowed


@pytest.mark.anyio
@ADAPTERS
async def test_an_allowed_call_is_told_when_all_of_the_limit_is_back(make: Make) -> None:
    """A minute after the newest call."""
    env = PlayedEnv()
    limits = make(env)
    await limits.hit("create", "me", 3)
    env.pass_s(20)
    window = await limits.hit("create", "me", 3)
    assert (window.limit, window.remaining) == (3, 1)
    assert window.reset_ms == 60_000
    env.pass_s(60.001)
    assert (await limits.hit("create", "me", 3)).remaining == 2


@pytest.mark.anyio
@ADAPTERS
async def test_callers_and_kinds_do_not_share(make: Make) -> None:
    """Each account has its own window for each kind of call."""
    limits = make(PlayedEnv())
    assert await passed(limits, 5, 2, "one") == 2
    assert await passed(limits, 5, 2, "two") == 2
    assert (await limits.hit("poll", "one", 2)).allowed


@pytest.mark.anyio
@ADAPTERS
async def test_zero_is_no_limit(make: Make) -> None:
    """And says so."""
    limits = make(PlayedEnv())
    assert await passed(limits, 10_000, 0) == 10_000
    assert (await limits.hit("create", "me", 0)).limit == 0


@pytest.mark.anyio
@ADAPTERS
async def test_a_limit_that_was_changed_counts_at_once(make: Make) -> None:
    """Lowered: nothing passes until there is room; raised: the difference passes."""
    env = PlayedEnv()
    limits = make(env)
    assert await passed(limits, 10, 10) == 10
    env.pass_s(30)
    assert await passed(limits, 5, 12) == 2
    refused = await limits.hit("create", "me", 2)
    assert not refused.allowed
    assert refused.reset_ms == 60_000
    env.pass_s(31)
    assert await passed(limits, 5, 3) == 1


@pytest.mark.anyio
@ADAPTERS
async def test_a_jump_of_the_wall_clock_changes_nothing(make: Make) -> None:
    """Neither is anybody barred after a jump back, nor does a jump forward open the window."""
    for jump_ms in (-25 * 3_600_000, DAY_MS, -1, 400 * DAY_MS):
        env = PlayedEnv()
        limits = make(env)
        assert await passed(limits, 5, 2) == 2
        env.jump_ms(jump_ms)
        assert await passed(limits, 5, 2) == 0
        env.pass_s(60.1)
        assert await passed(limits, 5, 2) == 2
