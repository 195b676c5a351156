"""The bytes of the chaos upstream's responses, and of those that break off."""

import asyncio
import json
from typing import Any

from tests.wire.chaos_answers import Fault, error, oddly


async def interruption(fault: Fault, index: int) -> bytes | None:
    """What comes in place of the piece of this index, and ends the stream; None while all is well."""
    if index < fault.number("after", 1):
        return None
    match fault.kind:
        case "hang-middle":
            await forever()
        case "error-event":
            return framed(b"data: " + json.dumps(error(500)).encode() + b"\n\n") + END
        case "bad-json":
            return framed(b"data: {nonsense\n\n") + END
        case "close":
            raise ConnectionAbortedError
    return None


async def forever() -> None:
    """Until the caller leaves."""
    await asyncio.Event().wait()


def event(piece: dict[str, Any], kind: str) -> bytes:
    """One piece as a chunk of the body."""
    if kind == "bare":
        piece = {"choices": [{"delta": choice["delta"]} for choice in piece["choices"]]}
    if kind == "odd":
        piece = oddly(piece)
    text = json.dumps(piece, ensure_ascii=False, indent=1 if kind == "multiline" else None)
    return framed("".join(f"data: {line}\n" for line in text.split("\n")).encode() + b"\n")


def framed(data: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


END = b"0\r\n\r\n"
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Set-Cookie: secret=1\r\nOpenai-Organization: chaos\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def response(status: int, body: Any, *headers: str) -> bytes:
    """A whole response with JSON."""
    return whole(status, json.dumps(body, ensure_ascii=False).encode(), "application/json", *headers)


def whole(status: int, body: bytes, media: str, *headers: str) -> bytes:
    """A whole response, with headers that are nobody else's business."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {media}", f"Content-Length: {len(body)}", *headers]
    lines += ["Set-Cookie: secret=1", "Openai-Organization: chaos"]
    return "\r\n".join([*lines, "", ""]).encode() + body
