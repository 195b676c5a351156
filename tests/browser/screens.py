"""Pictures of the pages, into docs/screens where SLOVOMAT_SCREENS=1 asks for them."""

import base64
import os
from pathlib import Path

from playwright.sync_api import Page as Tab

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
KEPT = {("ru", 1280, "light"), ("en", 390, "dark")}
"""The looks that pictures are kept of."""
_SCREEN_PX = 900
_TALLEST = {1280: 2, 390: 3}
"""How many screens of a long page a picture has, by width."""
_BYTES_MAX = 80_000
_QUALITIES = (80, 65, 50, 35, 20)


def keep_screen(tab: Tab, name: str, look: tuple[str, int, str]) -> None:
    """The page as it stands."""
    if os.environ.get("SLOVOMAT_SCREENS") != "1" or look not in KEPT:
        return
    SCREENS.mkdir(parents=True, exist_ok=True)
    language, width, theme = look
    (SCREENS / f"{name}.{language}-{width}-{theme}.webp").write_bytes(
        _webp(tab, _TALLEST[width] * _SCREEN_PX)
    )


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
