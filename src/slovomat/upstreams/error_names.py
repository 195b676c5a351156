"""What of an upstream's error may stand in our logs: its names, never its words, which quote prompts."""

import re
from typing import Any

import msgspec

_NAME = re.compile(r"[A-Za-z0-9_.+/-]{1,64}")
_NAMED = ("type", "code")


def name(value: object) -> str:
    """The value if it looks like a name, else nothing: what is longer is not cut, it may hold anything."""
    if isinstance(value, str):
        return value if _NAME.fullmatch(value) else ""
    return str(value) if type(value) is int and 0 <= value < 1_000_000 else ""


def names(error: object) -> str:
    """The error's type and code in brackets, with a space in front; empty when it has neither."""
    if not isinstance(error, dict):
        return ""
    found = [f"{key} {told}" for key in _NAMED if (told := name(error.get(key)))]
    return f" ({', '.join(found)})" if found else ""


def names_in(body: bytes) -> str:
    """The same for the body of an answer; some services put the error's fields at the top."""
    try:
        answer: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return names(answer.get("error", answer))
