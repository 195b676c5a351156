"""The pages over ASGI, with a real database behind them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx2

from slovomat.env import SystemEnv
from slovomat.limits.memory import MemoryLimits
from slovomat.modes import load_modes
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import ensure_price_list
from slovomat.web.pages.app import make_pages
from slovomat.web.pages.backstage import Backstage

SITE = "https://words.example"
PAGES = (
    "/",
    "/price",
    "/prices",
    "/api-documentation",
    "/api-docs",
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


def backstage(
    folder: Path,
    store: Store,
    site: Callable[[], str] = lambda: SITE,
    settings: dict[str, object] | None = None,
) -> Backstage:
    """What the pages stand before, without the API's use cases."""
    env = SystemEnv()
    return Backstage(
        site=site,
        settings=Settings.model_validate({"data": folder, **(settings or {})}),
        env=env,
        store=store,
        modes=load_modes(),
        limits=MemoryLimits(env),
        secret=bytes(32),
    )


@asynccontextmanager
async def standing(
    folder: Path, settings: dict[str, object] | None = None, site: str = SITE
) -> AsyncIterator[Stand]:
    """The browser keeps no cookies: each call is a stranger's."""
    store = make_store(folder / "slovomat.db")
    await store.open()
    await ensure_price_list(store)
    transport = httpx2.ASGITransport(
        app=make_pages(backstage(folder, store, lambda: site, settings)), raise_app_exceptions=False
    )
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    async with httpx2.AsyncClient(transport=transport, base_url=SITE, cookies=no_cookies) as browser:
        yield Stand(store, browser)
    await store.close_store()
