"""What the store promises of those who sign in, on every engine."""

import pytest
from anyio import create_task_group
from tests.books import Books
from tests.played_env import DAY_MS, HOUR_MS, NOON_MS

from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.ports.people import (
    Identity,
    Life,
    MailedToken,
    NewSecondFactor,
    NewSession,
    Notices,
    Purpose,
)

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"


def session(account: AccountId, name: bytes = b"one", **more: object) -> NewSession:
    """A sign-in of the cabinet's."""
    facts: dict[str, object] = {
        "token_hash": name,
        "account_id": account,
        "desk": "cabinet",
        "now_ms": NOON_MS,
        "expires_at_ms": NOON_MS + DAY_MS,
        "seen_before_ms": 0,
        "address": "192.0.2.1",
        "agent": "Firefox",
        "second_factor": False,
        **more,
    }
    return NewSession(**facts)  # type: ignore[arg-type]


def link(purpose: Purpose, account: AccountId | None, email: str = ANN) -> MailedToken:
    """A link of a letter."""
    return MailedToken(
        purpose=purpose,
        account_id=account,
        email=email,
        password_hash="hashed",
        browser_hash=b"b",
        language="en",
    )


LIFE = Life(NOON_MS, NOON_MS + HOUR_MS, 2)


async def test_an_account_that_the_operator_made_is_a_person_too(books: Books) -> None:
    """Without a password until one is set; then with all that was."""
    people = books.store.people
    person = await people.by_id(books.account)
    assert person is not None
    assert (person.password_hash, person.role, person.verified_at_ms) == ("", Role.NONE, None)
    await people.set_password(books.account, "hashed", NOON_MS, 0)
    await people.set_role(books.account, Role.FINANCE, NOON_MS)
    await people.set_language(books.account, "en", NOON_MS)
    await people.set_notices(books.account, Notices(7, "https://a.example/", "s"), NOON_MS)
    await people.finish_guide(books.account, NOON_MS)
    person = await people.by_email(person.account.email)
    assert person is not None
    assert (person.password_hash, person.role, person.language) == ("hashed", Role.FINANCE, "en")
    assert (person.low_balance_requests, person.webhook_url, person.webhook_secret, person.guide_done) == (
        7,
        "https://a.example/",
        "s",
        True,
    )
    assert [one.account.id for one in await people.with_roles()] == [books.account]
    assert await people.by_email("nobody@example.org") is None


async def test_a_session_is_found_by_its_hash_at_its_desk_in_its_time(books: Books) -> None:
    """Not at the other desk, nor when it is over, unused for too long, or its account blocked."""
    people = books.store.people
    await people.add_session(session(books.account))
    found = await people.find_session(b"one", "cabinet", NOON_MS + 1, NOON_MS - 1)
    assert found is not None
    assert (found[0].account.id, found[1].agent, found[1].second_factor) == (books.account, "Firefox", False)
    assert await people.find_session(b"two", "cabinet", NOON_MS + 1, NOON_MS - 1) is None
    assert await people.find_session(b"one", "admin", NOON_MS + 1, NOON_MS - 1) is None
    assert await people.find_session(b"one", "cabinet", NOON_MS + DAY_MS, NOON_MS - 1) is None
    assert await people.find_session(b"one", "cabinet", NOON_MS + 1, NOON_MS) is None
    await people.touch_session(found[1].id, NOON_MS + 5)
    assert await people.find_session(b"one", "cabinet", NOON_MS + 6, NOON_MS) is not None
    await books.store.set_blocked(books.account, True)
    assert await people.find_session(b"one", "cabinet", NOON_MS + 6, NOON_MS) is None


async def test_sessions_end_one_by_one_and_all_but_one(books: Books) -> None:
    """Another account's session is not ended by its number; those that are over make room."""
    people = books.store.people
    first, second, third = [
        await people.add_session(session(books.account, name)) for name in (b"1", b"2", b"3")
    ]
    assert not await people.end_session(AccountId(books.account + 1), first)
    assert await people.end_session(books.account, first)
    assert not await people.end_session(books.account, first)
    assert await people.end_sessions(books.account, second) == 1
    assert [one.id for one in await people.sessions(books.account, NOON_MS, 0)] == [second]
    assert third != second
    later = NOON_MS + 2 * DAY_MS
    await people.add_session(session(books.account, b"4", now_ms=later, expires_at_ms=later + 1))
    assert len(await people.sessions(books.account, NOON_MS, 0)) == 1


async def test_a_new_password_ends_sessions_and_links(books: Books) -> None:
    """All but the session that set it."""
    people = books.store.people
    kept = await people.add_session(session(books.account, b"1"))
    await people.add_session(session(books.account, b"2"))
    assert await people.add_token(b"t", link("reset", books.account), LIFE)
    await people.set_password(books.account, "other", NOON_MS, kept)
    assert [one.id for one in await people.sessions(books.account, NOON_MS, 0)] == [kept]
    assert await people.find_token(b"t", "reset", NOON_MS) is None


async def test_of_all_who_follow_a_link_one_gets_in(books: Books) -> None:
    """A sign-up opens one account, and voids the e-mail's other links."""
    people = books.store.people
    for name in (b"t", b"u"):
        assert await people.add_token(name, link("sign_up", None), LIFE)
    assert not await people.add_token(b"v", link("sign_up", None), LIFE)  # two at most
    assert await people.find_token(b"t", "reset", NOON_MS) is None
    assert await people.find_token(b"t", "sign_up", NOON_MS + HOUR_MS) is None
    opened: list[AccountId | None] = []

    async def follow() -> None:
        opened.append(await people.finish_sign_up(b"t", "Plan", NOON_MS))

    async with create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(follow)
    assert len([one for one in opened if one is not None]) == 1
    person = await people.by_email(ANN)
    assert person is not None
    assert (person.password_hash, person.verified_at_ms, person.language) == ("hashed", NOON_MS, "en")
    assert await people.find_token(b"u", "sign_up", NOON_MS) is None


async def test_a_taken_email_is_not_signed_up_again(books: Books) -> None:
    """The account that was there keeps its password."""
    people = books.store.people
    owner = await people.by_id(books.account)
    assert owner is not None
    await people.add_token(b"t", link("sign_up", None, owner.account.email), LIFE)
    assert await people.finish_sign_up(b"t", "Plan", NOON_MS) is None
    assert await people.by_id(books.account) == owner


async def test_a_reset_is_done_once(books: Books) -> None:
    """It sets the password, verifies the e-mail, and ends every session; not after its time."""
    people = books.store.people
    await people.add_session(session(books.account))
    await people.add_token(b"t", link("reset", books.account), LIFE)
    assert await people.finish_reset(b"t", "new", NOON_MS + HOUR_MS) is None
    assert await people.finish_reset(b"t", "new", NOON_MS) == books.account
    assert await people.finish_reset(b"t", "newer", NOON_MS) is None
    person = await people.by_id(books.account)
    assert person is not None
    assert (person.password_hash, person.verified_at_ms) == ("new", NOON_MS)
    assert await people.sessions(books.account, NOON_MS, 0) == []


async def test_a_code_counts_once_and_none_before_it(books: Books) -> None:
    """Of eight who show the same code at once, one gets in; a recovery code too is good once."""
    people = books.store.people
    assert not await people.take_step(books.account, 5)  # there is no second factor
    await people.set_second_factor(books.account, NewSecondFactor("sealed", 4, (b"r",)), NOON_MS, 0)
    assert not await people.take_step(books.account, 4)
    taken: list[bool] = []

    async def show() -> None:
        taken.append(await people.take_step(books.account, 5))

    async with create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(show)
    assert sum(taken) == 1
    assert await people.recovery_codes_left(books.account) == 1
    assert await people.use_recovery_code(books.account, b"r", NOON_MS)
    assert not await people.use_recovery_code(books.account, b"r", NOON_MS)
    assert not await people.use_recovery_code(books.account, b"x", NOON_MS)
    await people.set_recovery_codes(books.account, [b"s", b"t"])
    assert await people.recovery_codes_left(books.account) == 2


async def test_an_identity_belongs_to_one_account(books: Books) -> None:
    """Linked once, found, unlinked; a new account for one that is nobody's."""
    people = books.store.people
    identity = Identity("https://id.example", "17", ANN, NOON_MS)
    made = await people.open_identified(ANN, "Plan", "en", identity)
    assert made is not None
    assert not await people.link_identity(books.account, identity)
    found = await people.identified("https://id.example", "17")
    assert found is not None
    assert found.account.id == made
    assert await people.open_identified("bob@example.org", "Plan", "en", identity) is None
    assert await people.identities(made) == [identity]
    assert not await people.unlink_identity(books.account, identity.issuer, identity.subject)
    assert await people.unlink_identity(made, identity.issuer, identity.subject)
    assert await people.identified("https://id.example", "17") is None


async def test_a_fact_of_the_instance_is_taken_once(books: Books) -> None:
    """By whoever names its value first."""
    await books.store.set_instance_value("link", "hash")
    assert not await books.store.take_instance_value("link", "other")
    assert await books.store.take_instance_value("link", "hash")
    assert not await books.store.take_instance_value("link", "hash")


async def test_who_leaves_takes_texts_along_and_leaves_the_ledger(books: Books) -> None:
    """Jobs that ended lose text and result; keys, sessions, answers go; the audit finds nothing wrong."""
    people = books.store.people
    await books.credit(10)
    hold = await books.held(job_text="a secret")
    job = (await books.claim())[0]
    await books.complete(job, "another secret")
    await people.add_session(session(books.account))
    entries = await books.store.account_entries(books.account, 100)
    await people.forget_texts(books.account, [hold], NOON_MS)
    assert await people.leave(books.account, NOON_MS)
    view = await books.store.find_job(books.account, hold)
    assert view is not None
    assert view.result is None
    assert await books.store.account_entries(books.account, 100) == entries
    assert await people.sessions(books.account, NOON_MS, 0) == []
    assert (await books.store.audit()).violations == ()
    assert not await people.leave(AccountId(books.account + 99), NOON_MS)


async def test_wrong_codes_are_counted_by_day_and_kind_of_browser(books: Books) -> None:
    """Never more than may be, however many come at once; those that were right do not count."""
    people = books.store.people
    allowed: list[bool] = []

    async def count() -> None:
        allowed.append(await people.try_code(books.account, 7, False, 3))

    async with create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(count)
    assert allowed.count(True) == 3
    assert await people.try_code(books.account, 7, True, 3)
    await people.forgive_code(books.account, 7, False)
    assert await people.try_code(books.account, 7, False, 3)
    assert not await people.try_code(books.account, 7, False, 3)
    assert await people.try_code(books.account, 8, False, 3)


async def test_an_email_is_changed_by_its_accounts_link_once(books: Books) -> None:
    """Other sessions and links end; a taken address and another's account change nothing."""
    people = books.store.people
    await people.set_password(books.account, "hashed", NOON_MS, 0)
    kept = await people.add_session(session(books.account, b"1"))
    await people.add_session(session(books.account, b"2"))
    for name, purpose, email in ((b"e", "email", "new@example.org"), (b"r", "reset", "customer@example.org")):
        assert await people.add_token(name, link(purpose, books.account, email), LIFE)  # type: ignore[arg-type]
    other = AccountId(books.account + 1)
    assert await people.finish_email(b"e", other, NOON_MS, kept) is None
    assert await people.finish_email(b"r", books.account, NOON_MS, kept) is None
    assert await people.finish_email(b"e", books.account, NOON_MS, kept) == "customer@example.org"
    assert await people.finish_email(b"e", books.account, NOON_MS, kept) is None
    person = await people.by_email("new@example.org")
    assert person is not None
    assert (person.account.id, person.verified_at_ms) == (books.account, NOON_MS)
    assert [one.id for one in await people.sessions(books.account, NOON_MS, 0)] == [kept]
    assert await people.find_token(b"r", "reset", NOON_MS) is None
    assert await books.store.add_account("taken@example.org", "Plan", False, NOON_MS) is not None
    assert await people.add_token(b"t", link("email", books.account, "taken@example.org"), LIFE)
    assert await people.finish_email(b"t", books.account, NOON_MS, kept) is None
    assert await people.by_email("new@example.org") is not None
