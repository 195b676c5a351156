"""A PostgreSQL that is gone or silent: told at once, charged nothing, and well again by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from faults.proxy import Proxy

from tests.servers.postgres import PostgresServer
from tests.wire.crowd import Answer, Crowd, answering_upstream, job_id
from tests.wire.nodes import CREDIT, Nodes, eventually, nodes, readiness

pytestmark = pytest.mark.anyio

PATIENCE_S = 3.0
"""For a statement; that the database is silent is known after two seconds."""
BACK_S = 5.0


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server of the test's own, to stop and freeze."""
    with PostgresServer() as server:
        server.create_database("slovomat")
        yield server


class Slow:
    """An upstream's pause: slow texts wait."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, text: str) -> None:
        """Waits."""
        if text == "slow":
            self.asked.set()
            await self.go_on.wait()


@asynccontextmanager
async def node(folder: Path, port: int, slow: Slow, **settings: object) -> AsyncIterator[Nodes]:
    """A node whose database is at this port."""
    url = f"postgresql://postgres@127.0.0.1:{port}/slovomat"
    async with (
        answering_upstream(pause=slow) as upstream,
        nodes(folder, upstream.url, [url], **{"database_patience_s": PATIENCE_S, **settings}) as running,
    ):
        yield running


async def one_of_each(callers: Crowd) -> Sequence[Answer]:
    """A paid call of every dialect, a free one, and one with a key for repeats."""
    return await asyncio.gather(
        callers.chat("x"),
        callers.textbot("x"),
        callers.chatinfo("x"),
        callers.chat("y", Idempotency_Key="y"),
        callers.post("/api/balance", {"key": callers.key}),
    )


def refused(answers: Sequence[Answer]) -> bool:
    """503 with Retry-After, each in its dialect's form."""
    chat, textbot, chatinfo, keyed, balance = answers
    assert [(answer.status, answer.headers["retry-after"]) for answer in answers] == [(503, "1")] * 5
    assert [chat.json["error"]["code"], keyed.json["error"]["code"]] == ["overloaded"] * 2
    assert textbot.json["status"] == "failed"
    assert chatinfo.json["success"] is False
    assert balance.json["error_message"].startswith("Сервис перегружен")
    return True


async def says(url: str, status: int) -> bool:
    """Whether it tells a load balancer so."""
    return await readiness(url) == status


async def took_s(work: Awaitable[object]) -> float:
    """How long it takes."""
    began_s = time.monotonic()
    await work
    return time.monotonic() - began_s


async def lives(url: str) -> bool:
    """What a supervisor is told; it does not restart what only waits for its database."""
    async with aiohttp.ClientSession() as session, session.get(url + "/health") as response:
        return response.status == 200


async def test_a_database_that_is_gone_is_told_and_comes_back(
    tmp_path: Path, own_postgres: PostgresServer
) -> None:
    """PostgreSQL stopped hard: 503 before a charge, not ready, alive; started: ready and serving in 5 s."""
    async with node(tmp_path, own_postgres.port, Slow()) as running:
        callers, url = running.crowds[0], running.services[0].url
        assert {answer.status for answer in await one_of_each(callers)} == {200}
        await asyncio.to_thread(own_postgres.stop, "immediate")
        assert await took_s(eventually(lambda: says(url, 503))) < BACK_S
        for _ in range(20):
            assert refused(await one_of_each(callers))
        assert await lives(url)
        await asyncio.to_thread(own_postgres.start)
        assert await took_s(eventually(lambda: says(url, 200))) < BACK_S
        assert job_id(await callers.textbot("z"))
        assert (await callers.chat("z")).status == 200
        assert (await running.settled()).spent == 2 * 6
        assert await callers.balance() == CREDIT - 2 * 6
        assert running.services[0].log.count('"step": "refresh"') == 1


async def test_a_silent_database_keeps_nobody_waiting(tmp_path: Path, own_postgres: PostgresServer) -> None:
    """Its packets vanish: whoever asked before it was known waits for one statement, all others not at all.

    What was generated meanwhile is not charged, and no hold stays.
    """
    slow = Slow()
    with Proxy(own_postgres.port) as proxy:
        async with node(tmp_path, proxy.port, slow) as running:
            callers, url = running.crowds[0], running.services[0].url
            assert {answer.status for answer in await one_of_each(callers)} == {200}
            under_way = asyncio.ensure_future(callers.chat("slow"))
            await slow.asked.wait()
            await eventually(lambda: no_job_waits(running, 1))
            proxy.black_hole()
            first = asyncio.ensure_future(one_of_each(callers))
            assert await took_s(eventually(lambda: says(url, 503))) < BACK_S
            began_s = time.monotonic()
            for _ in range(50):
                assert refused(await one_of_each(callers))
            assert time.monotonic() - began_s < PATIENCE_S
            assert await lives(url)
            slow.go_on.set()
            assert await took_s(first) < PATIENCE_S + BACK_S
            assert refused(first.result())
            answer = await under_way
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            proxy.heal()
            assert await took_s(eventually(lambda: says(url, 200))) < BACK_S
            assert {answer.status for answer in await one_of_each(callers)} == {200}
            audit = await running.settled(20)
            assert audit.spent == 2 * 7
            assert await callers.balance() == CREDIT - 2 * 7


async def test_few_wait_for_a_database_that_hesitates(tmp_path: Path, own_postgres: PostgresServer) -> None:
    """Over the bound of calls that wait for a commit the next is refused; those who wait are served."""
    with Proxy(own_postgres.port) as proxy:
        async with node(tmp_path, proxy.port, Slow(), holds_waiting_max=8, database_patience_s=15) as running:
            callers = running.crowds[0]
            assert (await callers.textbot("first")).status == 200
            await eventually(lambda: no_job_waits(running, 0))
            proxy.black_hole()
            waiting = [asyncio.ensure_future(callers.textbot(f"text {number}")) for number in range(8)]
            await eventually(lambda: waits(running.services[0].url, 8))
            for call in (callers.chat, callers.textbot, callers.chatinfo):
                answer = await call("too many")
                assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            proxy.heal()
            assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
            assert await callers.balance() == CREDIT - 2 * 9


async def waits(url: str, count: int) -> bool:
    """Whether so many calls wait for their commit."""
    async with aiohttp.ClientSession() as session, session.get(url + "/metrics") as response:
        return f"slovomat_holds_waiting {count}.0" in await response.text()


async def no_job_waits(running: Nodes, others: int) -> bool:
    """All jobs are done: none ends while the database is away."""
    return (await running.store.open_holds()) == others
