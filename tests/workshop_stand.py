"""The operator's desk over ASGI: people of each role at its pages, an upstream that says what it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2

from slovomat.domain.events import Completion, Failure, Usage
from slovomat.domain.role import Role
from slovomat.limits.memory import MemoryLimits
from slovomat.modes import load_modes
from slovomat.ports.upstream import Call
from slovomat.settings import Settings
from slovomat.upstreams.echo import Echo
from slovomat.usecases.accounts import ensure_price_list
from slovomat.usecases.sessions import Browser
from slovomat.web.metrics import Metrics
from slovomat.web.pages.app import make_pages
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.visitor import sessions_of
from slovomat.web.services import Services
from tests.books import Books, open_books

SITE = "http://127.0.0.1:8080"


class Parrot(Echo):
    """Says what stands in `says`, whatever it is asked."""

    def __init__(self) -> None:
        super().__init__(name="parrot", model="grey")
        self.says: str | Failure = "a word"
        self.calls = 0

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """At once."""
        assert body_rest
        self.calls += 1
        if isinstance(self.says, Failure):
            return Call[Completion | Failure].ended(self.says)
        return Call[Completion | Failure].ended(Completion(body=b"{}", text=self.says, usage=Usage(7, 3)))


class Queue:
    """Counts the jobs that it is told of."""

    full = False

    def __init__(self) -> None:
        self.heard = 0

    def added(self) -> None:
        """A job was queued."""
        self.heard += 1


class Workshop:
    """The pages, the store behind them, and what generates."""

    def __init__(
        self, books: Books, folder: Path, settings: dict[str, object], origins: dict[str, str]
    ) -> None:
        self.books = books
        self.upstream = Parrot()
        self.queue = Queue()
        self.modes = load_modes()
        self.metrics = Metrics()
        read = Settings.model_validate({"data": folder, **settings})
        self.backstage = Backstage(
            site=lambda: SITE,
            settings=read,
            env=books.env,
            store=books.store,
            modes=self.modes,
            limits=MemoryLimits(books.env),
            secret=bytes(32),
            services=self._services(read),
            origins=origins,
        )
        self._app = make_pages(self.backstage)

    async def at_desk(self, role: Role, language: str = "en") -> httpx2.AsyncClient:
        """The browser of somebody who has signed in there."""
        store, env = self.books.store, self.books.env
        account = await store.add_account(f"{role}@example.org", "Plan", False, env.now_ms())
        assert account is not None
        await store.people.set_role(account, role, env.now_ms())
        sessions = sessions_of(self.backstage)
        token = await sessions.begin(account, "admin", Browser("127.0.0.1", "Firefox"), second_factor=True)
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self._app, client=("127.0.0.1", 1)),
            base_url=SITE,
            headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": language},
            cookies={"slovomat_desk": token},
        )

    def _services(self, settings: Settings) -> Services:
        """What the desk's pages ask of the API's use cases; the rest is nobody's here."""
        others: Any = cast(Any, None)
        return Services(
            settings=settings,
            env=self.books.env,
            store=self.books.store,
            modes=self.modes,
            callers=others,
            admission=others,
            generator=others,
            settler=others,
            upstream=self.upstream,
            queue=self.queue,
            gate=others,
            pulse=others,
            metrics=self.metrics,
        )


@asynccontextmanager
async def workshop_at(
    folder: Path, settings: dict[str, object] | None = None, origins: dict[str, str] | None = None
) -> AsyncIterator[Workshop]:
    """A desk with one customer's books behind it, which must balance at the end."""
    async with open_books(folder) as books:
        await ensure_price_list(books.store)
        yield Workshop(books, folder, settings or {}, origins or {})
