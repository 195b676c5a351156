"""A call as a provider reads it, and its answer: no server in it."""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from slovomat.testing.fakepay.payments import Payment


@dataclass(frozen=True)
class Call:
    """One request. `path` begins below the provider's address; `headers` by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form; of the query, too."""
        return dict(self.query) | fields(self.body.decode(errors="replace"))

    @property
    def json(self) -> dict[str, Any]:
        """The fields of a JSON object; fractions stay text. Empty when it is none."""
        try:
            found = json.loads(self.body, parse_float=str)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def basic(self) -> tuple[str, str]:
        """Who calls, by Basic authentication; two empty texts when nobody says."""
        scheme, _, code = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return "", ""
        try:
            name, _, word = b64decode(code, validate=True).decode().partition(":")
        except (Base64Error, UnicodeDecodeError):
            return "", ""
        return name, word


@dataclass(frozen=True)
class Answer:
    """What is answered; `payment` is the one that it speaks of."""

    body: bytes
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    payment: Payment | None = None


def fields(text: str) -> dict[str, str]:
    """The fields of a form; those of a list without numbers (`x[]`) get their numbers (`x[0]`)."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        place = f"[{sum(one.startswith(name[:-1]) for one in found)}]"
        found[name.removesuffix("[]") + place if name.endswith("[]") else name] = value
    return found


Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Route:
    """A way of calling: the groups of the pattern are the handler's further arguments."""

    method: str
    pattern: str
    handler: Handler


def number(decimal_text: str) -> msgspec.Raw:
    """A JSON number with just these digits."""
    return msgspec.Raw(decimal_text.encode())


def as_json(value: object, status: int = 200, payment: Payment | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(msgspec.json.encode(value), status, payment=payment)
