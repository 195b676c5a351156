"""Nodes on one PostgreSQL that die and freeze: their work is finished elsewhere, once."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import anyio
import pytest

from tests.wire.crowd import Answer, Answering, answering_upstream, job_id
from tests.wire.nodes import Nodes, eventually, nodes

pytestmark = pytest.mark.anyio

JOBS, CHATS = 40, 10


class Stuck:
    """An upstream's pause that holds calls back until it is let go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, text: str) -> None:
        """Only quick texts are not held."""
        if not text.startswith("quick"):
            await self.go_on.wait()


@asynccontextmanager
async def two(
    folder: Path, url: str, stuck: Stuck, **settings: object
) -> AsyncIterator[tuple[Nodes, Answering]]:
    """Two nodes, and an upstream that may be stuck."""
    async with (
        answering_upstream(pause=stuck) as upstream,
        nodes(folder, upstream.url, [url, url], **settings) as running,
    ):
        try:
            yield running, upstream
        finally:
            stuck.go_on.set()


async def asked(upstream: Answering, count: int) -> None:
    """Returns when the upstream has been asked so often."""
    await eventually(lambda: sum(upstream.asked.values()) >= count)


async def lost(call: "asyncio.Future[Answer]") -> bool:
    """Whether the call's connection broke."""
    try:
        await call
    except aiohttp.ClientError:
        return True
    return False


async def test_what_a_dead_node_had_runs_elsewhere_within_30_seconds(
    tmp_path: Path, postgres_database: str
) -> None:
    """kill -9 with the default lease: its jobs end at the other node, its chats' holds are given back."""
    stuck = Stuck()
    async with two(tmp_path, postgres_database, stuck, workers=JOBS) as (running, upstream):
        dead, alive = running.crowds
        await anyio.to_thread.run_sync(running.services[1].kill)  # the first node shall have all jobs
        ids = [job_id(await dead.textbot(f"text {number}")) for number in range(JOBS)]
        chats = [asyncio.ensure_future(dead.chat(f"chat {number}")) for number in range(CHATS)]
        await asked(upstream, JOBS + CHATS)
        await anyio.to_thread.run_sync(running.services[1].start)
        assert (await running.store.audit()).held == 2 * (JOBS + CHATS)
        stuck.go_on.set()
        await anyio.to_thread.run_sync(running.services[0].kill)
        killed_s = time.monotonic()
        assert all([await lost(chat) for chat in chats])
        ended = await asyncio.gather(*(alive.ended(job, 35) for job in ids))
        audit = await running.settled(35)
        assert time.monotonic() - killed_s < 30
        assert [status["result"] for status in ended] == [
            f"you said: text {number}" for number in range(JOBS)
        ]
        assert audit.spent == 2 * JOBS


async def test_a_node_that_wakes_settles_nothing_that_was_taken_over(
    tmp_path: Path, postgres_database: str
) -> None:
    """SIGSTOP for longer than a lease: one result and one charge a job; its chats get 503, uncharged."""
    stuck = Stuck()
    async with two(tmp_path, postgres_database, stuck, workers=JOBS, lease_s=2) as (running, upstream):
        frozen, alive = running.crowds
        await anyio.to_thread.run_sync(running.services[1].kill)
        ids = [job_id(await frozen.textbot(f"text {number}")) for number in range(JOBS)]
        chats = [asyncio.ensure_future(frozen.chat(f"chat {number}")) for number in range(CHATS)]
        await asked(upstream, JOBS + CHATS)
        os.kill(running.services[0].pid, signal.SIGSTOP)
        await anyio.to_thread.run_sync(running.services[1].start)
        stuck.go_on.set()
        ended = await asyncio.gather(*(alive.ended(job) for job in ids))
        audit = await running.settled(15)
        assert audit.spent == 2 * JOBS
        os.kill(running.services[0].pid, signal.SIGCONT)
        for chat in chats:
            answer = await chat
            assert (answer.status, "retry-after" in answer.headers) == (503, True)
        assert await asyncio.gather(*(frozen.status(job) for job in ids)) == ended
        assert [status["result"] for status in ended] == [
            f"you said: text {number}" for number in range(JOBS)
        ]
        assert (await frozen.chat("quick")).status == 200
        assert (await running.settled()).spent == 2 * JOBS + 2
        assert sum(upstream.asked[f"text {number}"] for number in range(JOBS)) == 2 * JOBS


async def test_a_node_that_is_stopped_hands_its_jobs_to_another(
    tmp_path: Path, postgres_database: str
) -> None:
    """SIGTERM: what is not done in the drain's time starts elsewhere long before a lease ends; exit 0."""
    stuck = Stuck()
    settings = {"workers": JOBS, "lease_s": 600, "drain_s": 0.3}
    async with two(tmp_path, postgres_database, stuck, **settings) as (running, upstream):
        stopped, alive = running.crowds
        os.kill(running.services[1].pid, signal.SIGSTOP)
        ids = [job_id(await stopped.textbot(f"text {number}")) for number in range(JOBS)]
        chat = asyncio.ensure_future(stopped.chat("chat"))
        await asked(upstream, JOBS + 1)
        os.kill(running.services[1].pid, signal.SIGCONT)
        stopping = asyncio.ensure_future(anyio.to_thread.run_sync(running.services[0].stop))
        await asked(upstream, 2 * JOBS + 1)
        assert ((await chat).status, await stopping) == (503, 0)
        stuck.go_on.set()
        assert {(await alive.ended(job))["status"] for job in ids} == {"completed"}
        assert (await running.settled()).spent == 2 * JOBS
        assert await running.sql("SELECT count(*) FROM nodes") == [(1,)]
