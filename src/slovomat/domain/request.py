"""One generation in canonical form, whichever dialect asked for it."""

import msgspec

from slovomat.domain.generation import Held
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.mode import ModeRef


class Idempotency(msgspec.Struct, frozen=True):
    """The client's own key for a call, and what the call said (SHA-256 of what matters in it)."""

    key: str
    fingerprint: bytes


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A create call of a job dialect. `cut_chars`: characters that do not go to the model."""

    dialect: str
    price_requests: int
    mode: ModeRef
    text: str
    cut_chars: int
    idempotency: Idempotency | None


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A chat completion to be passed through.

    `body_rest`: the client's JSON without `model` and without the opening brace, so that the
    upstream's adapter can put its own model in front.
    """

    dialect: str
    price_requests: int
    body_rest: bytes
    stream: bool
    mode: ModeRef | None
    cut_chars: int
    idempotency: Idempotency | None


class StoredAnswer(msgspec.Struct, frozen=True):
    """An answer kept for the repeat of its call: status, content type, body."""

    status: int
    content_type: str
    body: bytes


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A generation whose price is set aside. `balance_requests`: what is left after it.

    `held`: for the closing of a direct call; a job's, and that of a repeat, is asked of the database.
    """

    id: GenerationId
    account_id: AccountId
    balance_requests: int
    charged_requests: int
    replayed: bool = False
    held: Held | None = None
