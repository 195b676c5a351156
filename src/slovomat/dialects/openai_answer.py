"""The upstream's answers on their way back: what the published schema requires is there, `model`
is what the operator shows, the rest is as it came."""

import json
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

_decode = msgspec.json.decode
_encode = msgspec.json.encode
_MESSAGE, _FINISH = b'"message":{', b'"finish_reason":'
"""Where something is put in; neither can stand in a JSON string, where quotes follow a backslash."""
_REFUSAL, _LOGPROBS = b'"message":{"refusal":null,', b'"logprobs":null,"finish_reason":'
_MOST_DIGITS = 19
_NOT_NULL = ("usage", "system_fingerprint")
"""May be absent, but the schema knows no null for them; some upstreams send one."""


class _Object(msgspec.Struct, gc=False):
    """Any object, passed over."""


class _Message(msgspec.Struct, gc=False):
    role: str
    content: Raw
    refusal: Raw | UnsetType = UNSET


class _Choice(msgspec.Struct, gc=False):
    index: int
    message: _Message
    finish_reason: str
    logprobs: Raw | UnsetType = UNSET


class _Part(msgspec.Struct, gc=False):
    index: int
    delta: _Object
    finish_reason: str | None
    logprobs: Raw | UnsetType = UNSET


class _Answer(msgspec.Struct, gc=False):
    id: str
    object: str
    created: int
    model: str
    usage: _Object | UnsetType = UNSET
    system_fingerprint: str | UnsetType = UNSET


class _Whole(_Answer, kw_only=True):
    choices: list[_Choice]


class _Chunk(_Answer, kw_only=True):
    choices: list[_Part]


_read_whole = msgspec.json.Decoder(_Whole).decode
_read_chunk = msgspec.json.Decoder(_Chunk).decode


class Frame(msgspec.Struct, frozen=True):
    """What stands around the choices where a careless upstream leaves it out. `shown_model` hides its own."""

    id: str
    created_s: int
    model: str
    shown_model: str = ""


def plain(body: bytes, frame: Frame) -> bytes:
    """A completion that satisfies OpenAI's schema; unchanged when it did already."""
    if not frame.shown_model:
        try:
            choices = _read_whole(body).choices
        except msgspec.ValidationError:
            pass
        else:
            silent = sum([choice.message.refusal is UNSET for choice in choices])
            filled = _put_in(body, silent, len(choices), _MESSAGE, _REFUSAL)
            silent = sum([choice.logprobs is UNSET for choice in choices])
            filled = filled and _put_in(filled, silent, len(choices), _FINISH, _LOGPROBS)
            if filled:
                return filled
    answer = _framed(_tree(body), "chat.completion", frame)
    for index, choice in enumerate(answer["choices"]):
        _fill(choice, index=index, logprobs=None, message={})
        message = choice["message"]
        _fill(message, role="assistant", content=None, refusal=None)
        _fill(choice, finish_reason="tool_calls" if message.get("tool_calls") else "stop")
    return _encode(answer)


def chunk(data: bytes, frame: Frame) -> bytes:
    """A streamed chunk, likewise."""
    if not frame.shown_model:
        try:
            choices = _read_chunk(data).choices
        except msgspec.ValidationError:
            pass
        else:
            silent = sum([choice.logprobs is UNSET for choice in choices])
            filled = _put_in(data, silent, len(choices), _FINISH, _LOGPROBS)
            if filled:
                return filled
    piece = _framed(_tree(data), "chat.completion.chunk", frame)
    for index, choice in enumerate(piece["choices"]):
        _fill(choice, index=index, logprobs=None, delta={}, finish_reason=None)
    return _encode(piece)


def _put_in(data: bytes, silent: int, choices: int, mark: bytes, more: bytes) -> bytes | None:
    """With what all choices lack, without rebuilding the rest; None when it is not sure where to put it."""
    if not silent:
        return data
    name = mark.partition(b":")[0]  # it may stand deeper, and the choice's own be written in another way
    sure = silent == choices == data.count(mark) == data.count(name)
    return data.replace(mark, more) if sure else None


def _tree(data: bytes) -> Any:
    """Its values; a number that is too large for anybody becomes null."""
    try:
        return _decode(data)
    except msgspec.ValidationError:
        return json.loads(data, parse_int=lambda digits: int(digits) if len(digits) < _MOST_DIGITS else None)


def _framed(answer: dict[str, Any], kind: str, frame: Frame) -> dict[str, Any]:
    _fill(answer, id=frame.id, object=kind, created=frame.created_s, model=frame.model, choices=[])
    if frame.shown_model:
        answer["model"] = frame.shown_model
    for name in _NOT_NULL:
        if answer.get(name, "") is None:
            del answer[name]
    return answer


def _fill(fields: dict[str, Any], **defaults: Any) -> None:
    """Sets what is absent or null."""
    for name, value in defaults.items():
        if fields.get(name) is None:
            fields[name] = value
