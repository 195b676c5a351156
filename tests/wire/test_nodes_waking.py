"""A node whose workers are busy has others take its jobs: told by PostgreSQL, or found by asking."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from tests.wire.crowd import answering_upstream, job_id
from tests.wire.nodes import Nodes, eventually, nodes

pytestmark = pytest.mark.anyio

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
END_LISTENERS = LISTENERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)")
ROUNDS, SOON_S = 16, 0.2


class Busy:
    """An upstream's pause: the text `long` takes until the end, and when the others came is noted."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.came_s: dict[str, float] = {}

    async def __call__(self, text: str) -> None:
        """Notes and waits."""
        self.came_s[text] = time.monotonic()
        if text == "long":
            await self.end.wait()


async def begun(busy: Busy, text: str) -> float:
    """When the upstream was asked it."""
    await eventually(lambda: text in busy.came_s)
    return busy.came_s[text]


async def occupy(running: Nodes, busy: Busy) -> None:
    """The first node's only worker is busy from now on."""
    os.kill(running.services[1].pid, signal.SIGSTOP)
    job_id(await running.crowds[0].textbot("long"))
    await begun(busy, "long")
    os.kill(running.services[1].pid, signal.SIGCONT)


async def test_a_busy_node_wakes_another(tmp_path: Path, postgres_database: str) -> None:
    """Its new jobs start elsewhere sooner than anybody would have asked; without listeners they start too."""
    busy = Busy()
    async with (
        answering_upstream(pause=busy) as upstream,
        nodes(tmp_path, upstream.url, [postgres_database] * 2, workers=1) as running,
    ):
        await occupy(running, busy)
        waits_s = [await wait_s(running, busy, f"told {number}") for number in range(ROUNDS)]
        assert sum(wait < SOON_S for wait in waits_s) > 0.75 * ROUNDS, waits_s
        before = await running.sql(LISTENERS)
        assert len(before) == 2
        await running.sql(END_LISTENERS)
        assert max([await wait_s(running, busy, f"asked {number}") for number in range(4)]) < 2
        await eventually(lambda: listen_again(running, before))
        busy.end.set()


async def listen_again(running: Nodes, before: list[tuple[object, ...]]) -> bool:
    """Whether both nodes have new listeners."""
    return len(set(await running.sql(LISTENERS)) - set(before)) == 2


async def wait_s(running: Nodes, busy: Busy, text: str) -> float:
    """How long a job waited from its creation at the busy node to its start."""
    created_s = time.monotonic()
    job = job_id(await running.crowds[0].textbot(text))
    started_s = await begun(busy, text)
    await running.crowds[0].ended(job)
    return started_s - created_s


async def test_the_oldest_job_is_next_whichever_node_took_it(tmp_path: Path, postgres_database: str) -> None:
    """Jobs queued at two nodes start in the order in which they were created."""
    busy = Busy()
    async with (
        answering_upstream(pause=busy) as upstream,
        nodes(tmp_path, upstream.url, [postgres_database] * 2, workers=1) as running,
    ):
        await occupy(running, busy)
        texts = [f"text {number}" for number in range(20)]
        for number, text in enumerate(texts):
            job_id(await running.crowds[number % 2].textbot(text))
        last = job_id(await running.crowds[0].textbot("last"))
        await running.crowds[1].ended(last)
        assert sorted(busy.came_s, key=busy.came_s.__getitem__) == ["long", *texts, "last"]
        busy.end.set()
