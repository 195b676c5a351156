"""The upstream's answers on their way back: what the published schema requires is there, `model`
is what the operator shows, the rest is as it came."""

from typing import Any

import msgspec

_decode = msgspec.json.decode
_encode = msgspec.json.encode


def plain(body: bytes, hide_model: str) -> bytes:
    """A completion that satisfies OpenAI's schema; unchanged when it did already."""
    if not hide_model and b'"logprobs"' in body and b'"refusal"' in body:
        return body
    answer: dict[str, Any] = _decode(body)
    _require(answer, "chat.completion", hide_model)
    for index, choice in enumerate(answer["choices"]):
        _choice(choice, index)
        choice.setdefault("finish_reason", "stop")
        message = choice.setdefault("message", {})
        for field, value in (("role", "assistant"), ("content", None), ("refusal", None)):
            message.setdefault(field, value)
    return _encode(answer)


def chunk(data: bytes, hide_model: str) -> bytes:
    """A streamed chunk, likewise."""
    if not hide_model and b'"finish_reason"' in data and b'"created"' in data and b'"id"' in data:
        return data
    piece: dict[str, Any] = _decode(data)
    _require(piece, "chat.completion.chunk", hide_model)
    for index, choice in enumerate(piece["choices"]):
        _choice(choice, index)
        choice.setdefault("delta", {})
        choice.setdefault("finish_reason", None)
    return _encode(piece)


def _require(answer: dict[str, Any], kind: str, hide_model: str) -> None:
    answer.setdefault("id", "chatcmpl-slovomat")
    answer.setdefault("object", kind)
    answer.setdefault("created", 0)
    answer.setdefault("choices", [])
    answer["model"] = hide_model or answer.get("model") or "unknown"


def _choice(choice: dict[str, Any], index: int) -> None:
    choice.setdefault("index", index)
    choice.setdefault("logprobs", None)
