"""What the dialects parse calls into, and what they render: the seam to the web layer.

A dialect is one module of this package with a constant `DIALECT`; adding one is adding a file.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from slovomat.domain.refusal import Refusal


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator's settings say of one dialect. `max_chars` 0: no limit."""

    price_requests: int
    max_chars: int
    json_max_depth: int
    json_max_values: int = 20_000
    requests_per_unit: int = 2
    models: tuple[str, ...] = ()
    models_strict: bool = False
    hide_model: str = ""


class Voice(msgspec.Struct, frozen=True):
    """In which language an answer speaks (`ru`, `en`), and the service's public URL."""

    language: str
    site: str


class Answer(msgspec.Struct, frozen=True):
    """A whole answer but for the headers that all dialects share."""

    status: int
    body: bytes
    content_type: bytes = b"application/json; charset=utf-8"


class Action(StrEnum):
    """What a route does; the web layer has one handler for each."""

    CREATE_JOB = "create_job"
    POLL_JOB = "poll_job"
    BALANCE = "balance"
    CHAT = "chat"
    MODELS = "models"
    MODEL = "model"


class Route(msgspec.Struct, frozen=True):
    """A path of a dialect. A path that ends in `/*` takes whatever follows."""

    method: str
    path: str
    action: Action


class CreateCall(msgspec.Struct, frozen=True, kw_only=True):
    """A create call of a job dialect, checked. `cut_chars` are gone from `text`, but not from `given`."""

    key: str
    given: str
    text: str
    mode: str
    cut_chars: int
    idempotency_key: str | None


class PollCall(msgspec.Struct, frozen=True):
    """A poll: which job, by whose key."""

    key: str
    id: int


class BalanceCall(msgspec.Struct, frozen=True):
    """A question for the balance."""

    key: str


class ChatCall(msgspec.Struct, frozen=True, kw_only=True):
    """A chat completion; `body_rest` as in domain.request.ChatRequest."""

    body_rest: bytes
    stream: bool
    mode: str | None
    cut_chars: int


class Dialect(Protocol):
    """The face of every dialect: its paths, and how it says no."""

    @property
    def name(self) -> str:
        """The name in plans, keys and settings."""

    @property
    def prefix(self) -> str:
        """Paths below it that nothing answers get this dialect's 404."""

    @property
    def routes(self) -> Sequence[Route]:
        """All its paths."""

    def refuse(self, refusal: Refusal, action: Action | None, voice: Voice, terms: Terms) -> Answer:
        """The answer that says no; `action` is None where no route was found."""
