"""The pages over ASGI, with a real database behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from slovomat.modes import load_modes
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import ensure_price_list
from slovomat.web.pages.app import make_pages

SITE = "https://words.example"
PAGES = (
    "/",
    "/price",
    "/prices",
    "/account",
    "/subscription",
    "/api-documentation",
    "/api-docs",
    "/admin/login",
)


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
