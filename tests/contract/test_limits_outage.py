"""Limits through Valkey when Valkey is slow, dead, changed or out of its mind."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.limits_stand import EASY_S, Node, real_nodes, until
from tests.servers.ports import free_port
from tests.servers.valkey import SLOTS, ValkeyServer, valkey_cluster
from valkey.asyncio import ValkeyCluster

from slovomat.limits.valkey_link import LOST_S
from slovomat.limits.valkey_rounds import DEADLINE_S

pytestmark = pytest.mark.anyio
LOST, BACK = "valkey does not answer", "valkey answers again"


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A Valkey that the test may kill."""
    with ValkeyServer() as started:
        yield started


@asynccontextmanager
async def one_node(url: str, deadline_s: float = EASY_S, lost_s: float = EASY_S) -> AsyncIterator[Node]:
    """A node on Valkey's own clock."""
    async with real_nodes(url, 1, deadline_s, lost_s) as (node,):
        yield node


async def passed(node: Node, calls: int, per_minute: int, who: str = "me") -> int:
    """How many of so many calls pass, all made at once."""
    windows = await asyncio.gather(*(node.limits.hit("create", who, per_minute) for _ in range(calls)))
    return sum(window.allowed for window in windows)


def logged(caplog: pytest.LogCaptureFixture, words: str) -> int:
    """How often it was said."""
    return sum(words in record.getMessage() for record in caplog.records)


async def test_many_nodes_at_once_stay_within_the_limit(empty_valkey: ValkeyServer) -> None:
    """However the calls are spread, and all of the limit is given out."""
    async with real_nodes(empty_valkey.url, 4) as nodes:
        found = await asyncio.gather(*(passed(node, 500, 700) for node in nodes))
        assert sum(found) == 700


async def test_killed_it_is_missed_once_and_found_again(
    server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Calls go on, by each node's own count, and are shared again when it is back."""
    caplog.set_level("INFO")
    async with one_node(server.url) as node:
        assert await passed(node, 3, 5) == 3
        server.kill()
        assert await passed(node, 20, 5) == 2
        server.start()
        await until(lambda: node.link.reach == "shared")
        assert await passed(node, 20, 5) == 0
        assert await passed(node, 20, 5, "another") == 5
        assert node.link.reach == "shared"
    assert (logged(caplog, LOST), logged(caplog, BACK)) == (1, 1)


async def test_a_start_without_it_waits_for_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """It is local, says so once, and goes over to Valkey when there is one."""
    caplog.set_level("INFO")
    with ValkeyServer() as server:
        server.kill()
        async with one_node(server.url) as node:
            assert node.link.reach == "local"
            assert await passed(node, 20, 5) == 5
            server.start()
            await until(lambda: node.link.reach == "shared")
    assert (logged(caplog, LOST), logged(caplog, BACK)) == (1, 1)


async def test_hanging_it_costs_the_first_calls_a_moment(server: ValkeyServer) -> None:
    """Those wait for the deadline, all others not at all; after a second it counts as gone."""
    async with one_node(server.url, DEADLINE_S, LOST_S) as node:
        server.freeze()
        began = time.perf_counter()
        assert await passed(node, 100, 1_000) == 100
        for _ in range(500):
            await node.limits.hit("poll", "me", 1_000)
        assert time.perf_counter() - began < 100 * DEADLINE_S
        await until(lambda: node.link.reach == "local")
        assert await passed(node, 2_000, 1_000) == 900
        server.thaw()
        await until(lambda: node.link.reach == "shared")


async def test_a_pause_of_valkey_is_no_outage(server: ValkeyServer, caplog: pytest.LogCaptureFixture) -> None:
    """Calls are counted by the node as long as it lasts, and shared after it."""
    async with real_nodes(server.url, 2, DEADLINE_S) as (one, other):
        server.freeze()
        assert await passed(one, 3, 5) == 3
        assert await passed(other, 3, 5, "another") == 3
        server.thaw()
        async with asyncio.timeout(20):
            while await passed(one, 1, 100, "third") + await passed(other, 1, 1, "third") > 1:
                one.world.pass_s(61)
    assert logged(caplog, LOST) == 0


async def test_what_others_used_is_remembered_for_a_minute(server: ValkeyServer) -> None:
    """A node that has just heard of them does not give it out again when Valkey goes."""
    async with real_nodes(server.url, 2) as (one, other):
        assert await passed(one, 6, 10) == 6
        assert await passed(other, 3, 10) == 3
        server.kill()
        assert await passed(other, 20, 10) == 1
        refused = await other.limits.hit("create", "me", 6)
        assert (refused.allowed, refused.reset_ms) == (False, 60_000)
        other.world.pass_s(60.1)
        assert await passed(other, 20, 10) == 10


async def test_a_busy_node_does_not_blame_valkey(empty_valkey: ValkeyServer) -> None:
    """What an event loop is late with itself is neither an outage nor a missed deadline."""
    async with one_node(empty_valkey.url, DEADLINE_S, DEADLINE_S) as node:
        call = asyncio.ensure_future(passed(node, 5, 5))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        burn(3 * DEADLINE_S)
        assert await call == 5
        assert node.link.reach == "shared"
        with empty_valkey.client() as client:
            assert client.exists("slovomat:create:me")


def burn(seconds: float) -> None:
    """Keeps the event loop from everything else."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def test_a_server_that_speaks_something_else_is_no_valkey() -> None:
    """Limits are local, and calls are answered."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    port = free_port()
    listening = await asyncio.start_server(answer, "127.0.0.1", port)
    async with listening, one_node(f"valkey://127.0.0.1:{port}") as node:
        assert node.link.reach == "local"
        assert await passed(node, 20, 5) == 5


async def test_a_server_that_becomes_a_replica_is_left(server: ValkeyServer) -> None:
    """It refuses to write; once it is master again, limits are shared again."""
    async with one_node(server.url) as node:
        with server.client() as client:
            client.execute_command("REPLICAOF", "127.0.0.1", free_port())  # type: ignore[no-untyped-call]
            assert await passed(node, 20, 5) == 5
            assert node.link.reach == "local"
            client.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
            await until(lambda: node.link.reach == "shared")


async def test_a_full_server_is_left(server: ValkeyServer, caplog: pytest.LogCaptureFixture) -> None:
    """Until it has room: its readiness to talk is not enough."""
    async with one_node(server.url) as node:
        with server.client() as client:
            client.config_set("maxmemory", 1)
            assert await passed(node, 20, 5) == 5
            assert node.link.reach == "local"
            client.config_set("maxmemory", 0)
            await until(lambda: node.link.reach == "shared")
    assert logged(caplog, LOST) == 1


async def test_forgotten_scripts_are_sent_again(empty_valkey: ValkeyServer) -> None:
    """That is no outage."""
    async with one_node(empty_valkey.url) as node:
        with empty_valkey.client() as client:
            client.script_flush()
            assert await passed(node, 20, 5) == 5
        assert node.link.reach == "shared"


async def test_calls_at_once_share_round_trips(empty_valkey: ValkeyServer) -> None:
    """And a call without a limit makes none."""
    async with one_node(empty_valkey.url) as node:
        with empty_valkey.client() as client:
            before = runs(client.info("commandstats"))
            assert await passed(node, 200, 1_000) == 200
            assert await passed(node, 200, 0) == 200
            assert runs(client.info("commandstats")) - before <= 3


def runs(stats: Any) -> int:
    """How often scripts were run."""
    return sum(stats.get(f"cmdstat_{verb}", {}).get("calls", 0) for verb in ("eval", "evalsha"))


async def test_a_caller_takes_little_room_and_not_for_ever(empty_valkey: ValkeyServer) -> None:
    """However many calls a window holds."""
    async with one_node(empty_valkey.url) as node:
        assert await passed(node, 3_000, 15_000) == 3_000
    with empty_valkey.client() as client:
        entries: Any = client.llen("slovomat:create:me")
        left_ms: Any = client.pttl("slovomat:create:me")
    assert entries <= 602
    assert 0 < left_ms <= 60_100


async def test_a_cluster_that_loses_a_part_is_left_until_it_is_whole() -> None:
    """And any of the hosts that the URL names leads to it."""
    with valkey_cluster() as servers:
        hosts = ",".join(f"127.0.0.1:{port}" for port in (free_port(), *(one.port for one in servers)))
        async with one_node(f"valkey://{hosts}") as node:
            assert await passed_by_many(node) == 60
            servers[0].kill()
            assert await passed_by_many(node) == 60
            assert node.link.reach == "local"
            servers[0].start()
            await until(lambda: node.link.reach == "shared")
            assert await passed_by_many(node) == 0


async def passed_by_many(node: Node) -> int:
    """Twenty callers, on all parts of a cluster, each with a limit of six that is used up in two goes."""
    return sum(await asyncio.gather(*(passed(node, 3, 6, f"caller{number}") for number in range(20))))


async def test_a_slot_that_moves_is_followed() -> None:
    """Without an outage."""
    with valkey_cluster() as servers:
        async with one_node(servers[0].url) as node:
            assert await passed(node, 2, 5) == 2
            slot = ValkeyCluster(host="127.0.0.1", port=servers[0].port).keyslot("slovomat:create:other")
            owner = slot * len(servers) // SLOTS
            move(servers, slot, servers[(owner + 1) % len(servers)])
            assert await passed(node, 20, 5, "other") == 5
            assert node.link.reach == "shared"


def move(servers: list[ValkeyServer], slot: int, to: ValkeyServer) -> None:
    """Gives an empty slot to another server, and tells all."""
    with to.client() as client:
        name = client.execute_command("CLUSTER MYID").decode()  # type: ignore[no-untyped-call]
    for server in servers:
        with server.client() as client:
            client.execute_command("CLUSTER SETSLOT", slot, "NODE", name)  # type: ignore[no-untyped-call]


async def test_slots_are_told_again_to_a_server_that_forgot_them(server: ValkeyServer) -> None:
    """And those of a node that has gone come back by themselves."""
    async with real_nodes(server.url, 2) as (one, other):
        assert [await one.slots.enter("me", 2, token) for token in "ab"] == [True, True]
        server.kill()
        assert not await one.slots.enter("me", 2, "c")
        assert (await one.limits.hit("create", "me", 5)).allowed
        assert await other.slots.enter("me", 2, "d")
        other.slots.leave("me", "d")
        server.start()
        with server.client() as client:
            await until(lambda: client.zcard("slovomat:slots:me") == 2)
            await until(lambda: other.link.reach == "shared")
            assert not await other.slots.enter("me", 2, "e")
            one.slots.leave("me", "a")
            await until(lambda: client.zcard("slovomat:slots:me") == 1)
        assert await other.slots.enter("me", 2, "f")
