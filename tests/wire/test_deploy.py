"""A deploy: two nodes restarted one after the other behind a load balancer, under load."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

import anyio
import pytest

from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream
from tests.wire.balancer import Balancer, balancer
from tests.wire.crowd import Crowd, crowd, job_id
from tests.wire.nodes import CREDIT, Nodes, eventually, nodes
from tests.wire.streams import events, text_of

pytestmark = pytest.mark.anyio

CLIENTS, ROUND_S = 4, 1.0
"""Of each kind; and how long they call between two restarts at least."""
PIECES, PIECE_S = 6, 0.1


async def speak(exchange: Exchange) -> None:
    """An upstream that takes its time: a stream of pieces, or a whole answer."""
    asked = json.loads(exchange.body)
    words = f"you said: {asked['messages'][-1]['content']}"
    if asked.get("stream"):
        await exchange.send(SSE_HEAD)
        for number in range(PIECES):
            await exchange.send(_event({"content": f"{number} "}))
            await asyncio.sleep(PIECE_S)
        await exchange.send(_event({"content": words}, "stop") + chunk(b"data: [DONE]\n\n") + END)
        return
    await asyncio.sleep(PIECE_S)
    choice = {"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}
    await exchange.send(http(200, json.dumps({"choices": [choice]}).encode()))


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    event = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return chunk(b"data: " + json.dumps(event).encode() + b"\n\n")


class Customers:
    """Calls of all kinds, one after another, each of which must succeed at its first try."""

    def __init__(self, callers: Crowd) -> None:
        self._callers = callers
        self._numbers = count()
        self._stopping = False
        self.served: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.jobs: list[int] = []

    def stop(self) -> None:
        """Each ends after its call."""
        self._stopping = True

    async def keep(self, kind: str) -> None:
        """Calls until told to stop."""
        while not self._stopping:
            text = f"{kind} {next(self._numbers)}"
            self.under_way[kind] += 1
            await getattr(self, kind)(text)
            self.under_way[kind] -= 1
            self.served[kind] += 1

    async def job(self, text: str) -> None:
        """A job from its creation to its result."""
        job = job_id(await self._callers.textbot(text))
        self.jobs.append(job)
        assert (await self._callers.ended(job))["result"] == f"you said: {text}"

    async def chat(self, text: str) -> None:
        """A plain answer."""
        answer = await self._callers.chat(text)
        assert answer.status == 200, answer.body
        assert answer.json["choices"][0]["message"]["content"] == f"you said: {text}"

    async def stream(self, text: str) -> None:
        """A stream, whole."""
        body = {"stream": True, "messages": [{"role": "user", "content": text}]}
        answer = await self._callers.post(
            "/v1/chat/completions", body, Authorization=f"Bearer {self._callers.key}"
        )
        assert answer.status == 200, answer.body
        payloads = events(answer.body.decode())
        assert payloads[-1] == "[DONE]", payloads
        assert text_of(payloads).endswith(f"you said: {text}")


@asynccontextmanager
async def shop(folder: Path, url: str) -> AsyncIterator[tuple[Nodes, Balancer, Customers]]:
    """Two nodes behind a load balancer, and customers who know nothing of either."""
    async with (
        raw_upstream(speak) as upstream,
        nodes(folder, upstream.url, [url, url]) as running,
        balancer(running.services) as front,
        crowd(partial(str, front.url), running.crowds[0].key) as callers,
    ):
        yield running, front, Customers(callers)


async def deploy(running: Nodes, customers: Customers, number: int) -> None:
    """Ends a node while it is at work, and starts it anew, as another version would be."""
    await eventually(lambda: all(customers.under_way[kind] for kind in ("job", "chat", "stream")))
    service = running.services[number]
    assert await anyio.to_thread.run_sync(service.stop) == 0
    await asyncio.sleep(ROUND_S)  # the other one has all the load
    await anyio.to_thread.run_sync(service.start)
    await asyncio.sleep(ROUND_S)


async def test_a_deploy_under_load_loses_and_refuses_nothing(tmp_path: Path, postgres_database: str) -> None:
    """Jobs, chats and streams all succeed at the client's first try, each charged once; both nodes exit 0."""
    async with shop(tmp_path, postgres_database) as (running, front, customers):
        async with asyncio.TaskGroup() as tasks:
            for kind in ("job", "chat", "stream"):
                for _ in range(CLIENTS):
                    tasks.create_task(customers.keep(kind))
            await asyncio.sleep(ROUND_S)
            for number in (0, 1):
                await deploy(running, customers, number)
            customers.stop()
        served = sum(customers.served.values())
        assert min(customers.served.values()) > 5
        assert len(set(customers.jobs)) == customers.served["job"]
        assert (await running.settled()).spent == 2 * served
        assert await running.crowds[0].balance() == CREDIT - 2 * served
        assert front.retried["503"], "no call met a node that was on its way out"
        for service in running.services:
            assert '"level": "error"' not in service.log
