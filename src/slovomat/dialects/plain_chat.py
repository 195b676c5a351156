"""Chat requests of the plainest kind, which are most of them: read in one go, without a tree of their
messages.

What is known here is good in all that the careful reading looks at (`json_body`, `openai_fields`,
`conversation`). Anything else is not refused, it is not known: then the careful reading has its turn.
"""

import re
from typing import Literal

import msgspec

from slovomat.dialects.calls import Terms
from slovomat.dialects.json_body import colons_outside_strings, count_keys, finite
from slovomat.dialects.openai_fields import Known
from slovomat.domain.text import blank

_LEVELS = 5
_MODEL_FIRST = re.compile(rb'\s*\{\s*"model"\s*:\s*"[^"\\]*"\s*,')
_MODEL = re.compile(rb'"model"\s*:\s*"[^"\\]*"\s*([,}])')


class _Part(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["text"]
    text: str


class _Turn(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    role: Literal["assistant", "developer", "system", "user"]
    content: str | list[_Part]


class PlainChat(Known, forbid_unknown_fields=True, kw_only=True):
    """All that a plain request may hold."""

    messages: list[_Turn]
    model: str | None = None


_decode = msgspec.json.Decoder(PlainChat, float_hook=finite).decode
_values = msgspec.structs.astuple
_FIELDS = len(PlainChat.__struct_fields__)


def known(body: bytes, terms: Terms) -> PlainChat | None:
    """The request, when it is surely good and needs no cutting; None: not known."""
    size = len(body)
    if size > terms.json_max_values or size > terms.max_chars > 0 or terms.json_max_depth < _LEVELS:
        return None
    if b"\\" in body and b"\\u00" in body:  # NUL, or an ASCII character that does not stand for itself
        return None
    try:
        chat = _decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    keys = _FIELDS - _values(chat).count(None) + 2 * len(chat.messages)
    colons, silent = 0, True
    for turn in chat.messages:
        content = turn.content
        if not isinstance(content, str):
            keys += 2 * len(content)
            content = "".join([part.text for part in content])
        colons += content.count(":")
        silent = silent and blank(content)
    if silent or not (body.count(b":") == colons + keys or _each_key_once(chat, keys, body, terms)):
        return None
    return chat


def _each_key_once(chat: PlainChat, keys: int, body: bytes, terms: Terms) -> bool:
    """Told by the colons, of which each key has one. A null was not counted: then nothing is sure."""
    trees = [value for value in _values(chat) if type(value) in (dict, list)]
    below = count_keys([trees], terms.json_max_depth)
    return isinstance(below, int) and colons_outside_strings(body) == keys + below


def without_model(body: bytes, has_model: bool) -> bytes | None:
    """What stands behind the opening brace of a known request, as the client wrote it, but for its
    member `model`; None where finding that takes more care.

    No key stands twice, and no letter of a key is escaped. A quote in a string has a backslash before it, so
    `"model"` is either this very string or the end of a longer one; if it is there once, it is the key.
    """
    if first := _MODEL_FIRST.match(body):
        return body[first.end() :]
    begin = body.index(b"{") + 1
    if not has_model:
        return body[begin:]
    at = body.find(b'"model"')
    found = _MODEL.match(body, at) if at >= 0 else None
    if found is None or body.find(b'"model"', found.end()) >= 0:
        return None
    if found[1] == b",":
        return body[begin:at] + body[found.end() :]
    return body[begin:at].rstrip().removesuffix(b",") + body[found.end() - 1 :]
