"""Nodes that count limits, each by itself or together, and a clock of Valkey that tests set."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import cycle
from typing import Any

from slovomat.limits.memory import MemoryLimits, MemorySlots
from slovomat.limits.valkey import ValkeyLimits, ValkeySlots
from slovomat.limits.valkey_link import Link
from slovomat.limits.valkey_rounds import Rounds
from slovomat.limits.valkey_script import Call, Script, script_of
from slovomat.ports.limits import Limits, Slots, Window
from tests.played_env import PlayedEnv
from tests.servers.valkey import ValkeyServer

EASY_S = 5.0
"""A deadline that a busy machine keeps, where a test is not about the deadline."""
Spawn = Callable[[Coroutine[Any, Any, None]], object]
_TIME = "redis.call('TIME')"


class World(PlayedEnv):
    """The nodes' clocks, and Valkey's, which runs as theirs but jumps apart."""

    def __init__(self) -> None:
        super().__init__()
        self.server_ahead_ms = 1_795_338_000_000.0

    def server_time(self) -> tuple[int, int]:
        """Seconds and microseconds, as TIME tells them."""
        return divmod(int((self.monotonic_s() * 1000 + self.server_ahead_ms) * 1000), 1_000_000)


class PlayedLink(Link):
    """Valkey runs the real scripts, with the world's time put in the place of its own."""

    world: World

    async def ask(self, script: Script, calls: Sequence[Call]) -> list[tuple[int, ...]] | None:
        """Runs the script at the played time."""
        assert _TIME in script.text
        seconds, microseconds = self.world.server_time()
        text = script.text.replace(_TIME, f"{{'{seconds}', '{microseconds}'}}")
        return await super().ask(script_of(text, script.figures), calls)


class Node:
    """One node's limits through Valkey."""

    def __init__(self, link: Link, world: PlayedEnv, spawn: Spawn, deadline_s: float = EASY_S) -> None:
        self.link = link
        self.world = world
        rounds = Rounds(link, spawn, deadline_s)
        self.limits = ValkeyLimits(rounds, world)
        self.slots = ValkeySlots(rounds, link)


@asynccontextmanager
async def real_nodes(
    url: str, count: int = 1, deadline_s: float = EASY_S, lost_s: float = EASY_S
) -> AsyncIterator[list[Node]]:
    """So many nodes on Valkey's own clock, leases renewed."""
    world = PlayedEnv()
    async with asyncio.TaskGroup() as tasks:
        links = [Link(url, world, tasks.create_task, lost_s) for _ in range(count)]
        nodes = [Node(link, world, tasks.create_task, deadline_s) for link in links]
        for node in nodes:
            await node.link.start()
            tasks.create_task(node.slots.keep())
        try:
            yield nodes
        finally:
            for link in links:
                await link.stop()


@asynccontextmanager
async def played_nodes(world: World, url: str, count: int) -> AsyncIterator[list[Node]]:
    """So many nodes on a played clock, leases not renewed."""
    async with asyncio.TaskGroup() as tasks:
        links = [PlayedLink(url, world, tasks.create_task, EASY_S) for _ in range(count)]
        for link in links:
            link.world = world
            await link.start()
            assert link.reach == "shared"
        try:
            yield [Node(link, world, tasks.create_task) for link in links]
        finally:
            for link in links:
                await link.stop()


class InTurn:
    """Limits and slots of many nodes behind a load balancer: each call goes to the next one."""

    def __init__(self, limits: Sequence[Limits], slots: Sequence[Slots]) -> None:
        self._limits = cycle(limits)
        self._slots = cycle(slots)
        self._entered: dict[str, Slots] = {}

    async def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """By the next node."""
        return await next(self._limits).hit(kind, who, per_minute)

    async def enter(self, who: str, limit: int, token: str) -> bool:
        """By the next node."""
        self._entered[token] = next(self._slots)
        return await self._entered[token].enter(who, limit, token)

    def leave(self, who: str, token: str) -> None:
        """By the node that was entered through."""
        self._entered.get(token, next(self._slots)).leave(who, token)


class Counted:
    """What a suite of the ports gets. `slack_s`: so much longer than a minute a call may count."""

    def __init__(self, world: World, nodes: InTurn, slack_s: float) -> None:
        self.world = world
        self.nodes = nodes
        self.slack_s = slack_s


OpenLimits = Callable[[], AbstractAsyncContextManager[Counted]]


@asynccontextmanager
async def in_memory() -> AsyncIterator[Counted]:
    """One node by itself."""
    world = World()
    yield Counted(world, InTurn([MemoryLimits(world)], [MemorySlots()]), 0)


@asynccontextmanager
async def through_valkey(servers: Sequence[ValkeyServer], count: int) -> AsyncIterator[Counted]:
    """So many nodes on a server, or on a cluster, that are emptied before."""
    for server in servers:
        with server.client() as client:
            client.flushall()
    world = World()
    async with played_nodes(world, servers[0].url, count) as nodes:
        turns = InTurn([node.limits for node in nodes], [node.slots for node in nodes])
        yield Counted(world, turns, 0.102)


async def until(condition: Callable[[], bool], limit_s: float = 20) -> None:
    """Returns when it has come true."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.005)
