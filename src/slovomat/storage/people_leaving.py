"""Somebody leaves: what tells who it was goes, and the ledger stays as it is."""

from collections.abc import Sequence

from slovomat.domain.email import deleted_email
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.storage import people
from slovomat.storage.tx import Tx

_JOB = ("id", "account_id", "now_ms")


async def forget_texts(
    tx: Tx, account_id: AccountId, generations: Sequence[GenerationId], now_ms: int
) -> None:
    """The texts of jobs that have ended, and their results."""
    await tx.run_each("leave_job", _JOB, [(one, account_id, now_ms) for one in generations])


async def leave(tx: Tx, account_id: AccountId, now_ms: int) -> bool:
    """Everything else, in one transaction; False when there is no such account, or it has a role."""
    person = await people.by_id(tx, account_id)
    if person is None or person.role:
        return False
    await tx.run("mailed_tokens_void", email=person.account.email)
    await tx.run("mailed_tokens_forget", account_id=account_id)
    await tx.run("leave_account", account_id=account_id, email=deleted_email(account_id))
    await tx.run("leave_keys", account_id=account_id, now_ms=now_ms)
    await tx.run("sessions_end", account_id=account_id, but_id=0)
    await tx.run("recovery_codes_forget", account_id=account_id)
    await tx.run("wrong_codes_forget", account_id=account_id)
    await tx.run("identities_forget", account_id=account_id)
    await tx.run("sign_in_forget", account_id=account_id)
    await tx.run("leave_kept_texts", account_id=account_id)
    await tx.run("leave_answers", account_id=account_id)
    await tx.run("leave_letters", account_id=account_id)
    await tx.run("callers_changed")
    return True
