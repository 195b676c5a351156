"""People at the pages: each a browser with its own cookies and address, and the letters that they get."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from pyotp import TOTP

from slovomat.domain.ids import AccountId
from slovomat.identity.config import make_issuer
from slovomat.limits.memory import MemoryLimits
from slovomat.modes import load_modes
from slovomat.ports.outbox import Channel, Post
from slovomat.ports.people import Identity
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import ensure_price_list
from slovomat.usecases.sessions import Browser
from slovomat.web.pages.app import make_pages
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.visitor import sessions_of
from tests.books import Books, new_key
from tests.played_env import DAY_MS, PlayedEnv

SITE = "https://words.example"
PASSWORD = "correct horse battery"
OTHER_PASSWORD = "staple in the stable"


class People:
    """The pages of one instance with a clock to set."""

    def __init__(self, store: Store, env: PlayedEnv, backstage: Backstage) -> None:
        self.store = store
        self.env = env
        self.backstage = backstage
        self._app = make_pages(backstage)

    def browser(self, address: str = "192.0.2.1", agent: str = "Firefox") -> httpx2.AsyncClient:
        """A browser on one of our own pages."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self._app, client=(address, 1)),
            base_url=self.backstage.site(),
            headers={"Sec-Fetch-Site": "same-origin", "User-Agent": agent, "Accept-Language": "en"},
        )

    async def letters(self) -> list[Post]:
        """Those that were written since the last look."""
        now_ms = self.env.now_ms()
        return await self.store.outbox.claim(Channel.MAIL, 100, now_ms, 400 * DAY_MS)

    async def link(self) -> str:
        """The link of the one letter that waits."""
        letters = await self.letters()
        return str(letters[-1].facts["link"])

    async def sign_up(self, browser: httpx2.AsyncClient, email: str) -> None:
        """Signs up, and follows the letter's link in the same browser."""
        asked = await browser.post("/sign-up", data={"email": email, "password": PASSWORD})
        assert asked.status_code == 200, asked.text
        opened = await browser.post(await self.link())
        assert opened.headers["location"] == "/account?said=welcome", opened.text

    async def enter(self, browser: httpx2.AsyncClient, email: str) -> AccountId:
        """A new account, signed in without a password: for pages that ask for none."""
        people, now_ms = self.store.people, self.env.now_ms()
        identity = Identity("https://id.example", email, email, now_ms)
        account_id = await people.open_identified(email, "Бесплатный", "en", identity)
        assert account_id is not None
        there = Browser("192.0.2.1", "Firefox")
        token = await sessions_of(self.backstage).begin(account_id, "cabinet", there, second_factor=False)
        browser.cookies.set("__Host-slovomat_session", token, domain=self.backstage.site().rpartition("/")[2])
        return account_id

    async def books(self, account_id: AccountId, name: str = "key", **rules: object) -> Books:
        """The account's books, and a key of it."""
        stored = new_key(account_id, name, **rules)
        await self.store.add_key(stored, self.env.now_ms())
        caller = await self.store.find_caller(stored.hash)
        assert caller is not None
        return Books(self.store, self.env, account_id, caller.key)

    async def sign_in(
        self, browser: httpx2.AsyncClient, email: str, password: str = PASSWORD
    ) -> httpx2.Response:
        """Tries a password."""
        return await browser.post("/sign-in", data={"email": email, "password": password})


@asynccontextmanager
async def people_at(
    folder: Path, settings: dict[str, object] | None = None, site: str = SITE
) -> AsyncIterator[People]:
    """An instance whose time stands still until it is told to go on."""
    store = make_store(folder / "slovomat.db")
    await store.open()
    await ensure_price_list(store)
    env = PlayedEnv()
    told = Settings.model_validate({"data": folder, **(settings or {})})
    backstage = Backstage(
        site=lambda: site,
        settings=told,
        env=env,
        store=store,
        modes=load_modes(),
        limits=MemoryLimits(env),
        secret=bytes(32),
        identity=make_issuer(told, env),
    )
    yield People(store, env, backstage)
    audit = await store.audit()
    assert audit.violations == ()
    await store.close_store()


def heading(answer: httpx2.Response) -> str:
    """The page's h1."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    return found[1] if found else ""


async def is_signed_in(browser: httpx2.AsyncClient) -> bool:
    """Whether the browser's session is in force."""
    return (await browser.get("/security")).status_code == 200


async def turn_on_second_factor(browser: httpx2.AsyncClient, people: People, at: str = "/security") -> str:
    """The secret of the second factor, which is in force afterwards."""
    shown = await browser.get(f"{at}/second-factor")
    sealed, secret = proposed(shown.text)
    fields = {"sealed": sealed, "present": PASSWORD, "code": TOTP(secret).at(people.env.now_ms() // 1000)}
    done = await browser.post(f"{at}/second-factor", data=fields)
    assert heading(done) == "Recovery codes", done.text
    return secret


def proposed(html: str) -> tuple[str, str]:
    """What the page of a new second factor says: the sealed secret, and the one that people type."""
    sealed = re.search(r'name="sealed" value="([^"]+)"', html)
    secret = re.search(r">([A-Z2-7]{32})<", html)
    assert sealed is not None
    assert secret is not None
    return sealed[1], secret[1]
