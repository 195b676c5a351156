"""The port to what the operator's desk looks at, across all accounts; nothing is changed through it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.role import Role


class PeopleQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whose e-mail has `text` in it, or whose account's number it is; the newest first."""

    now_ms: int
    text: str = ""
    before: int = 0
    limit: int = 50


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a list. `packs_requests`: what is left in packs."""

    id: AccountId
    email: str
    plan: str
    blocked: bool
    role: Role
    verified_at_ms: int | None
    created_at_ms: int
    packs_requests: int


class LedgerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which movements, the newest first; 0 and empty do not narrow."""

    account_id: int = 0
    kind: str = ""
    before: int = 0
    limit: int = 100


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of requests. `bucket` is the pack's title, or the allowance's day."""

    id: int
    account_id: AccountId
    email: str
    kind: str
    available_change: int
    held_change: int
    spent_change: int
    generation_id: GenerationId | None
    bucket: str
    reason: str
    at_ms: int


class Takings(msgspec.Struct, frozen=True, kw_only=True):
    """Money that came or (negative) went back in a quarter of an hour from `at_ms` on.

    `test`: made with a provider's test shop, and no revenue.
    """

    at_ms: int
    kopecks: int
    payments: int
    test: bool


class PaymentCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Payments that somebody should look at: `invoices` wait for the operator, `troubled` have a problem."""

    pending: int
    invoices: int
    troubled: int


class LetterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters and webhook calls, the newest first. `state`: waiting, sent, given up, or empty."""

    state: str = ""
    before: int = 0
    limit: int = 100


class LetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A letter or a webhook call, without what it says. `reason`: of the last attempt that failed."""

    id: int
    channel: str
    kind: str
    account_id: AccountId | None
    to: str
    state: str
    attempts: int
    reason: str
    created_at_ms: int
    due_at_ms: int
    ended_at_ms: int | None


class Desk(Protocol):
    """Each method reads one snapshot."""

    async def people(self, query: PeopleQuery) -> Sequence[PersonRow]:
        """People."""

    async def ledger(self, query: LedgerQuery) -> Sequence[LedgerRow]:
        """Movements of requests."""

    async def takings(self, since_ms: int, currency: str) -> Sequence[Takings]:
        """Money since then, in that currency."""

    async def payment_counts(self, since_ms: int) -> PaymentCounts:
        """How many payments begun since then are not in order."""

    async def letters(self, query: LetterQuery) -> Sequence[LetterRow]:
        """What was written to people."""
