"""Those who sign in: the rules for passwords, roles, second factors and other issuers."""

from collections.abc import Sequence

from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.ports.accounts import Account
from slovomat.ports.people import Identity, NewSecondFactor, Notices, Person
from slovomat.storage.accounts import add_account
from slovomat.storage.tx import Row, Tx

_ACCOUNT_COLUMNS = 7


def person(row: Row) -> Person:
    """A row of `person_by_id` and `person_by_email`."""
    account_id, email, plan, blocked, operator, created, daily = row[:_ACCOUNT_COLUMNS]
    password_hash, verified, role, language, totp, step, low, url, secret, guide = row[_ACCOUNT_COLUMNS:]
    return Person(
        account=Account(AccountId(account_id), email, plan, bool(blocked), bool(operator), created, daily),
        password_hash=password_hash,
        verified_at_ms=verified,
        role=Role(role),
        language=language,
        totp_secret=totp,
        totp_last_step=step,
        low_balance_requests=low,
        webhook_url=url,
        webhook_secret=secret,
        guide_done=bool(guide),
    )


async def by_email(tx: Tx, email: str) -> Person | None:
    """Who has the account of this e-mail."""
    found = await tx.rows("person_by_email", email=email)
    return person(found[0]) if found else None


async def by_id(tx: Tx, account_id: AccountId) -> Person | None:
    """Who has the account."""
    found = await tx.rows("person_by_id", account_id=account_id)
    return person(found[0]) if found else None


async def with_roles(tx: Tx) -> list[Person]:
    """Those who may sign in at the operator's desk."""
    found = [await by_id(tx, AccountId(row[0])) for row in await tx.rows("people_with_roles")]
    return [one for one in found if one is not None]


async def _ensure(tx: Tx, account_id: AccountId, now_ms: int, language: str = "ru") -> None:
    """An account that the operator made has nothing to sign in with until it is given something."""
    await tx.run("sign_in_ensure", account_id=account_id, language=language, now_ms=now_ms)


async def set_password(tx: Tx, account_id: AccountId, password_hash: str, now_ms: int, keep: int) -> None:
    """A new password: whoever knew the former one, or holds a link to change it, is out."""
    await _ensure(tx, account_id, now_ms)
    await tx.run("sign_in_set_password", account_id=account_id, password_hash=password_hash)
    await tx.run("sessions_end", account_id=account_id, but_id=keep)
    await tx.run("mailed_tokens_forget", account_id=account_id)


async def rehash(tx: Tx, account_id: AccountId, password_hash: str) -> None:
    """The same password, hashed as is done today."""
    await tx.run("sign_in_set_password", account_id=account_id, password_hash=password_hash)


async def set_role(tx: Tx, account_id: AccountId, role: Role, now_ms: int) -> None:
    """Gives a role, or takes it; who works under another must sign in anew."""
    await _ensure(tx, account_id, now_ms)
    await tx.run("sign_in_set_role", account_id=account_id, role=role.value)
    await tx.run("sessions_end_at_desk", account_id=account_id, desk="admin")


async def set_language(tx: Tx, account_id: AccountId, language: str, now_ms: int) -> None:
    """The language of letters."""
    await _ensure(tx, account_id, now_ms)
    await tx.run("sign_in_set_language", account_id=account_id, language=language)


async def set_notices(tx: Tx, account_id: AccountId, notices: Notices, now_ms: int) -> None:
    """When to write to the account, and where to call."""
    await _ensure(tx, account_id, now_ms)
    await tx.run(
        "sign_in_set_notices",
        account_id=account_id,
        low_balance_requests=notices.low_balance_requests,
        webhook_url=notices.webhook_url,
        webhook_secret=notices.webhook_secret,
    )


async def finish_guide(tx: Tx, account_id: AccountId, now_ms: int) -> None:
    """The first steps have been made, or waved away."""
    await _ensure(tx, account_id, now_ms)
    await tx.run("sign_in_guide_done", account_id=account_id)


async def set_second_factor(
    tx: Tx, account_id: AccountId, factor: NewSecondFactor, now_ms: int, keep: int
) -> None:
    """A second factor with its recovery codes, or none of either; the other sessions end."""
    await _ensure(tx, account_id, now_ms)
    await tx.run("sign_in_set_totp", account_id=account_id, totp_secret=factor.sealed, step=factor.step)
    await set_recovery_codes(tx, account_id, factor.code_hashes)
    await tx.run("sessions_end", account_id=account_id, but_id=keep)


async def set_recovery_codes(tx: Tx, account_id: AccountId, code_hashes: Sequence[bytes]) -> None:
    """New recovery codes in place of all former ones."""
    await tx.run("recovery_codes_forget", account_id=account_id)
    for code_hash in code_hashes:
        await tx.run("recovery_code_add", account_id=account_id, code_hash=code_hash)


async def take_step(tx: Tx, account_id: AccountId, step: int) -> bool:
    """Counts a code as used: no code opens twice, nor one that is older than the last."""
    return await tx.run("sign_in_take_step", account_id=account_id, step=step) == 1


async def use_recovery_code(tx: Tx, account_id: AccountId, code_hash: bytes, now_ms: int) -> bool:
    """Uses a recovery code up."""
    return (await tx.run("recovery_code_use", account_id=account_id, code_hash=code_hash, now_ms=now_ms)) == 1


async def try_code(tx: Tx, account_id: AccountId, day: int, known: bool, most: int) -> bool:
    """Counts a try before it is looked at, so that no two at once are one too many."""
    await tx.run("wrong_codes_tidy", account_id=account_id, day=day)
    tried = await tx.run("code_try", account_id=account_id, day=day, known=int(known), most=most)
    return tried == 1


async def forgive_code(tx: Tx, account_id: AccountId, day: int, known: bool) -> None:
    """It was right, and does not count."""
    await tx.run("code_was_right", account_id=account_id, day=day, known=int(known))


async def recovery_codes_left(tx: Tx, account_id: AccountId) -> int:
    """How many were not used."""
    return int((await tx.rows("recovery_codes_left", account_id=account_id))[0][0])


async def identified(tx: Tx, issuer: str, subject: str) -> Person | None:
    """Whom the issuer names so."""
    found = await tx.rows("identity_find", issuer=issuer, subject=subject)
    return await by_id(tx, AccountId(found[0][0])) if found else None


async def identities(tx: Tx, account_id: AccountId) -> list[Identity]:
    """The account's names at other issuers."""
    return [Identity(*row) for row in await tx.rows("identities_of_account", account_id=account_id)]


async def link_identity(tx: Tx, account_id: AccountId, identity: Identity) -> bool:
    """Links; nothing when that identity belongs to somebody already."""
    linked = await tx.run(
        "identity_add",
        issuer=identity.issuer,
        subject=identity.subject,
        account_id=account_id,
        email=identity.email,
        now_ms=identity.created_at_ms,
    )
    return linked == 1


async def unlink_identity(tx: Tx, account_id: AccountId, issuer: str, subject: str) -> bool:
    """Unlinks."""
    return (await tx.run("identity_remove", account_id=account_id, issuer=issuer, subject=subject)) == 1


async def open_identified(
    tx: Tx, email: str, plan: str, language: str, identity: Identity
) -> AccountId | None:
    """A new account for whom an issuer vouches."""
    if await tx.rows("identity_find", issuer=identity.issuer, subject=identity.subject):
        return None
    account_id = await open_account(tx, email, plan, language, identity.created_at_ms)
    if account_id is not None:
        await link_identity(tx, account_id, identity)
    return account_id


async def open_account(tx: Tx, email: str, plan: str, language: str, now_ms: int) -> AccountId | None:
    """A new account whose e-mail is known to be its owner's; None when there is one already."""
    account_id = await add_account(tx, email, plan, False, now_ms)
    if account_id is not None:
        await _ensure(tx, account_id, now_ms, language)
        await tx.run("sign_in_verify", account_id=account_id, now_ms=now_ms)
    return account_id
