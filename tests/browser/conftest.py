"""A browser, and a service that it looks at."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Tab

from tests.browser.market import Market, open_market
from tests.browser.watcher import Watcher

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHT = 900
Look = tuple[str, int, str]
"""A language, a width, a theme."""
LOOKS: tuple[Look, ...] = (
    ("ru", 1280, "light"),
    ("en", 1280, "dark"),
    ("ru", 390, "dark"),
    ("en", 390, "light"),
)
"""Each language on both widths, each width in both themes."""
_PATIENCE_MS = 10_000
OpenTab = Callable[[Look], tuple[Tab, Watcher]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module. Without Chromium they are skipped, except in CI, where it must be there.

    While it is there, so is an event loop in this thread: no test with a loop of its own could run meanwhile.
    """
    if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
        pytest.skip("no Chromium here: name it in CHROMIUM")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A service that sells, with a fresh data folder."""
    with open_market(tmp_path_factory.mktemp("market") / "data") as opened:
        yield opened


@pytest.fixture
def open_tab(browser: Browser, market: Market) -> Iterator[OpenTab]:
    """Opens a tab of a person of its own, watched from the start; closed at the test's end."""
    with ExitStack() as stack:

        def open_one(look: Look) -> tuple[Tab, Watcher]:
            context = open_context(browser, market.url, look)
            stack.callback(context.close)
            tab = context.new_page()
            return tab, Watcher(tab, market.url)

        yield open_one


def open_context(browser: Browser, url: str, look: Look) -> BrowserContext:
    """A browser's memory of its own, as somebody has set it up who likes that look."""
    language, width, theme = look
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if theme == "dark" else "light",
        locale="ru-RU" if language == "ru" else "en-GB",
        reduced_motion="reduce",
        has_touch=width < 600,
    )
    context.set_default_timeout(_PATIENCE_MS)
    return context
