"""The bytes of the chaos upstream's responses."""

import json
from typing import Any

from tests.wire.chaos_answers import oddly

STYLES = frozenset({"crlf", "cr", "bom", "comments", "multiline", "short", "bare", "odd"})
"""How a stream may be written: all of them are right."""
_LINE_ENDS = {"crlf": b"\r\n", "cr": b"\r"}
END = b"0\r\n\r\n"
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Set-Cookie: secret=1\r\nOpenai-Organization: chaos\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def event(piece: dict[str, Any] | str, styles: frozenset[str] = frozenset()) -> bytes:
    """One piece of a stream, or its last word, as an event in these styles."""
    text = piece if isinstance(piece, str) else _written(piece, styles)
    lines = [": a comment", "id: 7", "event: x"] if "comments" in styles else []
    lines += [f"data: {line}" for line in text.split("\n")]
    lines += ["retry: 5", ": another", ""] if "comments" in styles else [""]
    end = next((end for style, end in _LINE_ENDS.items() if style in styles), b"\n")
    return b"".join(line.encode() + end for line in lines)


def opening(styles: frozenset[str]) -> bytes:
    """What stands before the first event."""
    return b"\xef\xbb\xbf" if "bom" in styles else b""


def _written(piece: dict[str, Any], styles: frozenset[str]) -> str:
    if "bare" in styles:
        piece = {"choices": [{"delta": choice["delta"]} for choice in piece["choices"]]}
    elif "short" in styles:
        kept = ("index", "delta", "finish_reason")
        choices = [
            {name: choice[name] for name in kept if choice[name] is not None} for choice in piece["choices"]
        ]
        piece = {"choices": choices, **({"usage": piece["usage"]} if "usage" in piece else {})}
    elif "odd" in styles:
        piece = oddly(piece)
    return json.dumps(piece, ensure_ascii=False, indent=1 if "multiline" in styles else None)


def framed(data: bytes) -> bytes:
    """A chunk of a chunked body; nothing for nothing, which would be its end."""
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


def response(status: int, body: Any, *headers: str) -> bytes:
    """A whole response with JSON."""
    return whole(status, json.dumps(body, ensure_ascii=False).encode(), "application/json", *headers)


def whole(status: int, body: bytes, media: str, *headers: str) -> bytes:
    """A whole response, with headers that are nobody else's business."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {media}", f"Content-Length: {len(body)}", *headers]
    lines += ["Set-Cookie: secret=1", "Openai-Organization: chaos"]
    return "\r\n".join([*lines, "", ""]).encode() + body
