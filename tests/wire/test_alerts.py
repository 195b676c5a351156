"""What an account's owner is told of without having asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyotp import TOTP

from slovomat.ports.mail import LetterKind
from slovomat.ports.outbox import Post
from tests.people_stand import OTHER_PASSWORD, PASSWORD, People, people_at, turn_on_second_factor

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS."""
    async with people_at(tmp_path) as opened:
        yield opened


def kinds(letters: list[Post]) -> list[LetterKind]:
    """What they are about."""
    assert all(letter.to == ANN for letter in letters)
    return [letter.kind for letter in letters]


async def test_a_sign_in_from_a_browser_not_seen_before_is_told(people: People) -> None:
    """With address and browser; not the first after signing up, nor the next from the same one."""
    async with people.browser() as browser, people.browser("192.0.2.9", "Opera") as new:
        await people.sign_up(browser, ANN)
        people.env.pass_s(61)
        await people.sign_in(browser, ANN)
        assert await people.letters() == []
        await people.sign_in(new, ANN, "a guess or so")
        assert await people.letters() == []
        await people.sign_in(new, ANN)
        [letter] = await people.letters()
        assert (letter.kind, letter.to) == (LetterKind.SIGNED_IN_ANEW, ANN)
        assert (letter.facts["address"], letter.facts["agent"]) == ("192.0.2.9", "Opera")
        assert letter.facts["link"] == "https://words.example/security"
        people.env.pass_s(61)
        await people.sign_in(new, ANN)
        assert await people.letters() == []


async def test_with_a_second_factor_it_is_told_once_the_code_was_right(people: People) -> None:
    """The password alone is no sign-in."""
    async with people.browser() as browser, people.browser("192.0.2.9") as new:
        await people.sign_up(browser, ANN)
        secret = await turn_on_second_factor(browser, people)
        people.env.pass_s(61)
        await people.sign_in(new, ANN)
        assert await people.letters() == []
        code = TOTP(secret).at(people.env.now_ms() // 1000)
        assert (await new.post("/sign-in/code", data={"code": code})).status_code == 303
        assert kinds(await people.letters()) == [LetterKind.SIGNED_IN_ANEW]


async def test_a_change_of_the_password_is_told(people: People) -> None:
    """Also one by a letter, whose sign-in is not told on top; a refused one is not."""
    async with people.browser() as browser, people.browser("192.0.2.9") as new:
        await people.sign_up(browser, ANN)
        people.env.pass_s(61)
        await browser.post("/security/password", data={"present": "no", "password": OTHER_PASSWORD})
        assert await people.letters() == []
        await browser.post("/security/password", data={"present": PASSWORD, "password": OTHER_PASSWORD})
        assert kinds(await people.letters()) == [LetterKind.PASSWORD_CHANGED]
        people.env.pass_s(61)
        await new.post("/reset", data={"email": ANN})
        await new.post(await people.link(), data={"password": PASSWORD})
        assert kinds(await people.letters()) == [LetterKind.PASSWORD_CHANGED]


async def test_nothing_is_told_to_a_mailbox_that_nobody_has_shown_to_be_theirs(people: People) -> None:
    """The operator's commands make accounts of any address."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        now_ms = people.env.now_ms()
        account_id = await people.store.add_account("bob@example.org", "Бесплатный", False, now_ms)
        assert account_id is not None
        ann = await people.store.people.by_email(ANN)
        assert ann is not None
        await people.store.people.set_password(account_id, ann.password_hash, now_ms, 0)
        people.env.pass_s(61)
    async with people.browser("192.0.2.9") as new:
        assert (await people.sign_in(new, "bob@example.org")).status_code == 303
    assert await people.letters() == []
