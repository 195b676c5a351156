"""Every page: its languages, headers, methods, links and faults."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx2
import msgspec
import pytest

from slovomat.ports.store import PackOffer, PlanOffer, Store, StoreUnavailableError
from slovomat.usecases.accounts import FULL_PLAN
from slovomat.web.pages.app import make_pages
from tests.pages_stand import PAGES, SITE, Stand, backstage, standing

pytestmark = pytest.mark.anyio

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}"


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_every_page_answers(stand: Stand, path: str, language: str) -> None:
    """Each page is there in both languages, whole, and says which language it is in."""
    answer = await stand.browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert answer.text.rstrip().endswith("</html>")
    assert ("Цены" in answer.text) == (language == "ru")


@pytest.mark.parametrize(
    "path", [*PAGES, "/robots.txt", "/favicon.svg", "/favicon.ico", "/static/site.css", "/no"]
)
async def test_strict_headers(stand: Stand, path: str) -> None:
    """Nothing may be loaded from elsewhere, framed, or guessed at."""
    headers = (await stand.browser.get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert headers["cache-control"]


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_inline_and_nothing_foreign(stand: Stand, path: str) -> None:
    """What the policy forbids is not on the page: inline scripts and styles, other hosts' files."""
    html = await stand.text(path)
    assert not re.search(r"<(style|iframe)\b|<script(?! src=)|<[^>]*\s(style|on\w+)=", html)
    loaded = r'<(?:img|script|link rel="(?:icon|stylesheet)")[^>]*?(?:src|href)="([^"]+)"'
    urls = re.findall(loaded, html)
    assert len(urls) > 3
    assert all(url.startswith("/static/") for url in urls)
    assert all(url.startswith("/") for url in re.findall(r'<form[^>]* action="([^"]+)"', html))


@pytest.mark.parametrize("path", [*PAGES, "/robots.txt", "/favicon.ico", "/no"])
async def test_head_is_get_without_the_body(stand: Stand, path: str) -> None:
    """HEAD gives the status and length of GET, and no body."""
    got, asked = await stand.browser.get(path), await stand.browser.head(path)
    assert (asked.status_code, asked.headers["content-length"]) == (
        got.status_code,
        got.headers["content-length"],
    )
    assert asked.content == b""


@pytest.mark.parametrize("path", [*PAGES, "/robots.txt", "/static/site.css"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods(stand: Stand, path: str, method: str) -> None:
    """Pages are only read: 405, with the methods that will do."""
    answer = await stand.browser.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path", ["/no", "/price/", "//evil.example", "/static/../site.css", "/static/no.css", "/%00", "/цены"]
)
async def test_unknown_address(stand: Stand, path: str) -> None:
    """An unknown address is a 404 with the way back, in the reader's language, naming no other host."""
    for language, title in (("ru", "Такой страницы нет"), ("en", "There is no such page")):
        answer = await stand.browser.get(SITE + path, headers={"Accept-Language": language})
        assert answer.status_code == 404
        assert title in answer.text
        assert "evil" not in answer.text


async def test_every_link_leads_somewhere(stand: Stand) -> None:
    """Every internal link and file of every page answers 200, and every anchor is there."""
    for page in [*PAGES, *(f"{path}?lang=en" for path in PAGES)]:
        html = (await stand.browser.get(page)).text
        for url in {unescape(found) for found in re.findall(r'(?:href|src)="([^"]+)"', html)}:
            target, _, anchor = url.partition("#")
            target = page.partition("?")[0] + target if target.startswith("?") else target or page
            answer = await stand.browser.get(target, follow_redirects=True)
            assert answer.status_code == 200, (page, url)
            assert not anchor or f'id="{anchor}"' in answer.text, (page, url)


async def test_the_switch_keeps_working(stand: Stand) -> None:
    """A language chosen in the address wins over the browser's, is remembered, and links carry it on."""
    answer = await stand.browser.get("/?lang=en", headers={"Accept-Language": "ru"})
    assert '<html lang="en">' in answer.text
    assert 'href="/price?lang=en"' in answer.text
    assert 'href="?lang=ru"' in answer.text
    assert answer.headers["set-cookie"].startswith("language=en; ")
    assert '<html lang="ru">' in await stand.text("/?lang=xx")
    chosen_before = await stand.browser.get("/", headers={"Accept-Language": "ru", "Cookie": "language=en"})
    assert '<html lang="en">' in chosen_before.text


async def test_hostile_names_are_text(stand: Stand) -> None:
    """A plan or pack named like markup or a template is shown as it is written."""
    offer = await stand.store.find_plan(FULL_PLAN)
    assert offer is not None
    await stand.store.save_plan(
        PlanOffer(plan=msgspec.structs.replace(offer.plan, name=HOSTILE), on_sale=True)
    )
    await stand.store.save_pack_offer(PackOffer(name=HOSTILE, requests=1, price_kopecks=0))
    for path in ("/price", "/api-docs"):
        html = await stand.text(path)
        assert "<script>" not in html
        assert "{{ 7*7 }}" in html


@pytest.mark.parametrize("lang", ['"><script>', "en'", "%00", "ru\r\nSet-Cookie: a=b"])
async def test_hostile_language(stand: Stand, lang: str) -> None:
    """What stands in the address never comes back in the page or its headers."""
    answer = await stand.browser.get("/", params={"lang": lang})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_below_a_path(tmp_path: Path) -> None:
    """A site that lives below a path has its links there."""
    async with standing(tmp_path, site=SITE + "/words") as stand:
        html = await stand.text("/")
        assert 'href="/words/price"' in html
        assert 'href="/words/static/site.css?v=' in html


async def test_static_files_are_kept_for_ever(stand: Stand) -> None:
    """Under the address of its version a file is immutable; a tag that is known gives 304; else ask again."""
    html = await stand.text("/")
    url = re.findall(r'href="(/static/site\.css\?v=\w+)"', html)[0]
    versioned = await stand.browser.get(url)
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert versioned.headers["content-type"] == "text/css; charset=utf-8"
    tag = versioned.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await stand.browser.get("/static/site.css", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert (await stand.browser.get("/static/site.css?v=old")).headers["cache-control"] == "no-cache"


async def test_static_files_travel_zipped(stand: Stand) -> None:
    """Who takes gzip gets it under a tag of its own; who does not, or refuses it, gets the file as it is."""
    plain = await stand.browser.get("/static/site.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for refusing in ("gzip;q=0", "br, gzip; q=0.0", ""):
        as_is = await stand.browser.get("/static/site.css", headers={"Accept-Encoding": refusing})
        assert "content-encoding" not in as_is.headers
    zipped = await stand.browser.get("/static/site.css", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"])
    assert zipped.content == plain.content
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert zipped.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    for tag in (zipped.headers["etag"], plain.headers["etag"]):
        again = await stand.browser.get("/static/site.css", headers={"If-None-Match": tag})
        assert again.status_code == 304


@pytest.mark.parametrize(
    ("theme", "attribute"),
    [("dark", ' data-bs-theme="dark"'), ("light", ' data-bs-theme="light"'), ("auto", "")],
)
async def test_a_theme_is_chosen_by_a_form(stand: Stand, theme: str, attribute: str) -> None:
    """Without a script: the form leads back to its page, and the cookie colours each page from then on."""
    headers = {"Referer": f"{SITE}/price?lang=en", "Origin": SITE, "Sec-Fetch-Site": "same-origin"}
    chosen = await stand.browser.post("/theme", data={"theme": theme}, headers=headers)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/price?lang=en")
    kept = chosen.headers["set-cookie"].partition(";")[0]
    assert kept == (f"theme={theme}" if attribute else 'theme=""')
    html = (await stand.browser.get("/", headers={"Cookie": kept, "Accept-Language": "en"})).text
    assert f'<html lang="en"{attribute}>' in html


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/price", "//evil.example/", f"{SITE}@evil.example/", "javascript:alert(1)"],
)
async def test_a_theme_leads_to_no_other_host(stand: Stand, referer: str) -> None:
    """Whatever the browser says it came from."""
    headers = {"Referer": referer, "Origin": SITE, "Sec-Fetch-Site": "same-origin"}
    chosen = await stand.browser.post("/theme", data={"theme": "dark"}, headers=headers)
    assert chosen.headers["location"] == "/"
    doubled = await stand.browser.post(
        "/theme", data={"theme": "dark"}, headers={**headers, "Referer": f"{SITE}//evil.example/"}
    )
    assert doubled.headers["location"] == "/evil.example/"


async def test_the_icon_is_an_icon(stand: Stand) -> None:
    """Both forms of the icon are what they say."""
    icon = await stand.browser.get("/favicon.ico")
    assert (icon.headers["content-type"], icon.content[:4]) == ("image/x-icon", b"\x00\x00\x01\x00")
    assert (await stand.browser.get("/favicon.svg")).headers["content-type"].startswith("image/svg+xml")


async def test_the_sign_in_link_is_not_kept(stand: Stand) -> None:
    """The page behind the operator's one-time link is cached nowhere, and its address goes to nobody else."""
    answer = await stand.browser.get("/admin/login?token=0123456789abcdef")
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "same-origin")


async def test_robots_keep_off_the_api(stand: Stand) -> None:
    """Crawlers may read pages, not call the API."""
    assert "Disallow: /api/\nDisallow: /v1/" in (await stand.browser.get("/robots.txt")).text


class Failing:
    """A store that answers nothing."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> None:
        """Whoever takes one of its parts finds out when it is asked."""

    async def list_plans(self) -> list[PlanOffer]:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (StoreUnavailableError("disk full"), 503, "База данных не отвечает"),
        (RuntimeError("the secret of the traceback"), 500, "Страница не получилась"),
    ],
)
async def test_a_fault_is_a_page(tmp_path: Path, error: Exception, status: int, title: str) -> None:
    """A fault gives a page without details, under the same strict headers."""
    store: Store = Failing(error)  # type: ignore[assignment]
    app = make_pages(backstage(tmp_path, store))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=SITE) as browser:
        answer = await browser.get("/price")
    assert answer.status_code == status
    assert title in answer.text
    assert "Traceback" not in answer.text
    assert str(error) not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
