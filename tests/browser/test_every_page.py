"""Every page of the demo in a real browser: both languages, a phone and a desk, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
import requests
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests.browser.conftest import HEIGHT, open_context
from tests.browser.pages import LOOKED_AT_ELSEWHERE, PAGES, Page, Reader
from tests.browser.scene import Scene, open_scene
from tests.browser.screens import SCREENS, keep_screen, pictures, write_list
from tests.browser.watcher import Watcher

LANGUAGES = ("ru", "en")
STATES = ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"))
JUDGED = {(1280, "light"), (390, "dark")}
"""Where axe judges: both widths, both themes."""
Tabs = dict[tuple[Reader, str], tuple[Tab, Watcher]]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """The demo; its folder, which the settings' page names, is in the pictures."""
    with TemporaryDirectory(prefix="slovomat-") as folder, open_scene(Path(folder)) as opened:
        yield opened


@pytest.fixture(scope="module")
def tabs(browser: Browser, scene: Scene) -> Iterator[Tabs]:
    """A tab for each reader and language; a page's state is its own, so that tabs may be used again."""
    opened: Tabs = {}
    for reader in get_args(Reader):
        for language in LANGUAGES:
            context = open_context(browser, scene.url, (language, 1280, "light"))
            cookies = {**scene.cookies(reader), "language": language}
            context.add_cookies(
                [{"name": name, "value": value, "url": scene.url} for name, value in cookies.items()]
            )
            tab = context.new_page()
            opened[reader, language] = (tab, Watcher(tab, scene.url))
    yield opened
    for tab, _ in opened.values():
        tab.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_sound(scene: Scene, tabs: Tabs, page: Page, language: str) -> None:
    """No breach of the policy, no other host, no error, no sideways scroll; language, labels and contrast."""
    tab, watcher = tabs[page.reader, language]
    watcher.allowed = {f"status of {page.status}"} if page.status != 200 else set()
    tab.set_viewport_size({"width": 1280, "height": HEIGHT})
    tab.emulate_media(color_scheme="light")
    answer = tab.goto(scene.address(page.path), wait_until="load")
    assert answer is not None
    assert answer.status == page.status
    assert tab.locator("html").get_attribute("lang") == language
    tab.locator(page.ready).first.wait_for()
    watcher.read(language)
    for width, theme in STATES:
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        tab.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        watcher.glance()
        if (width, theme) in JUDGED:
            watcher.judge(names_alone=language == "en", beginning=page.long and theme == "dark")
        keep_screen(tab, page.name, (language, width, theme))
    assert watcher.told() == []


def test_every_picture_is_shown() -> None:
    """Each page has its two, the list names them, and together they are light enough for a repository."""
    kept = sorted(SCREENS.glob("*.webp"))
    assert [one.name for one in kept] == pictures(PAGES)
    assert sum(one.stat().st_size for one in kept) <= 6_000_000
    assert write_list(PAGES) == (SCREENS / "README.md").read_text("utf-8")


def test_no_page_is_forgotten(scene: Scene) -> None:
    """Every page of the running service is looked at here, or it is said where."""
    described = requests.get(f"{scene.url}/openapi.json", timeout=20).json()["paths"]
    shown = {
        path
        for path, item in described.items()
        if "text/html" in item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    }
    looked_at = [page.path.partition("?")[0] for page in PAGES]
    missing = [
        path
        for path in sorted(shown - LOOKED_AT_ELSEWHERE.keys())
        if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), one) for one in looked_at)
    ]
    assert missing == []
    assert [path for path in LOOKED_AT_ELSEWHERE if path not in shown] == []


def test_the_watcher_bites(browser: Browser, scene: Scene) -> None:
    """On each thing that it is there for; one that finds nothing anywhere may be blind."""
    context = open_context(browser, scene.url, ("ru", 390, "light"))
    tab = context.new_page()
    watcher = Watcher(tab, scene.url)
    tab.goto("/")
    tab.evaluate(
        """() => {
          const add = (html) => document.querySelector("main").insertAdjacentHTML("beforeend", html);
          add('<p style="color: red">styled</p>');
          add('<img src="http://evil.invalid/a.png" alt="">');
          add('<div class="wide-load"><pre class="btn">' + "x".repeat(400) + "</pre></div>");
          add("<p>Hello {name}</p><h1>Another</h1><input><p>Prices</p><p>some words of English</p>");
          console.error("broken");
          setTimeout(() => { throw new Error("thrown"); });
        }"""
    )
    tab.wait_for_function("window.__violations.length >= 2")
    watcher.read("ru")
    told = "\n".join(watcher.look())
    context.close()
    for piece in (
        "policy: style-src",
        "policy: img-src",
        "console: broken",
        "thrown",
        "{name}",
        "2 first headings",
        "axe label",
        "not ru: Prices",
        "not ru: some words of English",
        "px wide in 390",
    ):
        assert piece in told
