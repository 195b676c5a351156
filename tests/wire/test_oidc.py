"""Signing in by the word of another issuer, which is a real one on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.oidc_issuer import CLIENT_ID, CLIENT_SECRET, Issuer, oidc_issuer
from tests.people_stand import People, is_signed_in, people_at, turn_on_second_factor
from tests.played_env import NOON_MS

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"
VERIFIED = {"sub": "17", "email": ANN, "email_verified": True}


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """Whom it names is for the test to say."""
    async with oidc_issuer() as listening:
        listening.now_s = NOON_MS // 1000
        listening.person = dict(VERIFIED)
        yield listening


@pytest.fixture
async def people(tmp_path: Path, issuer: Issuer) -> AsyncIterator[People]:
    """An instance that lets it in."""
    settings: dict[str, object] = {
        "oidc_issuer": issuer.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example ID",
    }
    async with people_at(tmp_path, settings) as opened:
        yield opened


async def come_back(browser: httpx2.AsyncClient, issuer: Issuer, **more: str) -> str:
    """Goes to the issuer and back; where that leads."""
    gone = await browser.get("/sign-in/oidc?next=/history")
    assert gone.headers["location"].startswith(f"{issuer.url}/page?")
    code, state = issuer.sign_in(gone.headers["location"])
    query = {"code": code, "state": state, **more}
    return (await browser.get("/sign-in/oidc/back", params=query)).headers["location"]


async def test_whom_nobody_knows_gets_an_account(people: People, issuer: Issuer) -> None:
    """With the e-mail that the issuer has verified; the next time it is the same account."""
    async with people.browser() as browser, people.browser() as again:
        assert "Sign in with Example ID" in (await browser.get("/sign-in")).text
        assert await come_back(browser, issuer) == "/history"
        assert await is_signed_in(browser)
        issuer.person["email"] = "other@example.org"  # the subject counts, not the e-mail
        assert await come_back(again, issuer) == "/history"
        assert ANN in (await again.get("/security")).text
    assert len(await people.store.list_accounts(10)) == 1


async def test_an_account_of_that_email_is_opened_when_both_have_verified_it(
    people: People, issuer: Issuer
) -> None:
    """And not when the issuer has not, or the account has not."""
    async with people.browser() as browser, people.browser() as other:
        await people.sign_up(browser, ANN)
        issuer.person["email_verified"] = False
        assert await come_back(other, issuer) == "/sign-in?said=oidc_unverified"
        issuer.person["email_verified"] = True
        await people.store.add_account("bob@example.org", "Бесплатный", False, NOON_MS)
        issuer.person |= {"sub": "18", "email": "bob@example.org"}
        assert await come_back(other, issuer) == "/sign-in?said=oidc_unverified"
        issuer.person |= {"sub": "17", "email": ANN}
        assert await come_back(other, issuer) == "/history"
        assert ANN in (await other.get("/security")).text


async def test_a_person_who_is_signed_in_links_and_unlinks(people: People, issuer: Issuer) -> None:
    """Whatever the e-mail; an identity of another account is not taken from it."""
    issuer.person = {"sub": "99"}
    async with people.browser() as ann, people.browser() as bob:
        await people.sign_up(ann, ANN)
        await people.sign_up(bob, "bob@example.org")
        assert await come_back(ann, issuer) == "/security?said=oidc_linked"
        assert await come_back(bob, issuer) == "/security?said=oidc_taken"
        await ann.post("/sign-out")
        assert await come_back(ann, issuer) == "/history"
        await ann.post("/security/identities", data={"issuer": issuer.url, "subject": "99"})
        await ann.post("/sign-out")
        assert await come_back(ann, issuer) == "/sign-in?said=oidc_unverified"


async def test_the_second_factor_is_asked_for_all_the_same(people: People, issuer: Issuer) -> None:
    """The issuer's word stands in place of the password alone."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        await turn_on_second_factor(browser, people)
        await browser.post("/sign-out")
        assert await come_back(browser, issuer) == "/sign-in/code?next=/history"
        assert not await is_signed_in(browser)


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"nonce": "another"},
        {"exp": NOON_MS // 1000 - 300},
        {"iat": NOON_MS // 1000 + 3_600},
        {"sub": ""},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    people: People, issuer: Issuer, lies: dict[str, Any]
) -> None:
    """Though the issuer signed it."""
    issuer.lies = lies
    async with people.browser() as browser:
        assert await come_back(browser, issuer) == "/sign-in?said=oidc_broken"
        assert not await is_signed_in(browser)


async def test_nobody_else_signs(people: People, issuer: Issuer) -> None:
    """Neither another key of the same name, nor our own password as a key."""
    async with people.browser() as browser:
        issuer.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
        assert await come_back(browser, issuer) == "/sign-in?said=oidc_broken"
        issuer.signs_with, issuer.algorithm = OctKey.import_key(CLIENT_SECRET * 4), "HS256"
        assert await come_back(browser, issuer) == "/sign-in?said=oidc_broken"


async def test_the_way_back_is_for_the_browser_that_left(people: People, issuer: Issuer) -> None:
    """Another state, another browser's code, a code used twice: nothing."""
    async with people.browser() as browser, people.browser() as victim:
        assert await come_back(browser, issuer, state="another") == "/sign-in?said=oidc_broken"
        gone = await browser.get("/sign-in/oidc")
        code, state = issuer.sign_in(gone.headers["location"])
        query = {"code": code, "state": state}
        planted = await victim.get("/sign-in/oidc/back", params=query)
        assert planted.headers["location"] == "/sign-in?said=oidc_broken"
        kept = dict(browser.cookies)
        assert (await browser.get("/sign-in/oidc/back", params=query)).headers["location"] == "/account"
        browser.cookies.update(kept)
        repeated = await browser.get("/sign-in/oidc/back", params=query)
        assert repeated.headers["location"] == "/sign-in?said=oidc_silent"


async def test_an_issuer_that_calls_itself_otherwise_is_not_believed(people: People, issuer: Issuer) -> None:
    """The page says that it does not answer."""
    issuer.url += "/another"
    async with people.browser() as browser:
        answer = await browser.get("/sign-in/oidc")
    assert answer.headers["location"] == "/sign-in?said=oidc_silent"
