"""Calls of the job dialects as most clients write them, read in one go.

What is known here is good in all that the careful reading looks at (`job_form`, `json_body`). Anything else
is not refused, it is not known: then the careful reading has its turn.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from slovomat.dialects.calls import Terms
from slovomat.dialects.json_body import LAST_ID
from slovomat.domain.text import blank

T = TypeVar("T")


class Create(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A create call without surprises; its text needs no cutting."""

    key: str
    text: str
    mode: str | None = None


class Poll(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A poll of what may be an id."""

    key: str
    id: int


class Balance(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A question for the balance."""

    key: str


class PlainJobs:
    """The three calls by one dialect's names: `text` and `id`."""

    def __init__(self, text: str, id: str) -> None:
        class NamedCreate(Create, rename={"text": text}):
            text: str

        class NamedPoll(Poll, rename={"id": id}):
            id: int

        self._create: Callable[[bytes], Create] = msgspec.json.Decoder(NamedCreate).decode
        self._poll: Callable[[bytes], Poll] = msgspec.json.Decoder(NamedPoll).decode
        self._balance = msgspec.json.Decoder(Balance).decode

    def create(self, body: bytes, terms: Terms) -> Create | None:
        """The call, when it is surely good; its mode is yet to be looked up."""
        call = _read(self._create, body, terms)
        if call is None or len(call.text) > terms.max_chars > 0 or blank(call.text):
            return None
        keys = 2 if call.mode is None else 3
        return call if body.count(b":") == keys + call.text.count(":") else None

    def poll(self, body: bytes, terms: Terms) -> Poll | None:
        """The call, when it is surely good."""
        call = _read(self._poll, body, terms)
        return call if call and body.count(b":") == 2 and 0 < call.id <= LAST_ID else None

    def balance(self, body: bytes, terms: Terms) -> Balance | None:
        """The call, when it is surely good."""
        call = _read(self._balance, body, terms)
        return call if call and body.count(b":") == 1 else None


def _read(decode: Callable[[bytes], T], body: bytes, terms: Terms) -> T | None:
    """Without escapes that could be a NUL or hide a colon: the colons tell whether a key stands twice."""
    if len(body) > terms.json_max_values or (b"\\" in body and b"\\u00" in body):
        return None
    try:
        return decode(body)
    except (msgspec.DecodeError, ValueError):
        return None
