"""What an operator does by hand: each with a reason, once under its key, and in the journal."""

from collections.abc import Callable

import msgspec

from slovomat.domain.days import Calendar
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.ports.env import Env
from slovomat.ports.journal import (
    Actor,
    BlockOperation,
    CreditOperation,
    Done,
    JournalNote,
    MarkOperation,
    OperationResult,
    PersonChange,
    PersonOperation,
    Refused,
    ReleaseOperation,
    RetryOperation,
)
from slovomat.ports.store import Store

_DAY_MS = 86_400_000
_NO_REASON = Refused("no_reason")


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, why, and the form's key, under which it is done once however often it is sent."""

    actor: Actor
    reason: str
    key: str

    @property
    def said(self) -> bool:
        """Whether there is a reason."""
        return bool(self.reason.strip())


class Operations:
    """Deeds that move requests. `hold_ms`: the time that a new job's hold is opened for.

    `queued` tells this process's workers of a job, and those of others; by default only the others hear.
    """

    def __init__(
        self,
        store: Store,
        env: Env,
        calendar: Calendar,
        hold_ms: int,
        queued: Callable[[], None] | None = None,
    ) -> None:
        self._store = store
        self._env = env
        self._calendar = calendar
        self._hold_ms = hold_ms
        self._queued = queued or store.wake_others

    async def credit(
        self, deed: Deed, account_id: AccountId, requests: int, title: str, valid_days: int | None = None
    ) -> OperationResult:
        """Gives requests as a pack of that title, or (negative) takes them back."""
        if not deed.said:
            return _NO_REASON
        note = self._note(deed, "credit", "account", account_id, {"requests": requests, "title": title})
        until = None if valid_days is None else note.at_ms + valid_days * _DAY_MS
        operation = CreditOperation(
            key=deed.key,
            note=note,
            account_id=account_id,
            requests=requests,
            title=title,
            expires_at_ms=until,
        )
        return await self._store.journal.credit(operation)

    async def block(self, deed: Deed, account_id: AccountId, blocked: bool) -> OperationResult:
        """Blocks an account, or unblocks it."""
        if not deed.said:
            return _NO_REASON
        note = self._note(deed, "block" if blocked else "unblock", "account", account_id, {})
        operation = BlockOperation(key=deed.key, note=note, account_id=account_id, blocked=blocked)
        return await self._store.journal.block(operation)

    async def release(self, deed: Deed, generation_id: GenerationId) -> OperationResult:
        """Ends a generation that is still held, a job or a direct call, and returns its price."""
        if not deed.said:
            return _NO_REASON
        note = self._note(deed, "release", "generation", generation_id, {})
        operation = ReleaseOperation(key=deed.key, note=note, generation_id=generation_id)
        return await self._store.journal.release(operation)

    async def retry(self, deed: Deed, generation_id: GenerationId) -> OperationResult:
        """Queues a failed job again, as a new one that holds the price again, if key and balance allow."""
        if not deed.said:
            return _NO_REASON
        note = self._note(deed, "retry", "generation", generation_id, {})
        operation = RetryOperation(
            key=deed.key,
            note=note,
            generation_id=generation_id,
            day=self._calendar.day(note.at_ms),
            hold_ms=self._hold_ms,
        )
        result = await self._store.journal.retry(operation)
        if isinstance(result, Done) and not result.again:
            self._queued()
        return result

    async def change_person(
        self, deed: Deed, account_id: AccountId, change: PersonChange, value: str = ""
    ) -> OperationResult:
        """Changes a person's plan or role, signs them out everywhere, or takes their second factor away."""
        if not deed.said:
            return _NO_REASON
        details: dict[str, str | int] = {"to": value} if value else {}
        note = self._note(deed, change, "account", account_id, details)
        operation = PersonOperation(
            key=deed.key, note=note, account_id=account_id, change=change, value=value
        )
        return await self._store.journal.person(operation)

    def _note(
        self, deed: Deed, action: str, kind: str, target: int, details: dict[str, str | int]
    ) -> JournalNote:
        return note_of(
            deed.actor, self._env.now_ms(), action, deed.reason, target=(kind, str(target)), details=details
        )


async def mark(
    store: Store,
    env: Env,
    deed: Deed,
    action: str,
    *,
    target: tuple[str, str],
    details: dict[str, str | int] | None = None,
) -> OperationResult:
    """Writes down what is about to be done elsewhere, once."""
    if not deed.said:
        return _NO_REASON
    note = note_of(deed.actor, env.now_ms(), action, deed.reason, target=target, details=details)
    return await store.journal.mark(MarkOperation(key=deed.key, note=note))


def note_of(
    actor: Actor,
    now_ms: int,
    action: str,
    reason: str,
    *,
    target: tuple[str, str] = ("", ""),
    details: dict[str, str | int] | None = None,
) -> JournalNote:
    """A line for the journal. `target`: its kind and its id."""
    kind, target_id = target
    return JournalNote(
        at_ms=now_ms,
        actor_id=actor.id,
        actor=actor.email,
        action=action,
        reason=reason.strip(),
        target_kind=kind,
        target_id=target_id,
        details=details or {},
        address=actor.address,
    )
