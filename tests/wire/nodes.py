"""Several nodes of the service on one PostgreSQL, with callers at each and the books at hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import anyio
import asyncpg

from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.ids import PlanId
from slovomat.env import SystemEnv
from slovomat.ports.store import Audit, Credit, PlanOffer, Store
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import KeyRules, create_key
from tests.wire.crowd import PLAN, Crowd, crowd
from tests.wire.service import Service

SECRET = "5eed" * 16
EMAIL = "crowd@example.org"
CREDIT = 10_000


@dataclass
class Nodes:
    """The nodes, the callers at each of them, and the store that they share."""

    services: list[Service]
    crowds: list[Crowd]
    store: Store
    url: str
    """Of the database."""

    async def sql(self, query: str) -> list[tuple[object, ...]]:
        """Rows, as PostgreSQL's superuser sees them."""
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def settled(self, within_s: float = 10) -> Audit:
        """The books, once nothing is held any more."""
        async with asyncio.timeout(within_s):
            while True:
                audit = await self.store.audit()
                if not audit.held:
                    assert audit.violations == ()
                    return audit
                await asyncio.sleep(0.1)


async def eventually(holds: Callable[[], bool | Awaitable[bool]], within_s: float = 20) -> None:
    """Returns once it does."""
    async with asyncio.timeout(within_s):
        while True:
            told = holds()
            if told if isinstance(told, bool) else await told:
                return
            await asyncio.sleep(0.01)


async def readiness(url: str) -> int:
    """What a load balancer is told."""
    async with aiohttp.ClientSession() as session, session.get(url + "/readyz") as response:
        return response.status


async def open_account(store: Store, requests: int) -> str:
    """An account without limits on calls, which spends from one pack; its key."""
    env = SystemEnv()
    plan = Plan(
        id=PlanId(0),
        name=PLAN,
        daily_requests=0,
        rpm=0,
        dialects=frozenset(DIALECTS),
        api_allowance=True,
    )
    await store.save_plan(PlanOffer(plan=plan, on_sale=False))
    account = await store.add_account(EMAIL, PLAN, False, env.now_ms())
    assert account is not None
    credit = Credit(account_id=account, requests=requests, title="t", reason="t", now_ms=env.now_ms())
    await store.credit(credit)
    return (await create_key(store, env, bytes.fromhex(SECRET), account, KeyRules())).key


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """The database, beside the nodes."""
    store = make_store(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close_store()


def make_node(folder: Path, upstream_url: str, url: str, **settings: object) -> Service:
    """One node, not started."""
    folder.mkdir()
    quick = {"job_retry_wait_s": 0.05, "upstream_retry_wait_max_s": 0.1, "polls_per_minute": 0}
    told = {"balances_per_minute": 0, "secret": SECRET, "database_url": url}
    return Service(folder / "data", upstream_url, **{**quick, **told, **settings})


async def start_all(services: Sequence[Service]) -> None:
    """All at once."""
    async with asyncio.TaskGroup() as tasks:
        for service in services:
            tasks.create_task(anyio.to_thread.run_sync(service.start))


async def kill_all(services: Sequence[Service]) -> None:
    """Whatever state they are in."""
    for service in services:
        await anyio.to_thread.run_sync(service.kill)


@asynccontextmanager
async def nodes(
    folder: Path, upstream_url: str, urls: Sequence[str], **settings: object
) -> AsyncIterator[Nodes]:
    """A started node for each URL, which all lead to the same database; at the end it is killed."""
    services = [
        make_node(folder / f"node{number}", upstream_url, url, **settings) for number, url in enumerate(urls)
    ]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(kill_all, services)
        store = await stack.enter_async_context(open_store(urls[-1]))
        key = await open_account(store, CREDIT)
        await start_all(services)
        crowds = [
            await stack.enter_async_context(crowd(partial(lambda s: s.url, service), key))
            for service in services
        ]
        yield Nodes(services, crowds, store, urls[-1])
