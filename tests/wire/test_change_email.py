"""Another e-mail: by the present password and a letter to the new address, told to the old one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slovomat.ports.mail import LetterKind
from tests.people_stand import OTHER_PASSWORD, PASSWORD, People, heading, is_signed_in, people_at
from tests.played_env import HOUR_MS

pytestmark = pytest.mark.anyio
ANN, NEW = "ann@example.org", "ann@new.example"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS; its books are audited at the end."""
    async with people_at(tmp_path) as opened:
        yield opened


async def test_the_link_changes_the_address_once_and_signs_out_elsewhere(people: People) -> None:
    """Nothing changes before; afterwards the new address signs in, and the old one hears of it."""
    async with people.browser() as browser, people.browser("192.0.2.2") as other:
        await people.sign_up(browser, ANN)
        await people.sign_in(other, ANN)
        before = await people.store.find_account(ANN)
        asked = await browser.post("/security/email", data={"email": f" {NEW.upper()} ", "present": PASSWORD})
        assert heading(asked) == "Check your mail"
        link = await people.link()
        assert NEW in (await browser.get(link)).text
        assert await people.store.find_account(NEW) is None
        done = await browser.post(link)
        assert done.headers["location"] == "/security?said=email_changed"
        after = await people.store.find_account(NEW)
        assert before is not None
        assert after is not None
        assert after.id == before.id
        assert await people.store.find_account(ANN) is None
        assert (await is_signed_in(browser), await is_signed_in(other)) == (True, False)
        [letter] = await people.letters()
        assert (letter.kind, letter.to) == (LetterKind.EMAIL_CHANGED, ANN)
        assert (letter.facts["old"], letter.facts["new"]) == (ANN, NEW)
        assert (await browser.post(link)).status_code == 410
        assert (await people.sign_in(other, ANN)).status_code == 422
        assert (await people.sign_in(other, NEW)).status_code == 303


async def test_a_session_that_was_left_open_is_not_enough(people: People) -> None:
    """Without the present password no letter is sent; nor for the same address, nor for none."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        for fields in (
            {"email": NEW},
            {"email": NEW, "present": "a guess or so"},
            {"email": ANN, "present": PASSWORD},
            {"email": "new.example", "present": PASSWORD},
        ):
            assert (await browser.post("/security/email", data=fields)).status_code == 422
        assert await people.letters() == []


async def test_nobody_learns_which_addresses_are_taken(people: People) -> None:
    """The page is the same; the letter tells the one who has it."""
    async with people.browser() as browser, people.browser("192.0.2.2") as other:
        await people.sign_up(browser, ANN)
        await people.sign_up(other, "bob@example.org")
        told = []
        for email in ("bob@example.org", "eve@example.org"):
            answer = await browser.post("/security/email", data={"email": email, "present": PASSWORD})
            told.append((answer.status_code, answer.text.replace(email, "…")))
        assert told[0] == told[1]
        letters = {(letter.kind, letter.to) for letter in await people.letters()}
        assert letters == {
            (LetterKind.ACCOUNT_EXISTS, "bob@example.org"),
            (LetterKind.EMAIL_CHANGE, "eve@example.org"),
        }


async def test_the_link_is_the_accounts_own_and_does_not_last(people: People) -> None:
    """Who reads the letter by mistake gets nothing by it; nor does anybody after two hours."""
    async with people.browser() as browser, people.browser("192.0.2.2") as other:
        await people.sign_up(browser, ANN)
        await people.sign_up(other, "bob@example.org")
        await browser.post("/security/email", data={"email": NEW, "present": PASSWORD})
        link = await people.link()
        assert (await other.post(link)).status_code == 410
        async with people.browser("192.0.2.3") as stranger:
            assert (await stranger.post(link)).headers["location"] == "/sign-in"
        people.env.pass_s(2 * HOUR_MS / 1000 + 1)
        assert (await browser.get(link)).status_code == 410
        assert (await browser.post(link)).status_code == 410
        assert await people.store.find_account(NEW) is None


async def test_an_address_that_was_taken_meanwhile_is_not_taken_twice(people: People) -> None:
    """Whoever comes first has it; both accounts stay as they are."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        await browser.post("/security/email", data={"email": NEW, "present": PASSWORD})
        link = await people.link()
        await people.store.add_account(NEW, "Бесплатный", False, people.env.now_ms())
        assert (await browser.post(link)).status_code == 410
        assert await people.store.find_account(ANN) is not None


async def test_a_new_password_voids_the_link(people: People) -> None:
    """Whoever asked for it with a password that was stolen does not come back by it."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        await browser.post("/security/email", data={"email": NEW, "present": PASSWORD})
        link = await people.link()
        await browser.post("/security/password", data={"present": PASSWORD, "password": OTHER_PASSWORD})
        assert (await browser.post(link)).status_code == 410
