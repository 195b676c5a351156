"""Pictures of the pages, into docs/screens where SLOVOMAT_SCREENS=1 asks for them."""

import base64
import os
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page as Tab

from tests.browser.pages import Page

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
WIDE, PHONE = ("ru", 1280, "light"), ("en", 390, "dark")
"""The looks that pictures are kept of."""
_TITLES = {"stranger": "For everybody", "customer": "The cabinet", "operator": "The operator's desk"}
_HEAD = """# The pages

Every page of `slovomat serve --demo`, its people and figures made up. A long page shows its beginning. The
browser tests took the pictures, and take them anew:
`SLOVOMAT_SCREENS=1 ./dev test tests/browser/test_every_page.py`.
"""
_COLUMNS = "| address | Russian, 1280 px, light | English, 390 px, dark |\n|---|---|---|\n"
_SCREEN_PX = 900
_TALLEST = {1280: 2, 390: 3}
"""How many screens of a long page a picture has, by width."""
_BYTES_MAX = 80_000
_QUALITIES = (80, 65, 50, 35, 20)


def keep_screen(tab: Tab, name: str, look: tuple[str, int, str]) -> None:
    """The page as it stands."""
    if not _wanted() or look not in {WIDE, PHONE}:
        return
    SCREENS.mkdir(parents=True, exist_ok=True)
    (SCREENS / _file(name, look)).write_bytes(_webp(tab, _TALLEST[look[1]] * _SCREEN_PX))


def write_list(pages: Sequence[Page]) -> str:
    """The page that shows them; kept beside them where they are taken anew."""
    text = _HEAD + "".join(_rows(pages, reader) for reader in _TITLES)
    if _wanted():
        (SCREENS / "README.md").write_text(text, "utf-8")
    return text


def pictures(pages: Sequence[Page]) -> list[str]:
    """The names of their files."""
    return sorted(_file(page.name, look) for page in pages for look in (WIDE, PHONE))


def _rows(pages: Sequence[Page], reader: str) -> str:
    rows = [
        f"| `{page.path}` | ![{page.name}, Russian, wide, light]({_file(page.name, WIDE)}) "
        f"| ![{page.name}, English, phone, dark]({_file(page.name, PHONE)}) |\n"
        for page in pages
        if page.reader == reader
    ]
    return f"\n## {_TITLES[reader]}\n\n{_COLUMNS}{''.join(rows)}"


def _file(name: str, look: tuple[str, int, str]) -> str:
    language, width, theme = look
    return f"{name}.{language}-{width}-{theme}.webp"


def _wanted() -> bool:
    return os.environ.get("SLOVOMAT_SCREENS") == "1"


def _webp(tab: Tab, tallest_px: int) -> bytes:
    """From the top; the quality falls until it is small enough."""
    session = tab.context.new_cdp_session(tab)
    height = min(tab.evaluate("document.documentElement.scrollHeight"), tallest_px)
    width = tab.evaluate("document.documentElement.clientWidth")
    picture = b""
    for quality in _QUALITIES:
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = {"format": "webp", "quality": quality, "captureBeyondViewport": True, "clip": clip}
        picture = base64.b64decode(session.send("Page.captureScreenshot", shot)["data"])
        if len(picture) <= _BYTES_MAX:
            break
    session.detach()
    return picture
