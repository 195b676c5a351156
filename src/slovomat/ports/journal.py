"""The port to the operator's journal, and to what an operator does by hand: both in one transaction."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from slovomat.domain.ids import AccountId, GenerationId


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, and from which address."""

    id: int
    email: str
    address: str = ""


class JournalNote(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did, and why. `actor`: their e-mail as it was; `details`: facts, none of them secret."""

    at_ms: int
    actor_id: int
    actor: str
    action: str
    reason: str
    target_kind: str = ""
    target_id: str = ""
    details: dict[str, str | int] = {}
    address: str = ""


class JournalRow(msgspec.Struct, frozen=True):
    """A line of the journal."""

    id: int
    note: JournalNote


class JournalQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines, from the newest back. What is empty or 0 does not narrow; `until_ms` is not included."""

    before: int = 0
    limit: int = 100
    actor_id: int = 0
    action: str = ""
    target_kind: str = ""
    target_id: str = ""
    from_ms: int = 0
    until_ms: int = 0


class JournalPage(msgspec.Struct, frozen=True):
    """Some lines, and `before` for the next page; None when there is none."""

    rows: tuple[JournalRow, ...]
    before: int | None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an operation. `again`: it had been done before under the same key, and was not repeated.

    `balance`: requests in packs after a credit; `generation_id`: the new job's after a retry.
    """

    again: bool = False
    balance: int | None = None
    generation_id: GenerationId | None = None


REFUSALS = (
    "no_reason",
    "no_account",
    "no_job",
    "no_plan",
    "last_owner",
    "made_before",
    "wrong_state",
    "balance_low",
    "other_operation",
    "account_blocked",
    "key_over",
    "key_forbids",
    "key_cap",
)
"""Why an operation was not done: nothing of it was written, the journal neither."""


class Refused(msgspec.Struct, frozen=True):
    """An operation that was not done; `why` is one of REFUSALS."""

    why: str


OperationResult = Done | Refused


class CreditOperation(msgspec.Struct, frozen=True, kw_only=True):
    """Requests given as a pack, or (negative) taken back from packs."""

    key: str
    note: JournalNote
    account_id: AccountId
    requests: int
    title: str
    expires_at_ms: int | None = None


class BlockOperation(msgspec.Struct, frozen=True, kw_only=True):
    """An account is blocked, or unblocked."""

    key: str
    note: JournalNote
    account_id: AccountId
    blocked: bool


PersonChange = Literal["plan", "role", "sign_out", "second_factor"]


class PersonOperation(msgspec.Struct, frozen=True, kw_only=True):
    """Something of a person is changed: `value` names the plan, or the role; the other two have none.

    "sign_out" ends every session, "second_factor" takes the second factor away.
    """

    key: str
    note: JournalNote
    account_id: AccountId
    change: PersonChange
    value: str = ""


class MarkOperation(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is done elsewhere, once: here is only the line, and the key."""

    key: str
    note: JournalNote


class ReleaseOperation(msgspec.Struct, frozen=True, kw_only=True):
    """A hold that nobody has closed, or a job that is not final, ends as failed; its price returns."""

    key: str
    note: JournalNote
    generation_id: GenerationId


class RetryOperation(msgspec.Struct, frozen=True, kw_only=True):
    """A failed job is queued again as a new one, which holds the price again. `day`: today's."""

    key: str
    note: JournalNote
    generation_id: GenerationId
    day: str
    hold_ms: int


class Journal(Protocol):
    """The audit log, append-only, and the operations that write their line with what they do."""

    async def note(self, note: JournalNote) -> int:
        """Adds a line; its id."""

    async def page(self, query: JournalQuery) -> JournalPage:
        """Lines, the newest first."""

    async def actions(self) -> Sequence[str]:
        """The words for actions that occur."""

    async def credit(self, operation: CreditOperation) -> OperationResult:
        """Gives or takes requests."""

    async def block(self, operation: BlockOperation) -> OperationResult:
        """Blocks or unblocks."""

    async def release(self, operation: ReleaseOperation) -> OperationResult:
        """Returns a held price."""

    async def retry(self, operation: RetryOperation) -> OperationResult:
        """Queues a failed job again, if its key and the balance allow."""

    async def person(self, operation: PersonOperation) -> OperationResult:
        """Changes a person's plan or role, or ends what they sign in with."""

    async def mark(self, operation: MarkOperation) -> OperationResult:
        """Writes the line before what it tells of is done: `again` says that it was begun earlier."""
