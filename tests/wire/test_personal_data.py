"""One's own data: all of it in a file, and gone when its owner leaves, with the books whole."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.ports.store import Credit
from tests.books import new_key
from tests.people_stand import PASSWORD, People, is_signed_in, people_at

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS; its books are audited at the end."""
    async with people_at(tmp_path) as opened:
        yield opened


async def account_of(people: People) -> AccountId:
    """Ann's account, with a key and a pack."""
    account = await people.store.find_account(ANN)
    assert account is not None
    await people.store.add_key(new_key(account.id, "secret project"), people.env.now_ms())
    order = Credit(account_id=account.id, requests=10, title="p", reason="r", now_ms=people.env.now_ms())
    await people.store.credit(order)
    return account.id


async def test_the_file_has_everything_but_what_opens_the_account(people: People) -> None:
    """Account, keys, movements, sessions; no hash of a password, no secret of a second factor."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        await account_of(people)
        assert (await browser.post("/personal-data/export", data={"present": "wrong"})).status_code == 422
        answer = await browser.post("/personal-data/export", data={"present": PASSWORD})
    assert answer.headers["content-disposition"].startswith("attachment")
    told = msgspec.json.decode(answer.content)
    assert told["account"]["email"] == ANN
    assert [key["name"] for key in told["keys"]] == ["secret project"]
    assert [one["kind"] for one in told["movements"]] == ["grant"]
    assert len(told["sessions"]) == 1
    assert told["generations"] == []
    assert "argon2" not in answer.text


async def test_who_leaves_is_gone_and_the_books_are_whole(people: People) -> None:
    """No e-mail, no key, no session is left; the ledger is; and the address may sign up anew."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        account_id = await account_of(people)
        assert (await browser.post("/personal-data/delete", data={"present": "wrong"})).status_code == 422
        done = await browser.post("/personal-data/delete", data={"present": PASSWORD})
        assert done.headers["location"] == "/?said=deleted"
        assert not await is_signed_in(browser)
        assert await people.store.find_account(ANN) is None
        person = await people.store.people.by_id(account_id)
        assert person is not None
        assert person.account.email == f"deleted-{account_id}@invalid"
        assert (person.password_hash, person.account.blocked) == ("", True)
        assert await people.store.find_caller(new_key(account_id, "secret project").hash) is None
        assert [(key.name, key.revoked_at_ms) for key in await people.store.list_keys(account_id)] == [
            ("", people.env.now_ms())
        ]
        assert len(await people.store.account_entries(account_id, 10)) == 1
        await people.letters()
        people.env.pass_s(61)
        await people.sign_up(browser, ANN)


async def test_who_has_a_role_does_not_just_leave(people: People) -> None:
    """An instance is not left without its owner by a form."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        account_id = await account_of(people)
        await people.store.people.set_role(account_id, Role.OWNER, people.env.now_ms())
        done = await browser.post("/personal-data/delete", data={"present": PASSWORD})
        assert done.headers["location"] == "/personal-data?said=not_deleted"
        assert await people.store.find_account(ANN) is not None
