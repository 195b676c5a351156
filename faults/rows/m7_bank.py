"""M7: a bank's history under a nemesis."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from itertools import count

import aiohttp

from faults.bank.customers import Customer, beg
from faults.bank.line import TIMEOUT_S, Line
from faults.bank.nemesis import Links, Nemesis
from faults.bank.notes import CREDIT, Account, Notes
from faults.bank.reckoning import Reckoning
from faults.disk.small import Fill, small_disk
from faults.proxy import Proxy
from faults.row import ONE, Order, Outcome, Row
from faults.stand import NODES, Stand, stand
from faults.upstream import Saying, saying_upstream

_ACCOUNTS, _CALLERS_EACH = 4, 8
_DISK_MB = 192
_PAUSE_S = 0.05
_SETTINGS = {
    "lease_s": 3,
    "drain_s": 3,
    "job_retry_wait_s": 0.05,
    "upstream_connect_timeout_s": 2,
    "upstream_first_byte_timeout_s": 4,
    "upstream_gap_timeout_s": 4,
    "upstream_total_timeout_s": 8,
    "upstream_retry_wait_max_s": 0.2,
    "polls_per_minute": 0,
    "balances_per_minute": 0,
}


def run(order: Order) -> Outcome:
    """One bank, open for as many faults as the order's volume."""
    return asyncio.run(_run(order))


async def _run(order: Order) -> Outcome:
    links = Links()
    with ExitStack() as stack:
        disk = _disk(order, stack)

        def route(between: str, node: int, port: int) -> int:
            del node
            proxy = stack.enter_context(Proxy(port))
            links.proxies.setdefault(between, []).append(proxy)
            return proxy.port

        async with saying_upstream(0.02) as saying:
            built = stack.enter_context(stand(order.set_up, order.folder, saying.port, route, **_SETTINGS))
            await asyncio.to_thread(built.start)
            nemesis = Nemesis(built, links, random.Random(order.seed))
            if disk:
                nemesis.add("disk full", _filled(disk, built))
            notes = await _open_bank(built, saying, nemesis, order)
    return Outcome(
        volume=sum(nemesis.played.values()),
        violations=notes.violations,
        notes=[f"{len(nemesis.played)} kinds of faults"],
        also=dict(notes.counts),
    )


def _disk(order: Order, stack: ExitStack) -> Fill | None:
    """Under the SQLite file; PostgreSQL's is full in row D1."""
    if order.set_up != ONE:
        return None
    return stack.enter_context(small_disk(order.folder / "node0" / "data", _DISK_MB))


def _filled(fill: Fill, built: Stand) -> Callable[[], Awaitable[None]]:
    async def act() -> None:
        with fill(built.nodes[0].pid):
            await asyncio.sleep(1.5)

    return act


async def _open_bank(built: Stand, saying: Saying, nemesis: Nemesis, order: Order) -> Notes:
    notes = Notes()
    poor = await asyncio.to_thread(built.account, 1)
    for number in range(_ACCOUNTS):
        key = await asyncio.to_thread(built.account, CREDIT)
        notes.accounts.append(Account(key, keyed=number % 2 == 0))
    chance, numbers, closing = random.Random(order.seed + 1), count(1), asyncio.Event()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:
        lines = [Line(session, built.doors, account.key, chance) for account in notes.accounts]
        chiefs = [
            Customer(account, line, notes, numbers, chance)
            for account, line in zip(notes.accounts, lines, strict=True)
        ]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(beg(Line(session, built.doors, poor, chance), notes, closing))
            for chief in chiefs:
                for _ in range(_CALLERS_EACH):
                    tasks.create_task(chief.work(closing, _PAUSE_S))
            await nemesis.rage(order.volume, lambda: order.in_time)
            closing.set()
        notes.counts["unknown outcomes"] += sum(account.unknown for account in notes.accounts)
        reckoning = Reckoning(built, notes, saying)
        await reckoning.hold(list(zip(notes.accounts, chiefs, lines, strict=True)))
    return notes


ROWS = [
    Row(
        name="M7",
        fault="a bank's history: clients spend and read while a nemesis kills and stops servers, restarts"
        " PostgreSQL hard, kills Valkey, fills the disk, spoils every connection",
        passes="no acknowledged job lost, none wrong, the books balance",
        unit="faults",
        c=12,
        r=2_000,
        step=40,
        run=run,
        set_ups=(ONE, NODES),
        share=4,
    )
]
