"""Reading the bodies of strangers: strict JSON, bounded depth and number of values, one clear error for
each fault."""

import math
from typing import Any

import msgspec

from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.text import blank

LAST_ID = (1 << 53) - 1
"""The most that every reader of JSON holds exactly."""
_NO_ID = 0
"""No request has it."""
_LEAST_INTEGER, _MOST_INTEGER = -(1 << 63), (1 << 64) - 1


def finite(number: str) -> float:
    """A fraction; msgspec's own reading of one near the least float is a hundred times slower."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError
    return value


_decode = msgspec.json.Decoder(float_hook=finite).decode


def read_object(body: bytes, max_depth: int, max_values: int) -> dict[str, Any] | Refusal:
    """The body's JSON object, or why it is none. NaN, lone surrogates, repeated keys, numbers beyond
    64 bits are no JSON: readers would differ about them (RFC 8259; I-JSON, RFC 7493)."""
    if len(body) > max_values and _has_more_values(body, max_values):
        return not_json(f"more than {max_values} values")
    try:
        value = _decode(body)
    except RecursionError:
        return _too_deep(max_depth)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        return not_json(_reason(error))
    if not isinstance(value, dict):
        return not_json("an object is needed")
    keys = count_keys([value], max_depth)
    if isinstance(keys, Refusal):
        return keys
    if body.count(b":") != keys and colons_outside_strings(body) != keys:
        return not_json("a key stands twice in one object")
    return value


def _has_more_values(body: bytes, max_values: int) -> bool:
    """Told before anything is made of them. An empty list or object counts as two."""
    if _separators(body) < max_values:
        return False
    text = _unescaped(body)
    if text.count(b'"') > 4 * max_values:  # a value has at most two strings: its key and itself
        return True
    return _separators(_outside_strings(text)) >= max_values


def _separators(text: bytes) -> int:
    """Every value but the outermost stands behind one of these; in strings they may stand as well."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def _unescaped(body: bytes) -> bytes:
    """Without escaped quotes, so that every quote left begins or ends a string."""
    if b"\\" not in body:
        return body
    return body.replace(b"\\\\", b"").replace(b'\\"', b"")


def _outside_strings(text: bytes) -> bytes:
    return b"".join(text.split(b'"')[::2])


def colons_outside_strings(body: bytes) -> int:
    """As many as there are keys in the text, those that stand twice among them."""
    return _outside_strings(_unescaped(body)).count(b":")


def count_keys(level: list[Any], max_depth: int) -> int | Refusal:
    """How many keys these values have in all, counted level by level; or what is beyond the bounds."""
    keys = depth = 0
    while level:
        depth += 1
        if depth > max_depth:
            return _too_deep(max_depth)
        below: list[Any] = []
        for node in level:
            children = node
            if type(node) is dict:
                keys += len(node)
                children = node.values()
            for child in children:
                kind = type(child)
                if kind is str:
                    continue
                if kind is dict or kind is list:
                    below.append(child)
                elif kind is int and not _LEAST_INTEGER <= child <= _MOST_INTEGER:
                    return not_json("a number is too large")
        level = below
    return keys


def _too_deep(max_depth: int) -> Refusal:
    return not_json(f"nested deeper than {max_depth} levels")


def not_json(detail: str) -> Refusal:
    """The refusal of a body that cannot be read."""
    return Refusal(code=Code.NOT_JSON, names={"detail": detail})


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, msgspec.ValidationError) or not isinstance(error, msgspec.DecodeError):
        return "a number is too large"
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
    if blank(value):
        return bad_field(field, "not_blank")
    if "\x00" in value:
        return bad_field(field, "no_nul")
    return None


def request_id(field: str, value: object) -> int | Refusal:
    """An id: a JSON integer, or the same as a string of digits; never a boolean. One that cannot be is
    told like an unknown one, after the key was looked at."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return bad_field(field, "integer")
    return value if 0 < value <= LAST_ID else _NO_ID


def idempotency_key(value: object) -> str | Refusal | None:
    """A client's idempotency key: 1 to 255 printable characters, or absent."""
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= 255 or not value.isprintable():
        return Refusal(code=Code.IDEMPOTENCY_KEY_BAD, field="idempotency_key")
    return value
