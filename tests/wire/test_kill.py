"""kill -9 in the middle of a thousand jobs: none is lost, none is charged twice, the books balance."""

import asyncio
import json
from pathlib import Path

import aiohttp
import anyio
import pytest

from tests.wire.crowd import PLAN, Answer, Answering, Crowd, answering_upstream, crowd, job_id
from tests.wire.service import Service

pytestmark = pytest.mark.anyio

JOBS, CALLERS, DIRECT = 1000, 16, 40
CREDIT = 2 * (JOBS + DIRECT) + 101
KILLS_AT = (100, 350, 600, 850, 1000)
"""The server dies when so many creates have been acknowledged."""


class History:
    """What the clients were told."""

    def __init__(self) -> None:
        self.created: dict[int, Answer] = {}
        self.lost = 0
        """Calls whose answer never came."""
        self.grown = asyncio.Event()

    def add(self, number: int, answer: Answer) -> None:
        """A create was acknowledged."""
        self.created[number] = answer
        self.grown.set()

    async def reaches(self, count: int) -> None:
        """Waits for so many."""
        while len(self.created) < count:
            self.grown.clear()
            await self.grown.wait()


async def insist(callers: Crowd, history: History, number: int) -> Answer:
    """One create, repeated under its key until there is an answer."""
    create = callers.textbot if number % 2 else callers.chatinfo
    while True:
        try:
            answer = await create(f"text {number}", Idempotency_Key=f"job-{number}")
        except aiohttp.ClientError:
            history.lost += 1
            await asyncio.sleep(0.02)
            continue
        assert answer.status == 200, answer.body
        return answer


async def create_all(callers: Crowd, history: History) -> None:
    """A few clients work through the numbers."""
    numbers = iter(range(JOBS))

    async def client() -> None:
        for number in numbers:
            history.add(number, await insist(callers, history, number))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(CALLERS):
            tasks.create_task(client())


async def kill_often(service: Service, history: History) -> None:
    """SIGKILL and a new start, again and again."""
    for count in KILLS_AT:
        await history.reaches(count)
        await anyio.to_thread.run_sync(service.kill)
        await anyio.to_thread.run_sync(service.start)


async def chat_through_it_all(callers: Crowd, upstream: Answering) -> int:
    """Direct calls under keys, repeated until each has its answer; how many calls it took."""
    calls = 0
    for number in range(DIRECT):
        while True:
            calls += 1
            try:
                answer = await callers.chat(f"chat {number}", Idempotency_Key=f"chat-{number}")
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)
                continue
            if answer.status == 200:
                break
            assert answer.status == 409, answer.body
            await asyncio.sleep(0.05)
        assert answer.json["choices"][0]["message"]["content"] == f"you said: chat {number}"
    assert all(upstream.asked[f"chat {number}"] for number in range(DIRECT))
    return calls


async def test_no_job_is_lost_or_charged_twice(tmp_path: Path) -> None:
    """1,000 creates through both job dialects, 40 chats, five kills: every id ends, the books balance."""
    async with answering_upstream(0.02) as upstream:
        service = Service(tmp_path / "data", upstream.url, drain_s=5)
        await anyio.to_thread.run_sync(service.start)
        try:
            key = await anyio.to_thread.run_sync(open_account, service)
            async with crowd(lambda: service.url, key, connections=64) as callers:
                history = History()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(create_all(callers, history))
                    tasks.create_task(kill_often(service, history))
                    chats = tasks.create_task(chat_through_it_all(callers, upstream))
                await look_back(service, callers, history, upstream)
                assert history.lost + chats.result() > DIRECT, "no kill hit anybody"
        finally:
            await anyio.to_thread.run_sync(service.stop)
        assert '"level": "error"' not in service.log


async def look_back(service: Service, callers: Crowd, history: History, upstream: Answering) -> None:
    """Every promise that was made is kept."""
    ids = {number: job_id(answer) for number, answer in history.created.items()}
    assert len(set(ids.values())) == JOBS
    ended = await asyncio.gather(*(callers.ended(ids[number]) for number in range(JOBS)))
    assert [(status["status"], status["result"]) for status in ended] == [
        ("completed", f"you said: text {number}") for number in range(JOBS)
    ]
    assert await callers.balance() == CREDIT - 2 * (JOBS + DIRECT)
    await repeat(callers, history, ids)
    assert await callers.balance() == CREDIT - 2 * (JOBS + DIRECT)
    audit = await anyio.to_thread.run_sync(service.command, "audit")
    assert (audit["ok"], audit["violations"], audit["held"]) == (True, [], 0)
    assert audit["spent"] == 2 * (JOBS + DIRECT)
    assert sum(upstream.asked.values()) <= JOBS + DIRECT + len(KILLS_AT) * (32 + 1)
    await anyio.to_thread.run_sync(service.kill)
    await anyio.to_thread.run_sync(service.start)
    again = await asyncio.gather(*(callers.status(ids[number]) for number in range(0, JOBS, 20)))
    assert again == ended[::20]


async def repeat(callers: Crowd, history: History, ids: dict[int, int]) -> None:
    """Every tenth create once more: the first answer again, whichever process gave it."""
    for number in range(0, JOBS, 10):
        answer = await insist(callers, history, number)
        assert answer.headers["idempotent-replayed"] == "true"
        assert job_id(answer) == ids[number]
        assert answer.json == json.loads(history.created[number].body)


def open_account(service: Service) -> str:
    """An account whose every request comes from one pack."""
    service.command(
        "plan", "set", PLAN, "--daily", "0", "--rpm", "0", "--dialects", "textbot,chatinfo,openai"
    )
    return service.account("crowd@example.org", PLAN, CREDIT)
