"""SIGTERM: what runs may finish within its time, what cannot is given back, and the exit is clean."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import anyio
import pytest

from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream
from tests.wire.crowd import PLAN, Crowd, crowd, job_id
from tests.wire.service import Service

pytestmark = pytest.mark.anyio


class Patient:
    """An upstream that sends one piece and then waits to be let go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.asked = asyncio.Semaphore(0)

    async def answer(self, exchange: Exchange) -> None:
        """A stream or a plain answer, as asked."""
        streamed = json.loads(exchange.body).get("stream", False)
        if streamed:
            await exchange.send(SSE_HEAD + sse({"content": "first"}))
        self.asked.release()
        await self.go_on.wait()
        if streamed:
            await exchange.send(sse({"content": " last"}, "stop") + chunk(b"data: [DONE]\n\n") + END)
        else:
            message = {"role": "assistant", "content": "whole"}
            body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
            await exchange.send(http(200, json.dumps(body).encode()))


def sse(delta: dict[str, str], finish: str | None = None) -> bytes:
    """One event."""
    event = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return chunk(b"data: " + json.dumps(event).encode() + b"\n\n")


@asynccontextmanager
async def stage(folder: Path, drain_s: float) -> AsyncIterator[tuple[Service, Patient, Crowd]]:
    """A service with a patient upstream and callers."""
    upstream = Patient()
    async with raw_upstream(upstream.answer) as server:
        service = Service(folder / "data", server.url, drain_s=drain_s)
        await anyio.to_thread.run_sync(service.start)
        try:
            key = await anyio.to_thread.run_sync(open_account, service)
            async with crowd(lambda: service.url, key) as callers:
                yield service, upstream, callers
        finally:
            upstream.go_on.set()
            await anyio.to_thread.run_sync(service.stop)


def open_account(service: Service) -> str:
    """An account with 100 requests in a pack."""
    service.command(
        "plan", "set", PLAN, "--daily", "0", "--rpm", "0", "--dialects", "textbot,chatinfo,openai"
    )
    return service.account("drained@example.org", PLAN, 100)


async def stream(callers: Crowd) -> str:
    """The whole text of a streamed call, as it came."""
    body = {"stream": True, "messages": [{"role": "user", "content": "x"}]}
    return (
        await callers.post("/v1/chat/completions", body, Authorization=f"Bearer {callers.key}")
    ).body.decode()


async def draining(url: str) -> None:
    """Returns when the service says that it takes nothing new."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(url + "/readyz") as response:
                if (await response.json())["status"] == "draining":
                    return
            await asyncio.sleep(0.01)


async def test_what_runs_may_finish(tmp_path: Path) -> None:
    """Streams, plain answers and jobs under way end whole; newcomers are sent away with 503; exit 0."""
    async with stage(tmp_path, drain_s=30) as (service, upstream, callers):
        running = [asyncio.ensure_future(stream(callers)) for _ in range(3)]
        plain = asyncio.ensure_future(callers.chat("y"))
        job = job_id(await callers.textbot("z"))
        for _ in range(5):
            await upstream.asked.acquire()
        stopping = asyncio.ensure_future(anyio.to_thread.run_sync(service.stop))
        await draining(service.url)
        for refused in (
            await callers.chat("late"),
            await callers.textbot("late"),
            await callers.chatinfo("late"),
        ):
            assert (refused.status, "retry-after" in refused.headers) == (503, True)
        upstream.go_on.set()
        for text in await asyncio.gather(*running):
            assert text.endswith("data: [DONE]\n\n")
            assert "first" in text
            assert " last" in text
        assert (await plain).json["choices"][0]["message"]["content"] == "whole"
        assert await stopping == 0
        await anyio.to_thread.run_sync(service.start)
        assert (await callers.status(job))["result"] == "whole"
        assert await callers.balance() == 90
        assert log_is_clean(service)


async def test_what_cannot_finish_is_released_or_handed_back(tmp_path: Path) -> None:
    """After the drain's time streams are told so and not charged; jobs run again after the next start."""
    async with stage(tmp_path, drain_s=0.3) as (service, upstream, callers):
        broken = asyncio.ensure_future(stream(callers))
        refused = asyncio.ensure_future(callers.chat("y"))
        jobs = [job_id(await callers.textbot(str(number))) for number in range(40)]
        for _ in range(2 + 32):
            await upstream.asked.acquire()
        assert await anyio.to_thread.run_sync(service.stop) == 0
        text = await broken
        assert "first" in text
        assert "[DONE]" not in text
        assert '"code":"overloaded"' in text.replace(" ", "")
        assert "Сервис перезапускается" in text
        assert (await refused).status == 503
        upstream.go_on.set()
        await anyio.to_thread.run_sync(service.start)
        ended = await asyncio.gather(*(callers.ended(job) for job in jobs))
        assert {status["result"] for status in ended} == {"whole"}
        assert await callers.balance() == 20
        audit = await anyio.to_thread.run_sync(service.command, "audit")
        assert (audit["ok"], audit["held"], audit["spent"]) == (True, 0, 80)
        assert log_is_clean(service)


async def test_an_idle_service_stops_at_once(tmp_path: Path) -> None:
    """Open connections without a request do not keep it, however long it might drain."""
    async with stage(tmp_path, drain_s=60) as (service, _, callers):
        assert await callers.balance() == 100
        host, port = service.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        async with asyncio.timeout(5):
            assert await anyio.to_thread.run_sync(service.stop) == 0
        writer.close()
        assert log_is_clean(service)


def log_is_clean(service: Service) -> bool:
    """Nothing was logged that an operator would have to look into."""
    lines = [json.loads(line) for line in service.log.splitlines()]
    return not [line for line in lines if line["level"] in {"error", "critical"}]
