"""The Limits port: its moving window. One suite for every adapter, alone and behind several nodes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.limits_stand import OpenLimits
from tests.played_env import DAY_MS

from slovomat.ports.limits import Limits

pytestmark = pytest.mark.anyio


async def passed(limits: Limits, calls: int, per_minute: int, who: str = "me") -> int:
    """How many of so many calls pass."""
    return sum([(await limits.hit("create", who, per_minute)).allowed for _ in range(calls)])


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 40, allow_nan=False) | st.floats(0, 0.2), min_size=1, max_size=40),
    st.integers(1, 5),
)
async def test_no_minute_has_more_than_the_limit(
    counting: OpenLimits, pauses: list[float], per_minute: int
) -> None:
    """In any 60 seconds, wherever they begin; and a call is refused only when they are full."""
    async with counting() as counted:
        times: list[float] = []
        for pause in pauses:
            counted.world.pass_s(pause)
            now_s = counted.world.monotonic_s()
            recent = len([time for time in times if now_s - time <= 60])
            perhaps = len([time for time in times if now_s - time <= 60 + counted.slack_s])
            window = await counted.nodes.hit("create", "me", per_minute)
            if window.allowed:
                times.append(now_s)
                assert recent < per_minute
                assert per_minute - perhaps - 1 <= window.remaining <= per_minute - recent - 1
            else:
                assert perhaps >= per_minute
                assert window.remaining == 0


@settings(max_examples=30)
@given(st.lists(st.floats(0.5, 20, allow_nan=False), min_size=3, max_size=3))
async def test_a_refused_call_is_told_when_the_next_one_passes(
    counting: OpenLimits, pauses: list[float]
) -> None:
    """Just after that time it passes, and a moment before it does not."""
    async with counting() as counted:
        for pause in pauses:
            assert (await counted.nodes.hit("create", "me", 3)).allowed
            counted.world.pass_s(pause)
        refused = await counted.nodes.hit("create", "me", 3)
        assert not refused.allowed
        counted.world.pass_s(refused.reset_ms / 1000 - 0.01)
        assert not (await counted.nodes.hit("create", "me", 3)).allowed
        counted.world.pass_s(0.012)
        assert (await counted.nodes.hit("create", "me", 3)).allowed


async def test_an_allowed_call_is_told_when_all_of_the_limit_is_back(counting: OpenLimits) -> None:
    """A minute after the newest call."""
    async with counting() as counted:
        await counted.nodes.hit("create", "me", 3)
        counted.world.pass_s(20)
        window = await counted.nodes.hit("create", "me", 3)
        assert (window.limit, window.remaining) == (3, 1)
        assert window.reset_ms == 60_000
        counted.world.pass_s(60.002)
        assert (await counted.nodes.hit("create", "me", 3)).remaining == 2


async def test_the_edge_of_a_crowded_minute(counting: OpenLimits) -> None:
    """A full window that is hammered through its edge lets through what goes out, and not one more."""
    async with counting() as counted:
        times: list[float] = []
        for _ in range(70):
            times += [counted.world.monotonic_s()] * await passed(counted.nodes, 3, 40)
            counted.world.pass_s(0.03)
        assert len(times) == 40
        counted.world.pass_s(56)
        for _ in range(150):
            now_s = counted.world.monotonic_s()
            times += [now_s] * await passed(counted.nodes, 3, 40)
            assert len([time for time in times if now_s - time <= 60]) <= 40
            counted.world.pass_s(0.03)
        assert len(times) == 80


async def test_callers_and_kinds_do_not_share(counting: OpenLimits) -> None:
    """Each account has its own window for each kind of call."""
    async with counting() as counted:
        assert await passed(counted.nodes, 5, 2, "one") == 2
        assert await passed(counted.nodes, 5, 2, "two") == 2
        assert (await counted.nodes.hit("poll", "one", 2)).allowed


async def test_zero_is_no_limit(counting: OpenLimits) -> None:
    """And says so."""
    async with counting() as counted:
        assert await passed(counted.nodes, 10_000, 0) == 10_000
        assert (await counted.nodes.hit("create", "me", 0)).limit == 0


async def test_a_limit_that_was_changed_counts_at_once(counting: OpenLimits) -> None:
    """Lowered: nothing passes until there is room; raised: the difference passes."""
    async with counting() as counted:
        assert await passed(counted.nodes, 10, 10) == 10
        counted.world.pass_s(30)
        assert await passed(counted.nodes, 5, 12) == 2
        refused = await counted.nodes.hit("create", "me", 2)
        assert not refused.allowed
        assert refused.reset_ms == 60_000
        counted.world.pass_s(31)
        assert await passed(counted.nodes, 5, 3) == 1


async def test_a_jump_of_the_wall_clock_changes_nothing(counting: OpenLimits) -> None:
    """Neither is anybody barred after a jump back, nor does a jump forward open the window."""
    for jump_ms in (-25 * 3_600_000, DAY_MS, -1, 400 * DAY_MS):
        async with counting() as counted:
            assert await passed(counted.nodes, 5, 2) == 2
            counted.world.jump_ms(jump_ms)
            assert await passed(counted.nodes, 5, 2) == 0
            counted.world.pass_s(60.2)
            assert await passed(counted.nodes, 5, 2) == 2
