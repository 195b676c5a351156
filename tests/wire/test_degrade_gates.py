"""Overload is refused early: before a charge, in the dialect's words, with Retry-After; health is served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import anyio
import pytest

from tests.wire.crowd import Answer, Answering, Crowd, answering_upstream, crowd, job_id
from tests.wire.nodes import CREDIT, Nodes, eventually, nodes, readiness
from tests.wire.service import Service

pytestmark = pytest.mark.anyio

QUEUE = 12
BODY = "x" * 9_000


class Stuck:
    """An upstream's pause until it is let go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, _text: str) -> None:
        """Waits."""
        await self.go_on.wait()


@asynccontextmanager
async def alone(folder: Path, **settings: object) -> AsyncIterator[tuple[Crowd, str, Stuck, Answering]]:
    """A service on SQLite with a stuck upstream: its callers, its URL."""
    stuck = Stuck()
    async with answering_upstream(pause=stuck) as upstream:
        service = Service(folder / "data", upstream.url, balances_per_minute=0, **settings)
        await anyio.to_thread.run_sync(service.start)
        try:
            async with crowd(lambda: service.url, service.key) as callers:
                yield callers, service.url, stuck, upstream
        finally:
            stuck.go_on.set()
            await anyio.to_thread.run_sync(service.stop)


def is_refused(answer: Answer) -> bool:
    """With 503 and a time to come back."""
    return (answer.status, answer.headers.get("retry-after")) == (503, "1")


async def test_bodies_under_way_have_a_bound(tmp_path: Path) -> None:
    """A chat call whose body finds no room beside the others is refused, and taken when they are done."""
    async with alone(tmp_path, direct_max_bytes=4 * 9_500) as (callers, _, stuck, upstream):
        inside = [asyncio.ensure_future(callers.chat(BODY)) for _ in range(4)]
        await eventually(lambda: upstream.asked[BODY] == 4)
        assert is_refused(await callers.chat(BODY))
        assert await callers.balance() == 100 - 2 * 4
        stuck.go_on.set()
        assert {answer.status for answer in await asyncio.gather(*inside)} == {200}
        assert (await callers.chat(BODY)).status == 200
        assert await callers.balance() == 100 - 2 * 5


async def test_the_queue_is_bounded_over_all_nodes(tmp_path: Path, postgres_database: str) -> None:
    """Jobs queued at one node fill the other one's queue too, a sweep later; then both refuse, uncharged.

    What others claim is seen within a second: until then a node may refuse what there is room for.
    """
    stuck = Stuck()
    async with (
        answering_upstream(pause=stuck) as upstream,
        nodes(tmp_path, upstream.url, [postgres_database] * 2, workers=1, queue_max_jobs=QUEUE) as running,
    ):
        one, other = running.crowds
        working = [job_id(await one.textbot(f"held {number}")) for number in range(2)]
        await eventually(lambda: sum(upstream.asked.values()) == 2)
        waiting: list[int] = []
        await eventually(lambda: filled(one, waiting))
        assert is_refused(await one.textbot("too many"))
        await eventually(lambda: sees_queue(running, QUEUE))
        assert is_refused(await other.chatinfo("too many"))
        assert await other.balance() == CREDIT - 2 * (2 + QUEUE)
        assert (await other.status(waiting[0]))["status"] == "processing"
        stuck.go_on.set()
        for job in working + waiting:
            await other.ended(job)
        await eventually(lambda: takes(other), 10)


async def filled(callers: Crowd, waiting: list[int]) -> bool:
    """Adds a job, if it is taken."""
    answer = await callers.textbot(f"text {len(waiting)}")
    if answer.status == 200:
        waiting.append(job_id(answer))
    else:
        assert is_refused(answer)
    return len(waiting) == QUEUE


async def sees_queue(running: Nodes, count: int) -> bool:
    """Whether the second node's metrics count so many waiting jobs."""
    url = running.services[1].url + "/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return f"slovomat_queue_jobs {count}.0" in await response.text()


async def takes(callers: Crowd) -> bool:
    """Whether a job is taken."""
    return (await callers.textbot("again")).status == 200


async def test_health_is_served_when_everything_is_full(tmp_path: Path) -> None:
    """With no room for a connection more and no chat call more, health, readiness and metrics answer."""
    async with alone(tmp_path, connections_max=8, concurrent_direct=4) as (callers, url, stuck, upstream):
        inside = [asyncio.ensure_future(callers.chat("x")) for _ in range(4)]
        await eventually(lambda: upstream.asked["x"] == 4)
        async with AsyncExitStack() as stack:
            host, port = url.removeprefix("http://").split(":")
            for _ in range(12):
                _, writer = await asyncio.open_connection(host, int(port))
                stack.callback(writer.close)
            await eventually(lambda: says_full(url, callers.key))
            for path in ("/health", "/readyz", "/metrics"):
                async with aiohttp.ClientSession() as session, session.get(url + path) as response:
                    assert response.status == 200, path
                    if path == "/metrics":
                        assert "slovomat_direct_calls 4.0" in await response.text()
        stuck.go_on.set()
        assert {answer.status for answer in await asyncio.gather(*inside)} == {200}
        assert await readiness(url) == 200


async def says_full(url: str, key: str) -> bool:
    """Whether a further connection is refused what costs something."""
    async with crowd(partial(str, url), key) as newcomer:
        return is_refused(await newcomer.textbot("x"))
