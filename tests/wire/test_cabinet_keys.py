"""The page of API keys: what its form takes, that a key is shown once, and that nobody has another's."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient, Response

from slovomat.domain.caller import DIALECTS
from slovomat.domain.ids import AccountId
from slovomat.domain.keys import key_hash
from slovomat.domain.mode import MODE_IDS
from slovomat.ports.mail import LetterKind
from slovomat.ports.store import KeyRow
from slovomat.web.cabinet.keys import KEYS_MAX
from tests.books import new_key
from tests.people_stand import People, people_at
from tests.played_env import HOUR_MS

pytestmark = pytest.mark.anyio
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS."""
    async with people_at(tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser(people: People) -> AsyncIterator[AsyncClient]:
    """Ann's."""
    async with people.browser() as opened:
        await people.enter(opened, ANN)
        yield opened


async def rows(people: People, email: str = ANN) -> list[KeyRow]:
    """Somebody's keys."""
    account = await people.store.find_account(email)
    assert account is not None
    return list(await people.store.list_keys(account.id))


def shown_in(answer: Response) -> str:
    """The key that a page shows in full."""
    found = re.search(r"slv_[A-Za-z0-9_-]{20,}", answer.text)
    assert found is not None, answer.text
    return found[0]


async def is_in_force(people: People, key: str) -> bool:
    """Whether a call with it would be let in now."""
    caller = await people.store.find_caller(key_hash(people.backstage.secret, key))
    now_ms = people.env.now_ms()
    return caller is not None and (caller.key.expires_at_ms is None or caller.key.expires_at_ms > now_ms)


async def test_a_key_is_shown_once_told_by_letter_and_works_at_once(
    people: People, browser: AsyncClient
) -> None:
    """In full on the page that made it, with a ready call; afterwards by its first letters alone."""
    made = await browser.post("/keys", data={"name": "Site", "reads_balance": "yes"})
    key = shown_in(made)
    assert f"Bearer {key}" in made.text.replace("&#34;", '"')
    assert made.headers["cache-control"] == "no-store"
    assert await is_in_force(people, key)
    listed = await browser.get("/keys")
    assert key not in listed.text
    [row] = await rows(people)
    assert (row.name, row.shown in listed.text, key.startswith(row.shown)) == ("Site", True, True)
    [letter] = await people.letters()
    assert (letter.kind, letter.to, letter.facts["name"]) == (LetterKind.KEY_MADE, ANN, "Site")
    assert key not in str(letter.facts)


async def test_every_rule_of_the_form_is_kept(people: People, browser: AsyncClient) -> None:
    """Name, last day (to its end, by the service's clock), caps, modes, ways, networks, the balance."""
    form = {
        "name": " Бот ",
        "expires": "2027-01-31",
        "cap_day": "10",
        "cap_total": "1000000000000",
        "modes": [MODE_IDS[1], MODE_IDS[0]],
        "dialects": [DIALECTS[0]],
        "networks": "192.0.2.7, 2001:db8::/32\n10.0.0.0/8",
    }
    key = shown_in(await browser.post("/keys", data=form))
    caller = await people.store.find_caller(key_hash(people.backstage.secret, key))
    assert caller is not None
    rules = caller.key
    assert rules.expires_at_ms == 1_801_429_200_000  # the first of February, midnight in Moscow
    assert (rules.cap_day, rules.cap_total, rules.reads_balance) == (10, 10**12, False)
    assert rules.modes == {MODE_IDS[0], MODE_IDS[1]}
    assert rules.dialects == {DIALECTS[0]}
    assert rules.networks == ("192.0.2.7/32", "2001:db8::/32", "10.0.0.0/8")
    assert (await rows(people))[0].name == "Бот"


async def test_all_ticked_is_no_bound(people: People, browser: AsyncClient) -> None:
    """A way or a mode that comes later is then open too."""
    form = {"modes": list(MODE_IDS), "dialects": list(DIALECTS), "reads_balance": "yes"}
    key = shown_in(await browser.post("/keys", data=form))
    caller = await people.store.find_caller(key_hash(people.backstage.secret, key))
    assert caller is not None
    assert (caller.key.modes, caller.key.dialects, caller.key.reads_balance) == (
        frozenset(),
        frozenset(),
        True,
    )


FAULTS = (
    ("name", "x" * 101),
    ("name", "a\u202eb"),
    ("expires", "2020-01-01"),
    ("expires", "9999-12-31"),
    ("expires", "tomorrow"),
    ("expires", "2027-02-30"),
    ("cap_day", "-1"),
    ("cap_day", "1.5"),
    ("cap_day", "١٢"),
    ("cap_total", "1000000000001"),
    ("cap_total", "9" * 400),
    ("modes", "no such mode"),
    ("dialects", "gopher"),
    ("networks", "10.0.0.1/8"),
    ("networks", "example.org"),
    ("networks", " ".join(f"192.0.2.{n}" for n in range(21))),
)


async def test_what_the_form_does_not_take(people: People, browser: AsyncClient) -> None:
    """It comes back with what was filled in, and one field is marked; no key is made."""
    for field, value in FAULTS:
        refused = await browser.post("/keys", data={"name": "My bot", "cap_day": "7", field: value})
        assert refused.status_code == 400, (field, value)
        assert "Please look at the marked fields." in refused.text
        marks = [refused.text.count(mark) for mark in ("invalid-feedback", "There is no such choice.")]
        assert sum(marks) == 1, (field, value)
        assert field == "name" or 'value="My bot"' in refused.text
    assert (await rows(people), await people.letters()) == ([], [])


async def test_no_account_has_keys_without_end(people: People, browser: AsyncClient) -> None:
    """A hundred in force; replacing one makes no more of them either, and revoking makes room."""
    account = await people.store.find_account(ANN)
    assert account is not None
    for n in range(KEYS_MAX):
        await people.store.add_key(new_key(account.id, f"k{n}"), people.env.now_ms())
    refused = await browser.post("/keys", data={"name": "one more"})
    assert (refused.status_code, "no more than 100 keys" in refused.text) == (409, True)
    first = (await rows(people))[0].id
    assert (await browser.post(f"/keys/{first}/rotate", data={"overlap": "24"})).status_code == 409
    assert (await browser.post(f"/keys/{first}/rotate", data={"overlap": "0"})).status_code == 200
    second = (await rows(people))[1].id
    assert (await browser.post(f"/keys/{second}/revoke")).status_code == 303
    assert (await browser.post("/keys", data={"name": "one more"})).status_code == 200


async def test_a_replaced_key_goes_on_for_a_while(people: People, browser: AsyncClient) -> None:
    """Its heir has its rules and works at once; the old one ends after the time that was chosen."""
    old = shown_in(await browser.post("/keys", data={"name": "Site", "cap_day": "9"}))
    [row] = await rows(people)
    await people.letters()
    heir = shown_in(await browser.post(f"/keys/{row.id}/rotate", data={"overlap": "1"}))
    assert (await is_in_force(people, old), await is_in_force(people, heir)) == (True, True)
    assert [one.cap_day for one in await rows(people)] == [9, 9]
    assert [letter.kind for letter in await people.letters()] == [LetterKind.KEY_MADE]
    people.env.pass_s(HOUR_MS / 1000 + 1)
    assert (await is_in_force(people, old), await is_in_force(people, heir)) == (False, True)
    assert (await browser.post(f"/keys/{row.id}/rotate", data={"overlap": "1"})).status_code == 404


async def test_a_revoked_key_ends_at_once(people: People, browser: AsyncClient) -> None:
    """And stays on the page among those of the past; it cannot be revoked or replaced again."""
    key = shown_in(await browser.post("/keys", data={"name": "Old bot"}))
    [row] = await rows(people)
    assert (await browser.post(f"/keys/{row.id}/revoke")).headers["location"] == "/keys"
    assert not await is_in_force(people, key)
    assert "Old bot" in (await browser.get("/keys")).text
    for deed in ("revoke", "rotate"):
        assert (await browser.post(f"/keys/{row.id}/{deed}")).status_code == 404


async def test_anothers_key_does_not_exist(people: People, browser: AsyncClient) -> None:
    """Its id is answered as one that never was, with the same body, and nothing happens to it (A1)."""
    async with people.browser("192.0.2.2") as other:
        bob = await people.enter(other, BOB)
        await people.store.add_key(new_key(bob), people.env.now_ms())
    [row] = await rows(people, BOB)
    for deed in ("revoke", "rotate"):
        answers = [await browser.post(f"/keys/{one}/{deed}") for one in (row.id, 999_999, 10**30)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
    assert await rows(people, BOB) == [row]
    assert row.shown not in (await browser.get("/keys")).text


async def test_what_is_slipped_into_the_form_is_ignored(people: People, browser: AsyncClient) -> None:
    """Whose it is, what it has used, its id and its hash are not the form's to say (A9)."""
    async with people.browser("192.0.2.2") as other:
        bob: AccountId = await people.enter(other, BOB)
    slipped = {
        **dict.fromkeys(("account", "account_id", "id", "key_id"), str(bob)),
        **dict.fromkeys(("balance", "requests", "used_today", "plan", "role", "operator"), "1"),
        **dict.fromkeys(("key", "hash", "shown"), "slv_mine"),
    }
    key = shown_in(await browser.post("/keys", data={"name": "Site", **slipped}))
    assert key != "slv_mine"
    assert await rows(people, BOB) == []
    [row] = await rows(people)
    await browser.post(f"/keys/{row.id}/rotate", data={"overlap": "24", **slipped})
    assert await rows(people, BOB) == []
    assert len(await rows(people)) == 2


async def test_names_are_text(people: People, browser: AsyncClient) -> None:
    """Markup in a name is shown as it was typed (A12)."""
    await browser.post("/keys", data={"name": "<script>alert(1)</script>"})
    await browser.post("/keys", data={"name": '"><img src=x onerror=alert(1)>', "cap_day": "no"})
    page = (await browser.get("/keys")).text
    refused = (await browser.post("/keys", data={"name": '"><b>', "cap_day": "no"})).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '"><b>' not in refused


async def test_strangers_are_sent_to_sign_in(people: People) -> None:
    """With every method, and another site's forms are refused."""
    async with people.browser() as stranger:
        assert (await stranger.get("/keys")).headers["location"] == "/sign-in?next=/keys"
        assert (await stranger.post("/keys", data={"name": "x"})).headers["location"] == "/sign-in"
        refused = await stranger.post("/keys/1/revoke", headers={"Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403
