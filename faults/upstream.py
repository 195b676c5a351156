"""An upstream that says the last message back, plain or streamed, after a pause, and counts its calls."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.raw_upstream import END, SSE_HEAD, Exchange, chunk, http, raw_upstream

_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def answer_to(text: str) -> str:
    """What it says to a text."""
    return f"you said: {text}"


@dataclass
class Saying:
    """The running upstream. `asked`: how often each text came."""

    port: int
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return url_at(self.port)


def url_at(port: int) -> str:
    """The base URL of an upstream, or of a proxy in front of one."""
    return f"http://127.0.0.1:{port}/v1"


@asynccontextmanager
async def saying_upstream(pause_s: float = 0) -> AsyncIterator[Saying]:
    """The upstream; it pauses before each answer, and between the pieces of a stream."""
    saying = Saying(0)

    async def answer(exchange: Exchange) -> None:
        server.requests.clear()  # hours of them would fill the memory
        body = json.loads(exchange.body)
        text = body["messages"][-1]["content"]
        saying.asked[text] += 1
        await asyncio.sleep(pause_s)
        if body.get("stream"):
            await _stream(exchange, answer_to(text), pause_s)
        else:
            await exchange.send(http(200, json.dumps(_plain(answer_to(text))).encode()))

    async with raw_upstream(answer) as server:
        saying.port = server.port
        yield saying


def _plain(text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 0, "choices": [choice], "usage": _USAGE}


async def _stream(exchange: Exchange, text: str, pause_s: float) -> None:
    await exchange.send(SSE_HEAD)
    for word in text.split(" "):
        await exchange.send(_event({"content": word + " "}, None))
        await asyncio.sleep(pause_s)
    await exchange.send(_event({}, "stop") + chunk(b"data: [DONE]\n\n") + END)


def _event(delta: dict[str, str], reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    head = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return chunk(f"data: {json.dumps({**head, 'choices': [choice]})}\n\n".encode())
