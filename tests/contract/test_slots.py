"""The Slots port: how much is under way at once. One suite for every adapter."""

import asyncio

import pytest
from tests.limits_stand import OpenLimits

from slovomat.ports.limits import Slots

pytestmark = pytest.mark.anyio


async def entered_soon(slots: Slots, limit: int) -> None:
    """Returns once it could enter: other nodes hear of who has left a moment later."""
    async with asyncio.timeout(10):
        attempt = 0
        while not await slots.enter("me", limit, f"attempt{attempt}"):
            attempt += 1


async def test_no_more_than_the_limit_are_inside(counting: OpenLimits) -> None:
    """Who leaves makes room for one."""
    async with counting() as counted:
        slots = counted.nodes
        assert [await slots.enter("me", 2, token) for token in "abc"] == [True, True, False]
        slots.leave("me", "a")
        await entered_soon(slots, 2)
        assert not await slots.enter("me", 2, "d")


async def test_who_was_refused_takes_nothing(counting: OpenLimits) -> None:
    """However often one asks, and whether or not one leaves."""
    async with counting() as counted:
        slots = counted.nodes
        assert await slots.enter("me", 1, "a")
        for number in range(20):
            assert not await slots.enter("me", 1, f"refused{number}")
            slots.leave("me", f"refused{number}")
        slots.leave("me", "a")
        await entered_soon(slots, 1)


async def test_owners_do_not_share(counting: OpenLimits) -> None:
    """Each has all of the limit."""
    async with counting() as counted:
        assert [await counted.nodes.enter(who, 1, who) for who in "abc"] == [True, True, True]


async def test_of_many_at_once_only_the_limit_passes(counting: OpenLimits) -> None:
    """Through whichever node they come."""
    async with counting() as counted:
        passed = await asyncio.gather(*(counted.nodes.enter("me", 5, f"{n}") for n in range(60)))
        assert 1 <= sum(passed) <= 5
        while await counted.nodes.enter("me", 5, f"later{sum(passed)}"):
            passed.append(True)
        assert sum(passed) == 5


async def test_a_limit_that_was_lowered_lets_nobody_in(counting: OpenLimits) -> None:
    """Until enough have left."""
    async with counting() as counted:
        slots = counted.nodes
        assert all([await slots.enter("me", 3, token) for token in "abc"])
        slots.leave("me", "a")
        assert not await slots.enter("me", 1, "d")
        slots.leave("me", "b")
        slots.leave("me", "c")
        await entered_soon(slots, 1)
