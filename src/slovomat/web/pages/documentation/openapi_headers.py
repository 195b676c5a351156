"""The headers of the API in its OpenAPI document: what they are, and which answers carry them."""

from collections.abc import Iterable, Mapping
from typing import Any

JSON = dict[str, Any]
_COUNT: JSON = {"type": "integer", "minimum": 0}
_WORD: JSON = {"type": "string"}
_HEADERS: dict[str, tuple[str, JSON, str]] = {
    "x-request-id": ("docs_header_id", _WORD, "req_5d0c1f2e9a7b3c4400000001"),
    "x-charged-requests": ("docs_header_charged", _COUNT, "2"),
    "x-balance-requests": ("docs_header_balance", _COUNT, "596"),
    "x-ratelimit-limit-requests": ("ref_header_limit", _COUNT, "20"),
    "x-ratelimit-remaining-requests": ("ref_header_remaining", _COUNT, "19"),
    "x-ratelimit-reset-requests": ("ref_header_reset", _WORD, "3s"),
    "X-Input-Truncated": ("ref_header_cut", {"type": "integer", "minimum": 1}, "128"),
    "Idempotent-Replayed": ("ref_header_replayed", {"type": "string", "const": "true"}, "true"),
    "Retry-After": ("ref_header_retry", {"type": "integer", "minimum": 1}, "12"),
    "x-should-retry": ("ref_header_should_retry", {"type": "string", "const": "false"}, "false"),
    "WWW-Authenticate": ("ref_header_scheme", _WORD, "Bearer"),
    "Allow": ("ref_header_allow", _WORD, "POST, OPTIONS"),
}
"""By name: the text that says what it is, its schema, and an example as it is sent."""
_CANONICAL = {name.lower(): name for name in _HEADERS}
_LIMITS = ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests")
_CHARGE = ("x-charged-requests", "x-balance-requests")
_BEFORE_ADMISSION = frozenset({405, 408, 413, 415, 431})
"""Refused before anybody asked who calls."""
_OF_PAID = (*_LIMITS, *_CHARGE, "X-Input-Truncated", "Idempotent-Replayed")


def header_components(texts: Mapping[str, str]) -> JSON:
    """Every header, for the components of the document."""
    return {
        name: {"description": texts[about], "schema": schema, "example": _typed(schema, example)}
        for name, (about, schema, example) in _HEADERS.items()
    }


def references(names: Iterable[str]) -> JSON:
    """The headers of a response, by reference."""
    return {
        _CANONICAL[name.lower()]: {"$ref": f"#/components/headers/{_CANONICAL[name.lower()]}"}
        for name in names
    }


def carried(status: int, lines: Iterable[str], *, paid: bool) -> JSON:
    """The headers that an answer may carry; `lines` are those that its refusals name."""
    names = ["x-request-id", *(line.partition(":")[0] for line in lines)]
    if paid and status < 300:
        names += _OF_PAID
    elif paid and status not in _BEFORE_ADMISSION:
        names += (*_LIMITS, *_CHARGE)
    if status == 405:
        names.append("Allow")
    return references(dict.fromkeys(names))


def request_parameters(texts: Mapping[str, str], *, paid: bool) -> list[JSON]:
    """The headers that a call may send."""
    language = {
        "name": "Accept-Language",
        "in": "header",
        "description": texts["docs_language_text"],
        "schema": {"type": "string", "examples": ["ru", "en"]},
    }
    again = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": texts["ref_idempotency"],
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }
    return [again, language] if paid else [language]


def _typed(schema: JSON, example: str) -> str | int:
    return int(example) if schema["type"] == "integer" else example
