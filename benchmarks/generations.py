"""What callers ask of a store: customers, direct calls and jobs, through the port as the service uses it."""

import asyncio
import hashlib
import time
from itertools import count
from random import Random
from typing import NamedTuple

from slovomat.domain.caller import DIALECTS, KeyPolicy, Plan
from slovomat.domain.generation import ClaimedJob, Closing, HoldState
from slovomat.domain.ids import AccountId, GenerationId, PlanId
from slovomat.domain.mode import ModeRef
from slovomat.domain.request import Accepted
from slovomat.ports.accounts import Credit, NewKey, PlanOffer
from slovomat.ports.jobs import ClaimOrder
from slovomat.ports.ledger import HoldOrder
from slovomat.storage.store import SQLStore

_PACK = 1_000_000_000
_HOUR_MS = 3_600_000
_LEASE_MS = 15_000
_WORDS = """
торговый автомат известен со времён Герона Александрийского который описал устройство для продажи святой
воды в храме монета падала на чашу рычага открывала клапан и жидкость вытекала пока рычаг не возвращался
на место спустя почти две тысячи лет в Лондоне появились машины с открытками затем с жевательной
резинкой билетами кофе и газетами сегодня они принимают карты телефоны сообщают о запасах по сети
"""
_MODE = ModeRef("essay", 1, "d" * 64)


def _prose(chars: int, seed: int) -> str:
    """Russian words in no order, so that it is packed about as badly as real texts are."""
    chance, words = Random(seed), _WORDS.split()  # noqa: S311 - the same text every time
    text = ""
    while len(text) < chars:
        text += chance.choice(words) + " "
    return text[:chars]


_TEXT, _RESULT = _prose(1000, 1), _prose(3000, 2)


class Customer(NamedTuple):
    """An account with a pack, and its key."""

    account: AccountId
    key: KeyPolicy


async def customers_of(store: SQLStore, number: int) -> list[Customer]:
    """New customers with a pack that does not run out."""
    plan = Plan(
        id=PlanId(0), name="bench", daily_requests=0, dialects=frozenset(DIALECTS), api_allowance=True
    )
    await store.save_plan(PlanOffer(plan=plan, on_sale=False))
    return [await _customer(store, n) for n in range(number)]


async def _customer(store: SQLStore, number: int) -> Customer:
    now_ms = _now_ms()
    account = await store.add_account(f"{number}@example.org", "bench", False, now_ms)
    assert account is not None  # noqa: S101 - the database is new
    hashed = hashlib.sha256(str(number).encode()).digest()
    await store.add_key(NewKey(account_id=account, hash=hashed, shown="bench", name="bench"), now_ms)
    pack = Credit(account_id=account, requests=_PACK, title="pack", reason="bench", now_ms=now_ms)
    await store.credit(pack)
    caller = await store.find_caller(hashed)
    assert caller is not None  # noqa: S101 - it was just made
    return Customer(account, caller.key)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _held(store: SQLStore, customer: Customer, job_text: str | None = None) -> GenerationId:
    now_ms = _now_ms()
    order = HoldOrder(
        account_id=customer.account,
        key=customer.key,
        dialect="openai",
        price_requests=2,
        day=time.strftime("%Y-%m-%d", time.gmtime()),
        allowance=None,
        owner="bench",
        now_ms=now_ms,
        expires_at_ms=now_ms + _HOUR_MS,
        mode=_MODE,
        job_text=job_text,
    )
    held = await store.hold(order)
    assert isinstance(held, Accepted), held  # noqa: S101 - the pack does not run out
    return held.id


def _settled(account: AccountId, hold: GenerationId) -> Closing:
    return Closing(id=hold, account_id=account, state=HoldState.SETTLED, upstream="bench")


async def generate(store: SQLStore, customers: list[Customer], callers: int, seconds: float) -> int:
    """So many direct calls were made; each caller starts its next when the last is settled."""
    numbers, until_s = count(), time.monotonic() + seconds
    made = 0

    async def call() -> None:
        nonlocal made
        while time.monotonic() < until_s:
            customer = customers[next(numbers) % len(customers)]
            hold = await _held(store, customer)
            assert await store.close(_settled(customer.account, hold), _now_ms())  # noqa: S101 - it is open
            made += 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(callers):
            tasks.create_task(call())
    return made


async def generate_by_jobs(store: SQLStore, customers: list[Customer], callers: int, seconds: float) -> int:
    """So many jobs were done; each caller queues its next when its last is claimed."""
    numbers, until_s = count(), time.monotonic() + seconds
    places = asyncio.Semaphore(callers)
    made = 0

    async def queue() -> None:
        while time.monotonic() < until_s:
            await places.acquire()
            await _held(store, customers[next(numbers) % len(customers)], _TEXT)

    async def work(job: ClaimedJob) -> None:
        nonlocal made
        closing = _settled(job.account_id, job.id)
        assert await store.complete(job, _RESULT, closing, _now_ms())  # noqa: S101 - the lease is long
        made += 1

    async with asyncio.TaskGroup() as tasks:
        queues = [tasks.create_task(queue()) for _ in range(callers)]
        while True:
            done = all(one.done() for one in queues)
            order = ClaimOrder(owner="bench", limit=callers, now_ms=_now_ms() + 1, lease_ms=_LEASE_MS)
            jobs = await store.claim(order)
            if done and not jobs:
                return made
            for job in jobs:
                places.release()
                tasks.create_task(work(job))
            if not jobs:
                await asyncio.sleep(0.001)
