"""Many callers at once, and an upstream in the test's own loop that answers all of them."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.raw_upstream import Exchange, http, raw_upstream

PLAN = "Crowd"
"""No allowance, no limit on calls: what is spent comes from packs."""


@dataclass
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]
    """Names in lower case."""

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Crowd:
    """Calls over a few hundred connections to wherever the service listens now."""

    def __init__(self, session: aiohttp.ClientSession, url: Callable[[], str], key: str) -> None:
        self._session = session
        self._url = url
        self.key = key

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> Answer:
        """One call; connection errors are the caller's."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.post(self._url() + path, data=json.dumps(body), headers=named) as response:
            got = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, await response.read(), got)

    async def textbot(self, text: str, **headers: str) -> Answer:
        """A job."""
        body = {"key": self.key, "mode": "chat", "input_text": text}
        return await self.post("/api/generate_response", body, **headers)

    async def chatinfo(self, text: str, **headers: str) -> Answer:
        """A job of the other dialect."""
        return await self.post("/api/gpt/create_request", {"key": self.key, "content": text}, **headers)

    async def chat(self, text: str, **headers: str) -> Answer:
        """A direct call."""
        body = {"messages": [{"role": "user", "content": text}]}
        return await self.post("/v1/chat/completions", body, Authorization=f"Bearer {self.key}", **headers)

    async def status(self, job: int) -> Any:
        """How a job stands."""
        return (await self.post("/api/status", {"key": self.key, "request_id": job})).json

    async def balance(self) -> int:
        """Requests left."""
        return int((await self.post("/api/balance", {"key": self.key})).json["balance"])

    async def ended(self, job: int, within_s: float = 60) -> Any:
        """The job's final state."""
        async with asyncio.timeout(within_s):
            while True:
                status = await self.status(job)
                if status["status"] != "processing":
                    return status
                await asyncio.sleep(0.05)


def job_id(answer: Answer) -> int:
    """The id of an accepted job of either dialect."""
    assert answer.status == 200, answer.body
    created = answer.json
    return int(created["request_id"] if "request_id" in created else created["id"])


@asynccontextmanager
async def crowd(url: Callable[[], str], key: str, connections: int = 200) -> AsyncIterator[Crowd]:
    """The callers."""
    connector = aiohttp.TCPConnector(limit=connections)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield Crowd(session, url, key)


@dataclass
class Answering:
    """An upstream that says the user's words back after a pause, and counts how often it was asked each."""

    url: str
    asked: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def answering_upstream(
    pause_s: float = 0, pause: Callable[[str], Awaitable[None]] | None = None
) -> AsyncIterator[Answering]:
    """The upstream. `pause` gets the text and may wait for whatever it likes."""
    stand = Answering("")

    async def answer(exchange: Exchange) -> None:
        text = json.loads(exchange.body)["messages"][-1]["content"]
        stand.asked[text] += 1
        await (pause(text) if pause else asyncio.sleep(pause_s))
        message = {"role": "assistant", "content": f"you said: {text}"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "x", "object": "chat.completion", "created": 0, "choices": [choice], "usage": usage}
        await exchange.send(http(200, json.dumps(body).encode()))

    async with raw_upstream(answer) as server:
        stand.url = server.url
        yield stand
