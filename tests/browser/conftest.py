"""A browser, and a service that it looks at."""

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
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
SCREENS = Path(__file__).parents[2] / "docs" / "screens"
HEIGHT = 900
Look = tuple[str, int, str]
"""A language, a width, a theme."""
LOOKS: tuple[Look, ...] = tuple(
    (language, width, theme)
    for language in ("ru", "en")
    for width in (390, 1280)
    for theme in ("light", "dark")
)
KEPT: tuple[Look, ...] = (
    ("ru", 1280, "light"),
    ("en", 1280, "dark"),
    ("ru", 390, "dark"),
    ("en", 390, "light"),
)
"""The looks that pictures are kept of: each language, width and theme twice."""
_PICTURE_BYTES_MAX = 100_000
_PATIENCE_MS = 10_000
OpenTab = Callable[[Look], tuple[Tab, Watcher]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests. Without Chromium they are skipped, except in CI, where it must be there."""
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
            language, width, theme = look
            context = browser.new_context(
                base_url=market.url,
                viewport={"width": width, "height": HEIGHT},
                color_scheme="dark" if theme == "dark" else "light",
                locale="ru-RU" if language == "ru" else "en-GB",
                reduced_motion="reduce",
                has_touch=width < 600,
            )
            stack.callback(context.close)
            context.set_default_timeout(_PATIENCE_MS)
            tab = context.new_page()
            return tab, Watcher(tab, market.url)

        yield open_one


def keep_screen(tab: Tab, name: str, look: Look) -> None:
    """A picture into docs/screens, where SLOVOMAT_SCREENS=1 asks for them."""
    if os.environ.get("SLOVOMAT_SCREENS") != "1" or look not in KEPT:
        return
    language, width, theme = look
    folder = SCREENS / name
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{language}-{width}-{theme}.webp"
    file.write_bytes(_webp(tab))


def _webp(tab: Tab) -> bytes:
    """The page's beginning; WebP by the browser itself, whose quality falls until it is small enough."""
    session = tab.context.new_cdp_session(tab)
    width = tab.evaluate("document.documentElement.clientWidth")
    screens = 2 if width > 600 else 3
    height = min(tab.evaluate("document.documentElement.scrollHeight"), screens * HEIGHT)
    picture = b""
    for quality in (80, 60, 40, 20, 5):
        taken = session.send(
            "Page.captureScreenshot",
            {
                "format": "webp",
                "quality": quality,
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
            },
        )
        picture = base64.b64decode(taken["data"])
        if len(picture) <= _PICTURE_BYTES_MAX:
            break
    return picture
