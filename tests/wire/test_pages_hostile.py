"""Strangers at the pages: broken headers, bodies that do not end, methods that do not fit (A4, A6, A12)."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.people_stand import People, people_at
from tests.wire.hostile_stage import Stage, stage

pytestmark = pytest.mark.anyio
FORMS = ("/sign-in", "/sign-up", "/theme", "/admin/login", "/buy")
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
BODY_S = 1.5
CUT_OFF_S = 5


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service without patience."""
    with stage(tmp_path_factory.mktemp("pages"), body_timeout_s=BODY_S) as made:
        yield made


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance over HTTPS."""
    async with people_at(tmp_path) as opened:
        yield opened


def _head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{FORM}Content-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_does_not_end_is_cut_off(running: Stage, path: str) -> None:
    """408, and the connection ends: nobody keeps one by promising more."""
    with running.wire() as wire:
        wire.send(_head(path, 100) + b"email=")
        began_s = time.monotonic()
        assert wire.reply().status == 408
        assert wire.ended()
        assert time.monotonic() - began_s < CUT_OFF_S


@pytest.mark.parametrize("length", [10**6, 10**12, 10**18])
def test_a_declared_giant_is_refused_before_it_is_read(running: Stage, length: int) -> None:
    """413 at once."""
    with running.wire() as wire:
        answer = wire.send(_head("/sign-in", length)).reply()
        assert (answer.status, answer.took_s < 1) == (413, True)


def test_who_leaves_in_the_middle_of_a_form_is_no_bug(running: Stage) -> None:
    """Nothing is logged of it: anybody can do that, as often as they like."""
    for _ in range(3):
        with running.wire() as wire:
            wire.send(_head("/sign-in", 100) + b"email=")
    with running.wire() as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.reply("GET").status == 200
    assert "Traceback" not in running.service.log


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://[x]:y", "https://", "a" * 2000])
async def test_an_origin_that_is_none_is_refused(people: People, origin: str) -> None:
    """403, whatever it is written like."""
    async with people.browser() as browser:
        del browser.headers["Sec-Fetch-Site"]
        answer = await browser.post("/sign-in", headers={"Origin": origin, "Cookie": "a=b"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/x",
        "http://[::1",
        "//evil.example",
        "https://words.example.evil.example/",
        "https://user@words.example/x",
        "https://words.example//evil.example",
        "https://words.example/\\evil.example",
    ],
)
async def test_the_theme_leads_nowhere_else(people: People, referer: str) -> None:
    """Back to a page of ours, whatever the browser says it came from."""
    async with people.browser() as browser:
        answer = await browser.post("/theme", data={"theme": "dark"}, headers={"Referer": referer})
        assert answer.status_code == 303
        assert answer.headers["location"] in {"/", "/evil.example", "/%5Cevil.example"}


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/price", "GET, HEAD"),
        ("/sign-in", "GET, HEAD, POST"),
        ("/theme", "POST"),
        ("/keys", "GET, HEAD, POST"),
        ("/keys/1/revoke", "POST"),
        ("/admin/people/1/role", "POST"),
        ("/admin/modes/chat", "GET, HEAD, POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(people: People, path: str, methods: str) -> None:
    """Those of all that the address does, and not of its first route."""
    async with people.browser() as browser:
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await browser.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, methods)


async def test_every_cookie_is_for_https_alone_where_we_are(people: People) -> None:
    """The language's and the theme's too."""
    async with people.browser() as browser:
        told = [
            *(await browser.get("/?lang=en")).headers.get_list("set-cookie"),
            *(await browser.post("/theme", data={"theme": "dark"})).headers.get_list("set-cookie"),
        ]
    assert len(told) == 2
    assert all({"Secure", "HttpOnly", "SameSite=lax"} <= set(one.split("; ")) for one in told)


async def test_the_time_of_an_answer_does_not_tell_who_has_an_account(people: People) -> None:
    """A letter is written for one and none for the other; both wait for longer than that takes."""
    async with people.browser() as browser:
        await people.sign_up(browser, "ann@example.org")
    for email in ("ann@example.org", "bob@example.org"):
        async with people.browser("198.51.100.9") as stranger:
            began_s = time.perf_counter()
            assert (await stranger.post("/reset", data={"email": email})).status_code == 200
            assert time.perf_counter() - began_s >= 0.1
