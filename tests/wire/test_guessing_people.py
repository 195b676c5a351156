"""Guessing passwords and codes is slowed, and the owner gets in meanwhile (A8)."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import pytest
from httpx2 import AsyncClient
from pyotp import TOTP

from slovomat.domain.role import Role
from tests.people_stand import (
    OTHER_PASSWORD,
    PASSWORD,
    People,
    is_signed_in,
    people_at,
    turn_on_second_factor,
)

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"
TRIES = 500


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS."""
    async with people_at(tmp_path) as opened:
        yield opened


async def recovery_codes(browser: AsyncClient) -> list[str]:
    """New ones."""
    shown = await browser.post("/security/recovery-codes", data={"present": PASSWORD})
    return re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", shown.text)


async def test_one_address_is_slowed_whomever_it_tries(people: People) -> None:
    """Of 500 tries in a minute for 500 accounts, thirty are looked at; others are not held up."""
    async with people.browser("203.0.113.5") as thief, people.browser() as owner:
        await people.sign_up(owner, ANN)
        looked_at = 0
        for n in range(TRIES):
            answer = await people.sign_in(thief, f"user{n}@example.org", "a guess or another")
            looked_at += answer.status_code == 422
            if answer.status_code == 429:
                assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert looked_at == 30
        assert (await people.sign_in(owner, ANN)).status_code == 303


async def test_one_account_is_slowed_from_wherever_it_is_tried(people: People) -> None:
    """Five of 500 are looked at; the owner's browser gets in all the while, and a new one by a letter."""
    async with people.browser() as owner, people.browser("192.0.2.77") as new:
        await people.sign_up(owner, ANN)
        looked_at = 0
        for n in range(TRIES):
            async with people.browser(f"2001:db8:{n:x}::1") as thief:
                answer = await people.sign_in(thief, ANN, f"guess number {n}")
                looked_at += answer.status_code == 422
            if n % 100 == 99:
                people.env.pass_s(0.1)
        assert looked_at == 5
        assert (await people.sign_in(owner, ANN)).status_code == 303
        assert (await people.sign_in(new, ANN)).status_code == 429
        await new.post("/reset", data={"email": ANN})
        await new.post(await people.link(), data={"password": OTHER_PASSWORD})
        assert await is_signed_in(new)


async def test_addresses_of_one_ipv6_network_are_one(people: People) -> None:
    """A customer has 2^64 of them."""
    answers = []
    for n in range(40):
        async with people.browser(f"2001:db8::{n + 1:x}") as thief:
            answers.append((await people.sign_in(thief, f"u{n}@example.org", "a guess or so")).status_code)
    assert answers.count(422) == 30


async def test_a_devices_ticket_opens_no_window_for_another_account(people: People) -> None:
    """Who has signed in to one account is a stranger to all others; a forged ticket is none."""
    async with people.browser() as owner, people.browser("198.51.100.4") as thief:
        await people.sign_up(owner, ANN)
        await people.sign_up(thief, "thief@example.org")
        answers = [(await people.sign_in(thief, ANN, "a guess or so")).status_code for _ in range(10)]
        assert answers.count(422) == 5
        thief.cookies.set("__Host-slovomat_device", owner.cookies["__Host-slovomat_device"][:-2] + "AA")
        assert (await people.sign_in(thief, ANN, "a guess or so")).status_code == 429


async def test_codes_are_slowed_too(people: People) -> None:
    """With the password known, five codes a minute; the owner's own browser is not held up."""
    async with people.browser() as owner, people.browser("198.51.100.4") as thief:
        await people.sign_up(owner, ANN)
        secret = await turn_on_second_factor(owner, people)
        assert (await people.sign_in(thief, ANN)).headers["location"] == "/sign-in/code"
        answers = [
            (await thief.post("/sign-in/code", data={"code": f"{n:06}"})).status_code for n in range(TRIES)
        ]
        assert (answers.count(422), answers.count(429)) == (5, TRIES - 5)
        people.env.pass_s(30)
        await owner.post("/sign-out")
        await people.sign_in(owner, ANN)
        code = TOTP(secret).at(people.env.now_ms() // 1000)
        assert (await owner.post("/sign-in/code", data={"code": code})).status_code == 303


async def test_a_day_has_few_wrong_codes_whoever_restarts_what(people: People) -> None:
    """Thirty, however slowly; then a recovery code gets in, or the next day. Known browsers always do."""
    async with people.browser() as owner, people.browser("198.51.100.4") as thief:
        await people.sign_up(owner, ANN)
        secret = await turn_on_second_factor(owner, people)
        await people.sign_in(thief, ANN)
        looked_at = 0
        for n in range(50):
            if n % 5 == 0:
                people.env.pass_s(61)
                await people.sign_in(thief, ANN)
            wrong = "aaaa-bbbb-cccc-dddd" if n < 10 else f"{n:06}"
            looked_at += (await thief.post("/sign-in/code", data={"code": wrong})).status_code == 422
        assert looked_at == 30
        people.env.pass_s(61)
        await people.sign_in(thief, ANN)
        code = TOTP(secret).at(people.env.now_ms() // 1000)
        refused = await thief.post("/sign-in/code", data={"code": code})
        assert (refused.status_code, "recovery code" in refused.text) == (429, True)
        assert 0 < int(refused.headers["retry-after"]) <= 86_400
        assert await is_signed_in(owner)
        codes = await recovery_codes(owner)
        assert (await thief.post("/sign-in/code", data={"code": codes[0]})).status_code == 303
        await owner.post("/sign-out")
        await people.sign_in(owner, ANN)
        assert (await owner.post("/sign-in/code", data={"code": code})).status_code == 303
    people.env.pass_s(86_400)
    async with people.browser("192.0.2.8") as new:
        await people.sign_in(new, ANN)
        code = TOTP(secret).at(people.env.now_ms() // 1000)
        assert (await new.post("/sign-in/code", data={"code": code})).status_code == 303


async def test_letters_are_few_however_often_they_are_asked_for(people: People) -> None:
    """Two a minute for an e-mail, ten from an address; strangers cannot fill anybody's mailbox."""
    async with people.browser() as owner:
        await people.sign_up(owner, ANN)
    for n in range(50):
        async with people.browser(f"203.0.113.{n}") as stranger:
            await stranger.post("/reset", data={"email": ANN})
    assert len(await people.letters()) == 2
    async with people.browser("203.0.113.200") as stranger:
        for n in range(50):
            await stranger.post("/sign-up", data={"email": f"u{n}@example.org", "password": OTHER_PASSWORD})
    assert len(await people.letters()) == 10


async def test_unknown_accounts_cost_what_known_ones_do(people: People) -> None:
    """The median of each is within half of the other's: a hash is checked either way."""
    async with people.browser() as owner:
        await people.sign_up(owner, ANN)
    spent: dict[str, list[float]] = {ANN: [], "nobody@example.org": []}
    for n in range(12):
        for email, times in spent.items():
            async with people.browser(f"203.0.113.{n}") as stranger:
                began_s = time.perf_counter()
                await people.sign_in(stranger, email, "a guess or so")
                times.append(time.perf_counter() - began_s)
        people.env.pass_s(61)
    known, unknown = (median(times) for times in spent.values())
    assert 0.5 < known / unknown < 2


async def test_the_desk_is_slowed_and_needs_a_role(people: People) -> None:
    """A customer's right password opens nothing there, and looks like a wrong one."""
    async with people.browser() as owner:
        await people.sign_up(owner, ANN)
        fields = {"email": ANN, "password": "correct horse battery"}
        refused = await owner.post("/admin/login", data=fields)
        assert refused.status_code == 422
        account = await people.store.find_account(ANN)
        assert account is not None
        await people.store.people.set_role(account.id, Role.SUPPORT, people.env.now_ms())
        assert (await owner.post("/admin/login", data=fields)).headers["location"] == "/admin"
