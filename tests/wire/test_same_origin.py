"""A page of another site cannot change anything with the cookies of a browser that is signed in (A12)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people_stand import SITE, People, is_signed_in, people_at

pytestmark = pytest.mark.anyio
EVIL = "https://evil.example"


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS."""
    async with people_at(tmp_path) as opened:
        yield opened


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.words.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": SITE},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": ""},
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": "http://words.example"},
    {"Origin": f"{SITE}.evil.example"},
    {"Origin": f"{SITE}:8443"},
    {"Origin": f"https://user@{SITE.removeprefix('https://')}"},
    {"Origin": "", "Referer": f"{SITE}/security"},
    {"Referer": f"{SITE}/security"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_what_comes_from_elsewhere_is_refused(people: People, headers: dict[str, str]) -> None:
    """403 with a page, and nothing has changed."""
    async with people.browser() as browser:
        await people.sign_up(browser, "ann@example.org")
        del browser.headers["Sec-Fetch-Site"]
        for path in ("/sign-out", "/security/sessions/others", "/security/language", "/sign-in"):
            answer = await browser.post(path, data={"language": "en"}, headers=headers)
            assert answer.status_code == 403, path
            assert "another site" in answer.text
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        assert await is_signed_in(browser)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": SITE},
    ],
    ids=str,
)
async def test_what_comes_from_our_own_pages_is_taken(people: People, headers: dict[str, str]) -> None:
    """A browser with either header, and one whose pages send no referrer."""
    async with people.browser() as browser:
        await people.sign_up(browser, "ann@example.org")
        del browser.headers["Sec-Fetch-Site"]
        assert (await browser.post("/sign-out", headers=headers)).status_code == 303


async def test_what_is_no_browser_has_no_cookies_to_guard(people: People) -> None:
    """A program may post; it is somebody by what it sends, and no page of another's can be that program."""
    async with people.browser() as program:
        del program.headers["Sec-Fetch-Site"]
        answer = await program.post("/sign-in", data={"email": "ann@example.org", "password": "no such one"})
        assert answer.status_code == 422
