"""The pages, asked over ASGI, with a real database behind them."""

import os
import re
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import anyio
import httpx2
import msgspec
import pytest

from slovomat.dialects.registry import all_dialects
from slovomat.domain.refusal import Code
from slovomat.modes import load_modes
from slovomat.ports.store import PackOffer, PlanOffer, Store, StoreUnavailableError
from slovomat.settings import Settings
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import FULL_PLAN, ensure_price_list
from slovomat.web.pages.app import make_pages

pytestmark = pytest.mark.anyio

SITE = "https://words.example"
PAGES = ("/", "/price", "/prices", "/account", "/subscription", "/api-documentation", "/api-docs")
HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}"


class Stand:
    """The pages, a browser, and the store that both look at."""

    def __init__(self, store: Store, browser: httpx2.AsyncClient) -> None:
        self.store = store
        self.browser = browser

    async def text(self, path: str, language: str = "ru") -> str:
        """A page's HTML."""
        answer = await self.browser.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, path
        return answer.text


@asynccontextmanager
async def standing(
    folder: Path, settings: dict[str, object] | None = None, site: str = SITE
) -> AsyncIterator[Stand]:
    store = make_store(folder / "slovomat.db")
    await store.open()
    await ensure_price_list(store)
    app = make_pages(
        lambda: site, store, load_modes(), Settings.model_validate({"data": folder, **(settings or {})})
    )
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=SITE) as browser:
        yield Stand(store, browser)
    await store.close_store()


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
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"]


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_inline_and_nothing_foreign(stand: Stand, path: str) -> None:
    """What the policy forbids is not on the page: scripts, inline styles, other hosts' files."""
    html = await stand.text(path)
    assert not re.search(r"<(script|style|iframe|form)\b|\s(style|on\w+)=", html)
    assert all(
        url.startswith("/static/")
        for url in re.findall(r'<(?:img|link rel="(?:icon|stylesheet)")[^>]*?(?:src|href)="([^"]+)"', html)
    )


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
            answer = await stand.browser.get(target)
            assert answer.status_code == 200, (page, url)
            assert not anchor or f'id="{anchor}"' in answer.text, (page, url)


async def test_the_switch_keeps_working(stand: Stand) -> None:
    """A language chosen in the address wins over the browser's, and links carry it on."""
    answer = await stand.browser.get("/?lang=en", headers={"Accept-Language": "ru"})
    assert '<html lang="en">' in answer.text
    assert 'href="/price?lang=en"' in answer.text
    assert 'href="?lang=ru"' in answer.text
    assert "set-cookie" not in answer.headers
    assert '<html lang="ru">' in await stand.text("/?lang=xx")


async def test_prices_are_those_of_the_database(stand: Stand) -> None:
    """A changed plan is on the page at once; what is not on sale is not there."""
    before = await stand.text("/price")
    assert "490\u00a0₽" in before
    assert "1299\u00a0₽" in before
    offer = await stand.store.find_plan(FULL_PLAN)
    assert offer is not None
    dearer = msgspec.structs.replace(offer.plan, price_kopecks=123_450, daily_requests=777, rpm=0)
    await stand.store.save_plan(PlanOffer(plan=dearer, on_sale=True))
    await stand.store.save_pack_offer(PackOffer(name="2000", requests=2000, price_kopecks=1, on_sale=False))
    await stand.store.save_pack_offer(PackOffer(name="Год", requests=7, price_kopecks=700, valid_days=365))
    after = await stand.text("/prices")
    assert "1234,50\u00a0₽" in after
    assert "777\u00a0запросов в день" in after
    assert "Без ограничения в минуту" in after
    assert "365\u00a0дней" in after
    assert "1299\u00a0₽" not in after
    await stand.store.save_plan(PlanOffer(plan=dearer, on_sale=False))
    assert "1234,50" not in await stand.text("/price")
    assert "1234,50" not in await stand.text("/subscription")


async def test_an_empty_price_list(tmp_path: Path) -> None:
    """With nothing on sale the page says so."""
    async with standing(tmp_path) as stand:
        for offer in await stand.store.list_plans():
            await stand.store.save_plan(PlanOffer(plan=offer.plan, on_sale=False))
        for pack in await stand.store.list_pack_offers():
            await stand.store.save_pack_offer(msgspec.structs.replace(pack, on_sale=False))
        html = await stand.text("/price")
        assert "Сейчас тарифы не продаются" in html
        assert "Сейчас пакеты не продаются" in html
        assert "Сейчас тарифы не продаются" in await stand.text("/subscription")


async def test_hostile_names_are_text(stand: Stand) -> None:
    """A plan or pack named like markup or a template is shown as it is written."""
    offer = await stand.store.find_plan(FULL_PLAN)
    assert offer is not None
    await stand.store.save_plan(
        PlanOffer(plan=msgspec.structs.replace(offer.plan, name=HOSTILE), on_sale=True)
    )
    await stand.store.save_pack_offer(PackOffer(name=HOSTILE, requests=1, price_kopecks=0))
    for path in ("/price", "/subscription", "/api-docs"):
        html = await stand.text(path)
        assert "<script" not in html
        assert "{{ 7*7 }}" in html


@pytest.mark.parametrize("lang", ['"><script>', "en'", "%00", "ru\r\nSet-Cookie: a=b"])
async def test_hostile_language(stand: Stand, lang: str) -> None:
    """What stands in the address never comes back in the page or its headers."""
    answer = await stand.browser.get("/", params={"lang": lang})
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_the_documentation_has_every_call(stand: Stand) -> None:
    """Every route of every dialect, every mode, and every refusal is described, with the site's address."""
    html = await stand.text("/api-documentation")
    for dialect in all_dialects():
        for route in dialect.routes:
            assert f'id="{route.path.replace("/*", "/{id}")}"' in html
    for mode in load_modes().ids():
        assert f"<code>mode-{mode}</code>" in html
    assert html.split('id="errors"')[1].count("<tr>") == len(Code) + 1
    assert f"curl {SITE}/api/generate_response" in html
    assert f"Оплатить запросы: {SITE}/price" in unescape(html)


async def test_the_documentation_shows_the_contract(stand: Stand) -> None:
    """Bodies are the contract's own, word for word."""
    html = unescape(await stand.text("/api-docs"))
    for body in (
        '{"request_id": 59877, "status": "processing", "balance": 596}',
        '{"status": "failed", "error_message": "Отсутствуют необходимые параметры: key"}',
        '{"request_id": 59877, "status": "processing"}',
        '{"status": "failed", "error_message": "Запрос с таким ID не найден"}',
        '{"success": false, "solving": true}',
        '"Использовать API можно только на тарифе Престиж. Ваш тариф: Бесплатный."',
        '"Кажется, вы отправляете запросы слишком часто. Обновите страницу, чтобы продолжить"',
        '"type": "insufficient_quota", "param": null, "code": "insufficient_quota"',
        "data: [DONE]",
    ):
        assert body in html


async def test_figures_are_the_settings(tmp_path: Path) -> None:
    """Prices and limits on the pages are those in force."""
    figures: dict[str, object] = {
        "textbot_price_requests": 7,
        "openai_max_chars": 0,
        "creates_per_minute": 33,
        "body_max_bytes": 4096,
    }
    async with standing(tmp_path, figures) as stand:
        docs = unescape(await stand.text("/api-docs"))
        assert "Нужно: 7" in docs
        assert "33\u00a0генерации" in docs
        assert "больше 4096 байт" in docs
        assert "7\u00a0запросов за генерацию" in await stand.text("/")
        assert "без ограничения" in await stand.text("/price")


async def test_the_front_page_names_what_answers(tmp_path: Path) -> None:
    """With an upstream the published models are named, without one the small model is owned up to."""
    named: dict[str, object] = {"upstream_url": "https://up.example/v1", "models": ("gpt-4o", "fine")}
    async with standing(tmp_path, named) as stand:
        assert "gpt-4o, fine" in await stand.text("/")
    async with standing(tmp_path) as stand:
        assert "небольшая модель" in await stand.text("/")


@pytest.mark.parametrize("page", ["/account", "/subscription"])
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_the_operators_commands_run(stand: Stand, tmp_path: Path, page: str, language: str) -> None:
    """Each command that a page shows the operator does what it says, in the order shown."""
    shown = re.findall(
        r'<pre class="code command"><code>(slovomat .*?)</code>', await stand.text(page, language)
    )
    assert len(shown) >= 3
    environment = {**os.environ, "SLOVOMAT_DATA": str(tmp_path / "own")}
    for line in map(unescape, shown):
        command = [sys.executable, "-m", *shlex.split(line)]
        ended = await anyio.run_process(command, env=environment, check=False)
        assert ended.returncode == 0, (line, ended.stderr.decode())


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


async def test_the_icon_is_an_icon(stand: Stand) -> None:
    """Both forms of the icon are what they say."""
    icon = await stand.browser.get("/favicon.ico")
    assert (icon.headers["content-type"], icon.content[:4]) == ("image/x-icon", b"\x00\x00\x01\x00")
    assert (await stand.browser.get("/favicon.svg")).headers["content-type"].startswith("image/svg+xml")


async def test_robots_keep_off_the_api(stand: Stand) -> None:
    """Crawlers may read pages, not call the API."""
    assert "Disallow: /api/\nDisallow: /v1/" in (await stand.browser.get("/robots.txt")).text


class Failing:
    """A store that answers nothing."""

    def __init__(self, error: Exception) -> None:
        self._error = error

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
    app = make_pages(lambda: SITE, store, load_modes(), Settings(data=tmp_path))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=SITE) as browser:
        answer = await browser.get("/price")
    assert answer.status_code == status
    assert title in answer.text
    assert "Traceback" not in answer.text
    assert str(error) not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
