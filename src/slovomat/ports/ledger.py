"""The port to holds and their closing. One method is one transaction; none spans a network call."""

from collections.abc import Awaitable
from typing import Protocol

import msgspec

from slovomat.domain.caller import KeyPolicy
from slovomat.domain.generation import Closing
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.mode import ModeRef
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import Accepted, Idempotency, StoredAnswer


class HoldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Sets a price aside, and with `job_text` queues the job in the same transaction.

    `allowance`: the plan's daily requests where they may pay, else None. `owner`: the process that
    serves the call, whose death releases the hold; a job has no such owner.
    """

    account_id: AccountId
    key: KeyPolicy
    dialect: str
    price_requests: int
    day: str
    allowance: int | None
    owner: str
    now_ms: int
    expires_at_ms: int
    mode: ModeRef | None = None
    cut_chars: int = 0
    idempotency: Idempotency | None = None
    idempotency_since_ms: int = 0
    job_text: str | None = None


HoldResult = Accepted | StoredAnswer | Refusal


class BalanceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a key can spend now; see HoldOrder for the fields."""

    account_id: AccountId
    key: KeyPolicy
    day: str
    allowance: int | None
    now_ms: int


class OpenHold(msgspec.Struct, frozen=True):
    """A hold that nobody has closed."""

    account_id: AccountId
    id: GenerationId


class Ledger(Protocol):
    """Holds and their closing."""

    def hold(self, order: HoldOrder) -> Awaitable[HoldResult]:
        """Accepted, or the stored answer of a repeat, or why not. Raises StoreUnavailableError."""

    async def earlier(self, order: HoldOrder) -> HoldResult | None:
        """What `hold` would answer a repeat by its idempotency key; None for a new call."""

    def close(self, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> Awaitable[bool]:
        """Ends a hold, once; False when it was closed before. `answer` is kept for repeats."""

    async def ended_as(self, closing: Closing) -> bool:
        """Whether the hold has ended in the state that the closing names."""

    def balance(self, query: BalanceQuery) -> Awaitable[int]:
        """Requests that this key can spend now."""

    async def expired_holds(self, owner: str, now_ms: int, limit: int) -> list[OpenHold]:
        """The process's own holds without a job that are past their time."""

    async def orphaned_holds(self, now_ms: int, limit: int) -> list[OpenHold]:
        """Holds without a job whose process does not live."""
