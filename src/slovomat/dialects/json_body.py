"""Reading the bodies of strangers: strict JSON, bounded depth, one clear error for each fault."""

import re
from typing import Any

import msgspec

from slovomat.domain.refusal import Code, Refusal

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_LAST_ID = (1 << 53) - 1
_decode = msgspec.json.decode


def deeper_than(body: bytes, levels: int) -> bool:
    """Whether JSON nests deeper than so many levels; each pass peels one level off, in C."""
    if body.count(b"[") + body.count(b"{") <= levels:
        return False
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKET)
    for _ in range(levels):
        peeled = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not peeled:
            return False
        if len(peeled) == len(brackets):
            return True
        brackets = peeled
    return True


def read_object(body: bytes, max_depth: int) -> dict[str, Any] | Refusal:
    """The body's JSON object, or why it is none. NaN, lone surrogates, huge numbers are no JSON."""
    if deeper_than(body, max_depth):
        return not_json(f"nested deeper than {max_depth} levels")
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        return not_json(_reason(error))
    if not isinstance(value, dict):
        return not_json("an object is needed")
    return value


def not_json(detail: str) -> Refusal:
    """The refusal of a body that cannot be read."""
    return Refusal(code=Code.NOT_JSON, names={"detail": detail})


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error).removeprefix("JSON is malformed: ")


def bad_field(field: str, allowed: str) -> Refusal:
    """The refusal of a field's value; `allowed` says what it may be, a key of the texts."""
    return Refusal(code=Code.FIELD_BAD, field=field, names={"field": field, "allowed": allowed})


def missing(body: dict[str, Any], fields: tuple[str, ...]) -> Refusal | None:
    """The refusal that names every absent field, in the given order; `null` is absent too."""
    absent = [field for field in fields if body.get(field) is None]
    if not absent:
        return None
    names: dict[str, str | int] = {"fields": ", ".join(absent)}
    return Refusal(code=Code.FIELDS_MISSING, field=absent[0], names=names)


def text_fault(field: str, value: object) -> Refusal | None:
    """What is wrong with a text: not a string, blank, or with NUL characters."""
    if not isinstance(value, str):
        return bad_field(field, "string")
    if not value or value.isspace():
        return bad_field(field, "not_blank")
    if "\x00" in value:
        return bad_field(field, "no_nul")
    return None


def request_id(field: str, value: object) -> int | Refusal:
    """An id: a JSON integer, or the same as a string of digits; never a boolean."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return bad_field(field, "integer")
    if not 0 < value <= _LAST_ID:
        return Refusal(code=Code.REQUEST_UNKNOWN)
    return value


def idempotency_key(value: object) -> str | Refusal | None:
    """A client's idempotency key: 1 to 255 printable characters, or absent."""
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= 255 or not value.isprintable():
        return Refusal(code=Code.IDEMPOTENCY_KEY_BAD, field="idempotency_key")
    return value
