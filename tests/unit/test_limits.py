"""What the adapters of limits do inside, and no port promises."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.limits_stand import World, played_nodes
from tests.played_env import PlayedEnv
from tests.servers.valkey import ValkeyServer

from slovomat.limits.memory import MemoryLimits, MemorySlots
from slovomat.limits.valkey_client import single_urls
from slovomat.limits.valkey_script import HIT, Call, GarbledAnswerError

pytestmark = pytest.mark.anyio


async def test_silent_callers_are_forgotten() -> None:
    """Calls from ever new addresses do not fill the memory."""
    env = PlayedEnv()
    limits = MemoryLimits(env)
    for number in range(5000):
        await limits.hit("bad_key", str(number), 1)
        env.pass_s(0.1)
    assert len(limits) <= 1300


async def test_owners_with_nothing_under_way_are_forgotten() -> None:
    """Slots that are free take no room."""
    slots = MemorySlots()
    for number in range(100):
        assert await slots.enter(f"{number}", 1, "token")
        slots.leave(f"{number}", "token")
        slots.leave(f"{number}", "never taken")
    assert slots.taken() == []


async def test_a_minute_of_ever_new_calls_takes_six_hundred_entries(empty_valkey: ValkeyServer) -> None:
    """Calls of the same tenth of a second share one."""
    world = World()
    async with played_nodes(world, empty_valkey.url, 1) as (node,):
        for _ in range(2_400):
            await node.limits.hit("create", "me", 100_000)
            world.pass_s(0.03)
    with empty_valkey.client() as client:
        entries: Any = client.llen("slovomat:create:me")
    assert 590 <= entries <= 602


async def test_a_clock_of_valkey_that_is_set_back_bars_nobody_for_long(empty_valkey: ValkeyServer) -> None:
    """By a little or by a day: what counts goes out within two minutes, and nothing is forgotten at once."""
    for number, back_s in enumerate((0.5, 30, 59, 61, 86_400)):
        who, world = f"caller{number}", World()
        async with played_nodes(world, empty_valkey.url, 2) as (one, other):
            for allowed in (True, True, True, False):
                assert (await one.limits.hit("create", who, 3)).allowed == allowed
            world.server_ahead_ms -= back_s * 1000
            assert not (await other.limits.hit("create", who, 3)).allowed
            world.pass_s(120.1)
            assert (await other.limits.hit("create", who, 3)).allowed


async def test_a_dead_nodes_slots_come_back(empty_valkey: ValkeyServer) -> None:
    """When their leases have ended, half a minute later."""
    world = World()
    async with played_nodes(world, empty_valkey.url, 2) as (dead, alive):
        assert await dead.slots.enter("me", 1, "a")
        await dead.link.stop()
        world.pass_s(29)
        assert not await alive.slots.enter("me", 1, "b")
        world.pass_s(1.1)
        assert await alive.slots.enter("me", 1, "c")


async def test_a_living_nodes_slots_are_kept(empty_valkey: ValkeyServer) -> None:
    """As long as it renews their leases."""
    world = World()
    async with played_nodes(world, empty_valkey.url, 2) as (one, other), asyncio.TaskGroup() as tasks:
        assert await one.slots.enter("me", 1, "a")
        world.pass_s(29)
        keeping = tasks.create_task(one.slots.keep())
        await one.slots.enter("another", 1, "b")  # goes behind the first renewal
        world.pass_s(29)
        assert not await other.slots.enter("me", 1, "c")
        keeping.cancel()


async def test_a_slot_that_is_still_asked_for_is_not_kept(empty_valkey: ValkeyServer) -> None:
    """A renewal in that moment does not take a slot that is then refused."""
    world = World()
    async with played_nodes(world, empty_valkey.url, 2) as (one, other), asyncio.TaskGroup() as tasks:
        assert await one.slots.enter("me", 1, "a")
        entering = tasks.create_task(other.slots.enter("me", 1, "b"))
        await asyncio.sleep(0)
        keeping = tasks.create_task(other.slots.keep())
        assert not await entering
        one.slots.leave("me", "a")
        assert await one.slots.enter("me", 1, "c")
        keeping.cancel()


async def test_who_gives_up_waiting_takes_no_slot(empty_valkey: ValkeyServer) -> None:
    """Neither here nor in Valkey."""
    world = World()
    async with played_nodes(world, empty_valkey.url, 1) as (node,):
        entering = asyncio.ensure_future(node.slots.enter("me", 1, "a"))
        await asyncio.sleep(0)
        entering.cancel()
        assert isinstance((await asyncio.gather(entering, return_exceptions=True))[0], asyncio.CancelledError)
        assert await node.slots.enter("me", 1, "b")


@pytest.mark.parametrize("answer", [None, 7, b"1 2", b"one two three", b"1 2 3 4", [b"1", b"2", b"3"]])
def test_a_garbled_answer_is_known_as_one(answer: object) -> None:
    """Whatever came in place of three numbers a call."""
    calls: Sequence[Call] = [("key", (5, 1))]
    with pytest.raises(GarbledAnswerError):
        HIT.read(answer, calls)


def test_an_answer_is_read_call_by_call() -> None:
    """In the order in which the calls were made."""
    assert HIT.read(b"1 2 0 0 5 333", [("a", (5, 1)), ("b", (5, 1))]) == [(1, 2, 0), (0, 5, 333)]


@pytest.mark.parametrize(
    ("url", "single"),
    [
        ("valkey://host", ["valkey://host"]),
        ("valkey://a:1,b:2/3?x=y", ["valkey://a:1/3?x=y", "valkey://b:2/3?x=y"]),
        ("valkeys://u:p%2C@a,b", ["valkeys://u:p%2C@a", "valkeys://u:p%2C@b"]),
    ],
)
def test_a_url_may_name_several_hosts(url: str, single: list[str]) -> None:
    """Each is tried with the same user, database and options."""
    assert single_urls(url) == single
