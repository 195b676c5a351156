"""A real store with one customer in it, for tests of the ledger and the queue."""

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from slovomat.domain.caller import DIALECTS, KeyPolicy, Plan
from slovomat.domain.days import Calendar
from slovomat.domain.events import Usage
from slovomat.domain.generation import ClaimedJob, Closing, HoldState
from slovomat.domain.ids import AccountId, GenerationId, PlanId
from slovomat.domain.mode import ModeRef
from slovomat.domain.request import Accepted, Idempotency, StoredAnswer
from slovomat.ports.store import (
    BalanceQuery,
    ClaimOrder,
    Credit,
    HoldOrder,
    HoldResult,
    NewKey,
    PlanOffer,
    Store,
)
from slovomat.storage.open import make_store
from tests.played_env import NOON_MS, PlayedEnv

MODE = ModeRef("chat", 1, "d" * 64)
LEASE_MS = 30_000
_CALENDAR = Calendar("Europe/Moscow")


def plan(name: str = "Plan", daily: int = 0, **more: Any) -> PlanOffer:
    """A plan that opens everything."""
    facts: dict[str, Any] = {"dialects": frozenset(DIALECTS), "api_allowance": True, **more}
    return PlanOffer(plan=Plan(id=PlanId(0), name=name, daily_requests=daily, **facts), on_sale=True)


def new_key(account: AccountId, name: str = "key", **more: Any) -> NewKey:
    """A key whose hash is made of its name."""
    hashed = hashlib.sha256(name.encode()).digest()
    return NewKey(account_id=account, hash=hashed, shown=f"slv_{name[:6]}", name=name, **more)


def mark(key: str, said: bytes = b"the same") -> Idempotency:
    """An idempotency key, and what the call said."""
    return Idempotency(key, hashlib.sha256(said).digest())


class Books:
    """The store, the customer's account, and a clock to set."""

    def __init__(self, store: Store, env: PlayedEnv, account: AccountId, key: KeyPolicy) -> None:
        self.store = store
        self.env = env
        self.account = account
        self.key = key
        self.spoilt = False
        """Set by a test that broke the books itself."""

    async def credit(self, requests: int, **more: Any) -> int | None:
        """A pack, or less of one; the packs' new total."""
        facts = {"title": "pack", "reason": "test", **more}
        order = Credit(account_id=self.account, requests=requests, now_ms=self.env.now_ms(), **facts)
        return await self.store.credit(order)

    async def hold(self, price: int = 2, **more: Any) -> HoldResult:
        """Asks for a hold."""
        now_ms = self.env.now_ms()
        facts: dict[str, Any] = {
            "key": self.key,
            "dialect": "textbot",
            "day": _CALENDAR.day(now_ms),
            "allowance": None,
            "owner": "me",
            "expires_at_ms": now_ms + 660_000,
            "idempotency_since_ms": now_ms - 86_400_000,
            "mode": MODE,
            **more,
        }
        order = HoldOrder(account_id=self.account, price_requests=price, now_ms=now_ms, **facts)
        return await self.store.hold(order)

    async def held(self, price: int = 2, **more: Any) -> GenerationId:
        """A hold that has to be accepted."""
        result = await self.hold(price, **more)
        assert isinstance(result, Accepted), result
        return result.id

    async def close(
        self, hold: GenerationId, state: HoldState, answer: StoredAnswer | None = None, reason: str = ""
    ) -> bool:
        """Closes a hold."""
        return await self.store.close(self.closing(hold, state, reason), self.env.now_ms(), answer)

    async def balance(self, allowance: int | None = None, key: KeyPolicy | None = None) -> int:
        """What the key can spend."""
        now_ms = self.env.now_ms()
        query = BalanceQuery(
            account_id=self.account,
            key=key or self.key,
            day=_CALENDAR.day(now_ms),
            allowance=allowance,
            now_ms=now_ms,
        )
        return await self.store.balance(query)

    async def claim(
        self, limit: int = 100, owner: str = "me", per_account: int = 0, lease_ms: int = LEASE_MS
    ) -> list[ClaimedJob]:
        """Claims waiting jobs."""
        now_ms = self.env.now_ms()
        order = ClaimOrder(
            owner=owner, limit=limit, now_ms=now_ms, lease_ms=lease_ms, per_account=per_account
        )
        return await self.store.claim(order)

    async def complete(self, job: ClaimedJob, result: str = "done") -> bool:
        """Finishes a job well."""
        return await self.store.complete(
            job, result, self.closing(job.id, HoldState.SETTLED), self.env.now_ms()
        )

    async def fail(self, job: ClaimedJob, error: str = "upstream_error") -> bool:
        """Finishes a job badly."""
        return await self.store.fail(
            job, error, self.closing(job.id, HoldState.RELEASED, error), self.env.now_ms()
        )

    async def take_over(self, owner: str, live: Collection[GenerationId] = ()) -> int:
        """Queues again what has lapsed."""
        return await self.store.take_over(owner, live, self.env.now_ms(), 500)

    def closing(self, hold: GenerationId, state: HoldState, reason: str = "") -> Closing:
        """How a generation of the customer's ended."""
        usage = Usage(1, 2)
        return Closing(
            id=hold, account_id=self.account, state=state, reason=reason, upstream="test", usage=usage
        )

    async def balanced(self) -> None:
        """Every invariant holds."""
        assert (await self.store.audit()).violations == ()


@asynccontextmanager
async def open_books(
    place: Path | str,
    daily: int = 0,
    now_ms: int = NOON_MS,
    store: Mapping[str, Any] | None = None,
    **key: Any,
) -> AsyncIterator[Books]:
    """A store on a new SQLite file in a folder, or in an empty database; at its end the books must balance.

    `store`: what else the store is told.
    """
    env = PlayedEnv(now_ms)
    opened = make_store(place / "books.db" if isinstance(place, Path) else place, **(store or {}))
    await opened.open()
    await opened.save_plan(plan(daily=daily))
    account = await opened.add_account("customer@example.org", "Plan", False, now_ms)
    assert account is not None
    stored = new_key(account, **key)
    await opened.add_key(stored, now_ms)
    caller = await opened.find_caller(stored.hash)
    assert caller is not None
    books = Books(opened, env, account, caller.key)
    yield books
    if not books.spoilt:
        await books.balanced()
    await opened.close_store()
