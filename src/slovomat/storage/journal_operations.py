"""What an operator does by hand: the deed, its line in the journal and its key are one transaction."""

from collections.abc import Awaitable, Callable

import msgspec

from slovomat.domain.caller import KeyPolicy
from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import AccountId, KeyId
from slovomat.domain.mode import ModeRef
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted
from slovomat.ports.journal import (
    BlockOperation,
    CreditOperation,
    Done,
    JournalNote,
    OperationResult,
    Refused,
    ReleaseOperation,
    RetryOperation,
)
from slovomat.ports.store import Credit, HoldOrder
from slovomat.storage import accounts, closings, holds, journal, packs
from slovomat.storage.closings import Ending
from slovomat.storage.tx import ConflictError, Row, Tx

_BY_HAND = "operator"
"""The reason of a release, for reports."""


class Once(msgspec.Struct, frozen=True):
    """An operation's key, and what it would do: the same key never does another thing."""

    key: str
    what: str
    note: JournalNote


async def once(tx: Tx, wanted: Once, do: Callable[[], Awaitable[OperationResult]]) -> OperationResult:
    """Does it, or says what came of it the first time. A refusal leaves no trace, and may be tried again."""
    for what, result in await tx.rows("operation_done", key=wanted.key):
        if what != wanted.what:
            return Refused("other_operation")
        return msgspec.structs.replace(msgspec.json.decode(result, type=Done), again=True)
    done = await do()
    if isinstance(done, Done):
        result = msgspec.json.encode(done).decode()
        await tx.run(
            "operation_add", key=wanted.key, what=wanted.what, result=result, at_ms=wanted.note.at_ms
        )
        await journal.note(tx, wanted.note)
    return done


async def credit(tx: Tx, operation: CreditOperation) -> OperationResult:
    """Gives requests as a pack, or takes them back from packs, as far as they are not spent."""
    wanted = Once(operation.key, f"credit {operation.account_id} {operation.requests}", operation.note)

    async def do() -> OperationResult:
        if not await tx.rows("account_exists", id=operation.account_id):
            return Refused("no_account")
        order = Credit(
            account_id=operation.account_id,
            requests=operation.requests,
            title=operation.title,
            reason=operation.note.reason,
            now_ms=operation.note.at_ms,
            expires_at_ms=operation.expires_at_ms,
        )
        balance = await packs.credit(tx, order)
        return Refused("balance_low") if balance is None else Done(balance=balance)

    return await once(tx, wanted, do)


async def block(tx: Tx, operation: BlockOperation) -> OperationResult:
    """Blocks an account, or unblocks it; its keys follow within a second."""
    word = "block" if operation.blocked else "unblock"
    wanted = Once(operation.key, f"{word} {operation.account_id}", operation.note)

    async def do() -> OperationResult:
        if not await tx.rows("account_exists", id=operation.account_id):
            return Refused("no_account")
        await accounts.set_blocked(tx, operation.account_id, operation.blocked)
        return Done()

    return await once(tx, wanted, do)


async def release(tx: Tx, operation: ReleaseOperation) -> OperationResult:
    """Ends a hold, and the job should it be one's; whoever still works on it is too late."""
    made = operation.generation_id
    wanted = Once(operation.key, f"release {made}", operation.note)

    async def do() -> OperationResult:
        found = await tx.rows("generation_of", id=made)
        if not found:
            return Refused("no_job")
        account_id, state, job_state = found[0]
        if state != HoldState.HELD:
            return Refused("wrong_state")
        now_ms = operation.note.at_ms
        if job_state is not None:
            place = {"account_id": account_id, "id": made}
            if not await tx.run("job_release", **place, error=Code.JOB_STOPPED.value, now_ms=now_ms):
                raise ConflictError
        closing = Closing(
            id=made, account_id=AccountId(account_id), state=HoldState.RELEASED, reason=_BY_HAND
        )
        if not all(await closings.close(tx, [Ending(closing, now_ms)])):
            raise ConflictError
        return Done()

    return await once(tx, wanted, do)


async def retry(tx: Tx, operation: RetryOperation) -> OperationResult:
    """A failed job's text as a new job of the same key: its price was returned, and is held again."""
    wanted = Once(operation.key, f"retry {operation.generation_id}", operation.note)

    async def do() -> OperationResult:
        found = await tx.rows("job_to_retry", id=operation.generation_id)
        if not found:
            return Refused("no_job")
        if why := _closed(found[0], operation.note.at_ms):
            return Refused(why)
        (made,) = await holds.hold(tx, [_again(found[0], operation)])
        if isinstance(made, Accepted):
            return Done(generation_id=made.id)
        key_cap = isinstance(made, Refusal) and made.code is Code.KEY_CAP
        return Refused("key_cap" if key_cap else "balance_low")

    return await once(tx, wanted, do)


def _closed(row: Row, now_ms: int) -> str:
    """Why the job cannot be queued again, whatever the balance; empty: it can."""
    _, state, text, dialect, _, mode, *_ = row
    expires_at_ms = row[12]
    revoked_at_ms, modes, dialects, blocked, debt = row[15:]
    if state != "failed" or text is None:
        return "wrong_state"
    if blocked:
        return "account_blocked"
    if revoked_at_ms is not None or (expires_at_ms is not None and expires_at_ms <= now_ms):
        return "key_over"
    if (modes and mode not in modes.split(",")) or (dialects and dialect not in dialects.split(",")):
        return "key_forbids"
    return "balance_low" if debt else ""


def _again(row: Row, operation: RetryOperation) -> HoldOrder:
    account, _, text, dialect, price, mode, version, digest, cut, key, *rest = row
    cap_day, cap_total, expires_at_ms, daily, api_allowance = rest[:5]
    now_ms = operation.note.at_ms
    return HoldOrder(
        account_id=AccountId(account),
        key=KeyPolicy(id=KeyId(key), expires_at_ms=expires_at_ms, cap_day=cap_day, cap_total=cap_total),
        dialect=dialect,
        price_requests=price,
        day=operation.day,
        allowance=daily if api_allowance else None,
        owner="",
        now_ms=now_ms,
        expires_at_ms=now_ms + operation.hold_ms,
        mode=ModeRef(mode, version, digest),
        cut_chars=cut,
        job_text=text,
    )
