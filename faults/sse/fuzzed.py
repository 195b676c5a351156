"""Streams that chance has written: in any form that is right, and half of them spoilt somewhere."""

import json
import random
from dataclasses import dataclass

_WORDS = (
    "да ",
    "нет ",
    "🌍",
    "é",
    " ",
    "\n",
    "слово ",
    '"',
    "\\",
    "𝔸 ",
    "[DONE]",
    "data: x",
    "\u2028",
    "a" * 200,
)
_ENDS = (b"\n", b"\n", b"\r\n", b"\r")
_NOISE = (b": note", b"id: 1", b"event: delta", b"retry: 10", b"database", b":")
_SPOILT = (
    b"{nonsense",
    b'{"choices": [{"delta": {"content": "\xd0"}}]}',
    b'{"error": {"message": "overloaded"}}',
    b'{"choices": [',
    b"nonsense",
)


@dataclass(frozen=True)
class Stream:
    """The bytes; `cut`: the connection ends behind them, without the end of the body."""

    data: bytes
    cut: bool


def fuzzed(chance: random.Random) -> Stream:
    """One stream."""
    payloads = _payloads(chance)
    if chance.random() < 0.25:
        payloads[chance.randrange(len(payloads))] = chance.choice(_SPOILT)
    if chance.random() < 0.1:
        payloads.insert(chance.randrange(len(payloads)), b"[DONE]")
    data = b"\xef\xbb\xbf" if chance.random() < 0.2 else b""
    data += b"".join(_event(payload, chance) for payload in payloads)
    cut = chance.random() < 0.3
    if cut or chance.random() < 0.1:
        data = data[: chance.randrange(len(data) + 1)]
    return Stream(data, cut)


def _payloads(chance: random.Random) -> list[bytes]:
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": chance.choice(["", None])}]
    deltas += [{"content": chance.choice(_WORDS)} for _ in range(chance.randrange(6))]
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    if chance.random() < 0.8:
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if chance.random() < 0.3:
        chunks.append({"choices": []})
    plain, indent = chance.random() < 0.5, chance.choice([None, None, 1])
    payloads = [json.dumps(chunk, ensure_ascii=plain, indent=indent).encode() for chunk in chunks]
    return payloads + ([b"[DONE]"] if chance.random() < 0.8 else [])


def _event(payload: bytes, chance: random.Random) -> bytes:
    """The payload's lines with noise between, each line with an end of its own."""
    lines = [b"data:" + b" " * chance.choice([0, 1]) + line for line in payload.split(b"\n")]
    if chance.random() < 0.3:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(_NOISE))
    end = chance.choice(_ENDS)
    return b"".join(line + end for line in [*lines, b""])
