"""Signing up, in and out in a browser: what gets in, what does not, and what is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people_stand import (
    OTHER_PASSWORD,
    PASSWORD,
    People,
    heading,
    is_signed_in,
    people_at,
)
from tests.played_env import DAY_MS, HOUR_MS

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS."""
    async with people_at(tmp_path) as opened:
        yield opened


async def test_a_letter_opens_the_account_in_the_browser_that_asked(people: People) -> None:
    """Nothing is there before; the cookie is for HTTPS, for no script, and for no other site's forms."""
    async with people.browser() as browser:
        await browser.post("/sign-up", data={"email": " Ann@Example.org ", "password": PASSWORD})
        assert await people.store.find_account(ANN) is None
        link = await people.link()
        assert heading(await browser.get(link)) == "One step left"
        assert await people.store.find_account(ANN) is None  # fetching the link is not following it
        opened = await browser.post(link)
        session = next(one for one in opened.headers.get_list("set-cookie") if "session" in one)
        assert session.startswith("__Host-slovomat_session=")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(session.split("; "))
        assert await is_signed_in(browser)
        assert (await browser.post(link)).status_code == 410
    account = await people.store.find_account(ANN)
    assert account is not None
    assert account.plan == "Бесплатный"


async def test_another_browser_must_know_the_password(people: People) -> None:
    """Who gets a letter for an account that somebody else asked for cannot be made to confirm it."""
    async with people.browser() as asked, people.browser("192.0.2.2") as reads:
        await asked.post("/sign-up", data={"email": ANN, "password": PASSWORD})
        link = await people.link()
        assert 'name="password"' in (await reads.get(link)).text
        assert (await reads.post(link)).status_code == 422
        assert (await reads.post(link, data={"password": OTHER_PASSWORD})).status_code == 422
        assert await people.store.find_account(ANN) is None
        assert (await reads.post(link, data={"password": PASSWORD})).status_code == 303
        assert await is_signed_in(reads)


async def test_nobody_learns_who_has_an_account(people: People) -> None:
    """Signing up, in, and resetting answer the same to all; the letter tells its owner."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
    for path, fields in (
        ("/sign-up", {"password": OTHER_PASSWORD}),
        ("/sign-in", {"password": OTHER_PASSWORD}),
        ("/reset", {}),
    ):
        told = []
        for email in (ANN, "bob@example.org"):
            async with people.browser("198.51.100.9") as stranger:
                answer = await stranger.post(path, data={"email": email, **fields})
                names = sorted(one.partition("=")[0] for one in answer.headers.get_list("set-cookie"))
                told.append((answer.status_code, answer.text.replace(email, "…"), names))
        assert told[0] == told[1], path
    letters = [(letter.kind.value, letter.to) for letter in await people.letters()]
    assert sorted(letters) == [
        ("account_exists", ANN),
        ("reset", ANN),
        ("verify", "bob@example.org"),
    ]


async def test_signing_out_ends_the_session_itself(people: People) -> None:
    """The token of a cookie that was kept opens nothing afterwards."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        kept = dict(browser.cookies)
        await browser.post("/sign-out")
        assert not await is_signed_in(browser)
        browser.cookies.update(kept)
        assert not await is_signed_in(browser)


async def test_each_sign_in_has_another_token_and_ends_the_one_before(people: People) -> None:
    """A session that somebody planted or saw before is of no use after."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        before = browser.cookies["__Host-slovomat_session"]
        await people.sign_in(browser, ANN)
        assert browser.cookies["__Host-slovomat_session"] != before
        async with people.browser() as other:
            other.cookies.set("__Host-slovomat_session", before)
            assert not await is_signed_in(other)


async def test_sessions_end_by_age_and_by_rest(people: People) -> None:
    """Unused for 30 days, or 90 days old however much it is used."""
    async with people.browser() as used, people.browser() as unused:
        await people.sign_up(used, ANN)
        await people.sign_in(unused, ANN)
        for _ in range(3):
            people.env.pass_s(29 * DAY_MS / 1000)
            assert await is_signed_in(used)
        assert not await is_signed_in(unused)
        people.env.pass_s(4 * DAY_MS / 1000)
        assert not await is_signed_in(used)


async def test_a_reset_is_good_once_and_signs_out_everywhere(people: People) -> None:
    """The former password and every session are void; the link is too, and any other one with it."""
    async with people.browser() as browser, people.browser("192.0.2.2") as forgot:
        await people.sign_up(browser, ANN)
        await forgot.post("/reset", data={"email": ANN})
        first = await people.link()
        await forgot.post("/reset", data={"email": ANN})
        second = await people.link()
        done = await forgot.post(second, data={"password": OTHER_PASSWORD})
        assert done.headers["location"] == "/account?said=password_set"
        assert await is_signed_in(forgot)
        assert not await is_signed_in(browser)
        assert (await people.sign_in(browser, ANN)).status_code == 422
        assert (await people.sign_in(browser, ANN, OTHER_PASSWORD)).status_code == 303
        for link in (first, second):
            assert (await forgot.get(link)).status_code == 410
            assert (await forgot.post(link, data={"password": PASSWORD})).status_code == 410


async def test_links_do_not_last(people: People) -> None:
    """Two hours to reset, a day to sign up; and no e-mail has more than five of a kind."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        await browser.post("/reset", data={"email": ANN})
        link = await people.link()
        people.env.pass_s(2 * HOUR_MS / 1000 + 1)
        assert (await browser.get(link)).status_code == 410
        for _ in range(9):
            people.env.pass_s(61)
            await browser.post("/reset", data={"email": ANN})
        assert len(await people.letters()) == 5


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "too short"),
        ("qwerty123", "first to be tried"),
        ("aaaaaaaaaaaa", "first to be tried"),
        (ANN, "must not be your e-mail"),
        ("x" * 257, "too long"),
    ],
)
async def test_passwords_that_will_not_do(people: People, password: str, why: str) -> None:
    """Each is told why, on the form, with the e-mail kept."""
    async with people.browser() as browser:
        answer = await browser.post("/sign-up", data={"email": ANN, "password": password})
    assert answer.status_code == 422
    assert why in answer.text
    assert f'value="{ANN}"' in answer.text


async def test_what_is_slipped_into_forms_is_ignored(people: People) -> None:
    """Role, balance, plan, price, e-mail of another, verified: no form reads them (A9)."""
    slipped = {
        **dict.fromkeys(("role", "desk", "plan", "plan_id", "sign_up_plan"), "owner"),
        **dict.fromkeys(
            ("balance", "requests", "price", "price_kopecks", "account_id", "operator"), "1000000"
        ),
        **dict.fromkeys(("blocked", "verified", "verified_at_ms", "second_factor", "is_admin"), "1"),
    }
    async with people.browser() as browser:
        await browser.post("/sign-up", data={"email": ANN, "password": PASSWORD, **slipped})
        await browser.post(await people.link(), data=slipped)
        for path, fields in (
            ("/security/password", {"present": PASSWORD, "password": OTHER_PASSWORD}),
            ("/security/language", {"language": "en"}),
            ("/security/sessions", {"session": "1"}),
            ("/security/sessions/others", {}),
        ):
            await browser.post(path, data={**fields, **slipped})
        await browser.post("/sign-in", data={"email": ANN, "password": OTHER_PASSWORD, **slipped})
        assert (await browser.get("/admin/password")).headers["location"] == "/admin/login"
    person = await people.store.people.by_email(ANN)
    assert person is not None
    assert (person.role, person.account.plan, person.account.operator) == ("", "Бесплатный", False)
    assert not person.account.blocked
    assert await people.store.account_packs(person.account.id) == []


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\evil",
        "javascript:alert(1)",
        "/a\nb",
        "",
    ],
)
async def test_nobody_is_led_elsewhere_after_signing_in(people: People, onward: str) -> None:
    """What is no path of ours leads home."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        fields = {"email": ANN, "password": PASSWORD, "next": onward}
        assert (await browser.post("/sign-in", data=fields)).headers["location"] == "/account"


async def test_a_blocked_account_is_out_at_once(people: People) -> None:
    """Its sessions open nothing, and its password is told why."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        account = await people.store.find_account(ANN)
        assert account is not None
        await people.store.set_blocked(account.id, True)
        assert not await is_signed_in(browser)
        answer = await people.sign_in(browser, ANN)
        assert answer.status_code == 422
        assert "closed this account" in answer.text
