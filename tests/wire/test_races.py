"""Thousands at once on one balance, and the same call many times at once: exact to the request."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from tests.wire.crowd import PLAN, Answer, Answering, Crowd, answering_upstream, crowd, job_id
from tests.wire.service import Service

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def served(folder: Path, requests: int) -> AsyncIterator[tuple[Service, Answering, Crowd]]:
    """A service, its upstream, and a crowd that shares one account with so many requests."""
    async with answering_upstream() as upstream:
        service = Service(folder / "data", upstream.url)
        await anyio.to_thread.run_sync(service.start)
        try:
            key = await anyio.to_thread.run_sync(open_account, service, requests)
            async with crowd(lambda: service.url, key) as callers:
                yield service, upstream, callers
        finally:
            await anyio.to_thread.run_sync(service.stop)


def open_account(service: Service, requests: int) -> str:
    """An account whose every request comes from a pack, and no limit on calls."""
    service.command(
        "plan", "set", PLAN, "--daily", "0", "--rpm", "0", "--dialects", "textbot,chatinfo,openai"
    )
    return service.account("crowd@example.org", PLAN, requests)


def mixed(callers: Crowd, count: int) -> Iterator[asyncio.Task[Answer]]:
    """Calls of all dialects in turn, each with its own text."""
    calls = (callers.textbot, callers.chatinfo, callers.chat)
    for number in range(count):
        yield asyncio.ensure_future(calls[number % 3](f"spend {number}"))


async def test_spends_at_once_accept_exactly_what_the_balance_pays(tmp_path: Path) -> None:
    """2,000 calls of three dialects on 1,001 requests at 2 each: 500 are accepted, and 1 is left."""
    async with served(tmp_path, 1001) as (service, upstream, callers):
        answers = await asyncio.gather(*mixed(callers, 2000))
        accepted = [answer for answer in answers if answer.status == 200]
        refused = {answer.status for answer in answers if answer.status != 200}
        assert len(accepted) == 500
        assert refused <= {403, 429}
        jobs = [job_id(answer) for answer in accepted if "choices" not in answer.json]
        ended = [await callers.ended(job) for job in jobs]
        assert {status["status"] for status in ended} == {"completed"}
        assert await callers.balance() == 1
        assert sum(upstream.asked.values()) == 500
        audit = await anyio.to_thread.run_sync(service.command, "audit")
        assert (audit["ok"], audit["held"], audit["spent"], audit["available"]) == (True, 0, 1000, 1)


@pytest.mark.parametrize("dialect", ["textbot", "chatinfo"])
async def test_a_job_submitted_many_times_at_once_is_one(tmp_path: Path, dialect: str) -> None:
    """60 identical creates under one key: one id, one charge, one generation; after a restart too."""
    async with served(tmp_path, 100) as (service, upstream, callers):
        create = getattr(callers, dialect)
        answers = await asyncio.gather(*(create("once", Idempotency_Key="k") for _ in range(60)))
        assert len({answer.body for answer in answers}) == 1
        assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
        job = job_id(answers[0])
        assert (await callers.ended(job))["status"] == "completed"
        await anyio.to_thread.run_sync(service.kill)
        await anyio.to_thread.run_sync(service.start)
        again = await asyncio.gather(*(create("once", Idempotency_Key="k") for _ in range(20)))
        assert {answer.body for answer in again} == {answers[0].body}
        assert await callers.balance() == 98
        assert upstream.asked == {"once": 1}


async def test_a_direct_call_made_many_times_at_once_is_one(tmp_path: Path) -> None:
    """60 identical calls under one key: one generates, the others wait or get its very answer."""
    async with served(tmp_path, 100) as (service, upstream, callers):
        answers = await asyncio.gather(*(callers.chat("once", Idempotency_Key="k") for _ in range(60)))
        whole = [answer for answer in answers if answer.status == 200]
        assert {answer.status for answer in answers} <= {200, 409}
        assert sum("idempotent-replayed" not in answer.headers for answer in whole) == 1
        again = await callers.chat("once", Idempotency_Key="k")
        await anyio.to_thread.run_sync(service.kill)
        await anyio.to_thread.run_sync(service.start)
        restarted = await callers.chat("once", Idempotency_Key="k")
        assert {answer.body for answer in [*whole, again, restarted]} == {whole[0].body}
        assert restarted.headers["idempotent-replayed"] == "true"
        assert await callers.balance() == 98
        assert upstream.asked == {"once": 1}


async def test_without_keys_each_call_is_its_own(tmp_path: Path) -> None:
    """The same text 60 times at once without a key is 60 generations."""
    async with served(tmp_path, 1000) as (_, upstream, callers):
        answers = await asyncio.gather(*(callers.textbot("again") for _ in range(60)))
        jobs = {job_id(answer) for answer in answers}
        assert len(jobs) == 60
        for job in jobs:
            await callers.ended(job)
        assert await callers.balance() == 880
        assert upstream.asked == {"again": 60}
