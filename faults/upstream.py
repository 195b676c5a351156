"""An upstream that says the last message back, plain or streamed, after a pause, and counts its calls."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.raw_upstream import END, SSE_HEAD, chunk, http

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
    saying, lines = Saying(0), set[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        # A cancelled task here would be logged by asyncio.
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                await _answer(json.loads(await _body(reader)), writer, saying, pause_s)
        writer.transport.abort()
        lines.discard(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    saying.port = server.sockets[0].getsockname()[1]
    try:
        yield saying
    finally:
        server.close()
        for line in lines:
            line.transport.abort()


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))


async def _answer(body: dict[str, Any], writer: asyncio.StreamWriter, saying: Saying, pause_s: float) -> None:
    text = body["messages"][-1]["content"]
    saying.asked[text] += 1
    await asyncio.sleep(pause_s)
    if body.get("stream"):
        await _stream(writer, answer_to(text), pause_s)
    else:
        writer.write(http(200, json.dumps(_plain(answer_to(text))).encode()))
    await writer.drain()


def _plain(text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 0, "choices": [choice], "usage": _USAGE}


async def _stream(writer: asyncio.StreamWriter, text: str, pause_s: float) -> None:
    writer.write(SSE_HEAD)
    for word in text.split(" "):
        writer.write(_event({"content": word + " "}, None))
        await writer.drain()
        await asyncio.sleep(pause_s)
    writer.write(_event({}, "stop") + chunk(b"data: [DONE]\n\n") + END)


def _event(delta: dict[str, str], reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    head = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return chunk(f"data: {json.dumps({**head, 'choices': [choice]})}\n\n".encode())
