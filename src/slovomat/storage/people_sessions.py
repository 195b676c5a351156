"""Sessions, and the links in letters: both are found by the hash of what only their holder has."""

from slovomat.domain.ids import AccountId
from slovomat.ports.people import Desk, Life, MailedToken, NewSession, Person, Purpose, Session
from slovomat.storage import people
from slovomat.storage.tx import Row, Tx


def _session(row: Row) -> Session:
    session_id, account_id, desk, created, seen, expires, address, agent, second_factor = row
    return Session(session_id, account_id, desk, created, seen, expires, address, agent, bool(second_factor))


async def add(tx: Tx, new: NewSession) -> int:
    """A sign-in; the account's sessions that are over make room for it."""
    await tx.run(
        "sessions_tidy", account_id=new.account_id, now_ms=new.now_ms, seen_before_ms=new.seen_before_ms
    )
    made = await tx.rows(
        "session_add",
        token_hash=new.token_hash,
        account_id=new.account_id,
        desk=new.desk,
        now_ms=new.now_ms,
        expires_at_ms=new.expires_at_ms,
        address=new.address,
        agent=new.agent,
        second_factor=int(new.second_factor),
    )
    return int(made[0][0])


async def find(
    tx: Tx, token_hash: bytes, desk: Desk, now_ms: int, seen_after_ms: int
) -> tuple[Person, Session] | None:
    """Whose session in force this is."""
    found = await tx.rows(
        "session_find", token_hash=token_hash, desk=desk, now_ms=now_ms, seen_after_ms=seen_after_ms
    )
    if not found:
        return None
    session = _session(found[0])
    person = await people.by_id(tx, session.account_id)
    return None if person is None or person.account.blocked else (person, session)


async def touch(tx: Tx, session_id: int, now_ms: int) -> None:
    """It is in use."""
    await tx.run("session_seen", id=session_id, now_ms=now_ms)


async def listing(tx: Tx, account_id: AccountId, now_ms: int, seen_after_ms: int) -> list[Session]:
    """The account's sessions in force."""
    found = await tx.rows(
        "sessions_of_account", account_id=account_id, now_ms=now_ms, seen_after_ms=seen_after_ms
    )
    return [_session(row) for row in found]


async def end(tx: Tx, account_id: AccountId, session_id: int) -> bool:
    """Signs out."""
    return (await tx.run("session_end", id=session_id, account_id=account_id)) == 1


async def end_all(tx: Tx, account_id: AccountId, but: int) -> int:
    """Signs out everywhere but in one session."""
    return await tx.run("sessions_end", account_id=account_id, but_id=but)


async def add_token(tx: Tx, token_hash: bytes, token: MailedToken, life: Life) -> bool:
    """A link that is sent in a letter; those that are over make room for it."""
    await tx.run("mailed_tokens_tidy", now_ms=life.now_ms)
    live = await tx.rows("mailed_tokens_live", email=token.email, purpose=token.purpose, now_ms=life.now_ms)
    if live[0][0] >= life.live_max:
        return False
    await tx.run(
        "mailed_token_add",
        token_hash=token_hash,
        purpose=token.purpose,
        account_id=token.account_id,
        email=token.email,
        password_hash=token.password_hash,
        browser_hash=token.browser_hash,
        language=token.language,
        expires_at_ms=life.expires_at_ms,
    )
    return True


def _token(row: Row) -> MailedToken:
    purpose, account_id, email, password_hash, browser_hash, language = row
    return MailedToken(
        purpose=purpose,
        account_id=account_id,
        email=email,
        password_hash=password_hash,
        browser_hash=bytes(browser_hash),
        language=language,
    )


async def find_token(tx: Tx, token_hash: bytes, purpose: Purpose, now_ms: int) -> MailedToken | None:
    """A link in force."""
    found = await tx.rows("mailed_token_find", token_hash=token_hash, purpose=purpose, now_ms=now_ms)
    return _token(found[0]) if found else None


async def finish_sign_up(tx: Tx, token_hash: bytes, plan: str, now_ms: int) -> AccountId | None:
    """Uses the link up and opens the account; the e-mail's other links are void."""
    found = await tx.rows("mailed_token_use", token_hash=token_hash, purpose="sign_up", now_ms=now_ms)
    if not found:
        return None
    token = _token(found[0])
    account_id = await people.open_account(tx, token.email, plan, token.language, now_ms)
    if account_id is not None:
        await tx.run("sign_in_set_password", account_id=account_id, password_hash=token.password_hash)
        await tx.run("mailed_tokens_void", email=token.email)
    return account_id


async def finish_email(
    tx: Tx, token_hash: bytes, account_id: AccountId, now_ms: int, keep: int
) -> str | None:
    """Uses the link up and changes the e-mail; whoever came in by the former one is out."""
    link = await find_token(tx, token_hash, "email", now_ms)
    person = await people.by_id(tx, account_id)
    if link is None or person is None or link.account_id != account_id:
        return None
    await tx.run("mailed_tokens_forget", account_id=account_id)
    await tx.run("mailed_tokens_void", email=link.email)
    if await tx.run("account_set_email", account_id=account_id, email=link.email) == 0:
        return None
    await tx.run("sign_in_verify", account_id=account_id, now_ms=now_ms)
    await tx.run("sessions_end", account_id=account_id, but_id=keep)
    return person.account.email


async def finish_reset(tx: Tx, token_hash: bytes, password_hash: str, now_ms: int) -> AccountId | None:
    """Uses the link up and sets the password; who read the letter owns the address."""
    found = await tx.rows("mailed_token_use", token_hash=token_hash, purpose="reset", now_ms=now_ms)
    account_id = _token(found[0]).account_id if found else None
    if account_id is not None:
        await people.set_password(tx, account_id, password_hash, now_ms, 0)
        await tx.run("sign_in_verify", account_id=account_id, now_ms=now_ms)
    return account_id
