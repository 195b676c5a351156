"""M4: the wall clock jumps in a live process, under load."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import aiohttp
from tests.wire.crowd import Answer, Crowd, job_id

from faults.crowds import Callers, callers, ended
from faults.fake_time import FakeTime
from faults.row import Order, Outcome, Row
from faults.stand import ENGINES, Stand, stand
from faults.upstream import Saying, saying_upstream

_MOSCOW = ZoneInfo("Europe/Moscow")
_ZONES = ("Europe/Moscow", "Pacific/Kiritimati", "Pacific/Pago_Pago")
_DAILY, _PRICE = 200, 2
_CALLERS = 6
_STAY_S = 0.15
_PER_ZONE = 100
"""So many jumps, then a new start in the next zone."""
_BEFORE = timedelta(milliseconds=60)
_MIDNIGHTS = tuple(
    datetime(*date, tzinfo=_MOSCOW)
    for date in ((2026, 11, 23), (2026, 11, 24), (2027, 1, 1), (2028, 2, 29), (2028, 3, 1))
)
_LEASE_S = 3


@dataclass
class _Told:
    """What the callers were told."""

    paid: int = 0
    jobs: dict[int, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(order: Order) -> Outcome:
    """As many jumps as the volume."""
    return asyncio.run(_run(order))


async def _run(order: Order) -> Outcome:
    outcome, told = Outcome(0), _Told()
    clock = FakeTime(order.folder / "clock")
    clock.jump_to(_MIDNIGHTS[0] - timedelta(hours=12))
    async with saying_upstream(0.01) as saying:
        limits = {"polls_per_minute": 0, "balances_per_minute": 0}
        with stand(order.set_up, order.folder, saying.port, None, lease_s=_LEASE_S, **limits) as built:
            built.nodes[0].set(**clock.variables)
            await asyncio.to_thread(built.start)
            key = await asyncio.to_thread(_account, built)
            async with callers(built, key) as crowds:
                closing = asyncio.Event()
                async with asyncio.TaskGroup() as tasks:
                    for caller in range(_CALLERS):
                        tasks.create_task(_spend(crowds.any(), told, closing, count(caller, _CALLERS)))
                    await _jump(order, outcome, built, clock)
                    closing.set()
                await _look_back(outcome, built, crowds, told, saying)
    return outcome


def _account(built: Stand) -> str:
    built.command(
        *("plan", "set", "jumper", "--daily", str(_DAILY), "--rpm", "0"),
        *("--dialects", "textbot,chatinfo,openai"),
    )
    return built.nodes[0].account("jumper@example.org", "jumper")


async def _jump(order: Order, outcome: Outcome, built: Stand, clock: FakeTime) -> None:
    """Just before a midnight, so that it passes; on a day that was there before; a year off."""
    chance = random.Random(order.seed)
    while outcome.volume < order.volume and order.in_time:
        midnight = chance.choice(_MIDNIGHTS)
        off = chance.choice((-_BEFORE, timedelta(hours=13), timedelta(hours=-25), timedelta(days=365)))
        clock.jump_to(midnight + off)
        outcome.volume += 1
        await asyncio.sleep(_STAY_S)
        if outcome.volume % _PER_ZONE == 0:
            zone = _ZONES[outcome.volume // _PER_ZONE % len(_ZONES)]
            built.nodes[0].set(SLOVOMAT_TIME_ZONE=zone)
            await asyncio.to_thread(built.nodes[0].stop)
            await asyncio.to_thread(built.nodes[0].start)


async def _spend(crowd: Crowd, told: _Told, closing: asyncio.Event, numbers: "count[int]") -> None:
    while not closing.is_set():
        number = next(numbers)
        await _once(crowd, told, f"text {number}", f"key-{number}", chat=number % 2 == 0)
        await asyncio.sleep(0.01)


async def _once(crowd: Crowd, told: _Told, text: str, mark: str, chat: bool) -> None:
    """A call, repeated until it is answered."""
    while True:
        try:
            answer = await (crowd.chat if chat else crowd.textbot)(text, Idempotency_Key=mark)
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)
            continue
        if answer.status in (409, 503):
            await asyncio.sleep(0.05)
            continue
        break
    if answer.status == 200 and chat:
        told.paid += 1
    elif answer.status == 200:
        told.jobs[job_id(answer)] = text
    elif "rate_limit" in answer.body.decode() or not _is_poor(answer):
        told.wrong.append(f"{text}: {answer.status} {answer.body.decode()}")


def _is_poor(answer: Answer) -> bool:
    return answer.status in (402, 403, 429)


async def _look_back(outcome: Outcome, built: Stand, crowds: Callers, told: _Told, saying: Saying) -> None:
    outcome.violations += told.wrong[:10]
    states = set(await ended(crowds, list(told.jobs)))
    outcome.check(states <= {"completed"}, f"jobs ended as {states}")
    audit = await asyncio.to_thread(built.settled, 3 * _LEASE_S + 20)
    outcome.check(audit["ok"] and audit["held"] == 0, f"the audit: {audit}")
    spent = _PRICE * (told.paid + len(told.jobs))
    outcome.check(audit["spent"] == spent, f"{audit['spent']} spent, not {spent}")
    days = built.ask("SELECT day, granted FROM buckets WHERE day IS NOT NULL ORDER BY day")
    twice = [day for day, seen in Counter(day for day, _ in days).items() if seen > 1]
    outcome.check(not twice, f"granted twice: {twice}")
    outcome.check({granted for _, granted in days} <= {str(_DAILY)}, f"days of other sizes: {days}")
    again = {text: asked for text, asked in saying.asked.items() if asked > 1}
    outcome.check(not again, f"generated more than once: {again}")
    outcome.also |= {"calls": told.paid + len(told.jobs), "days": len(days)}


ROWS = [
    Row(
        name="M4",
        fault="the clock jumps in a live process: over midnight, +24 h, −25 h, leap day, zone changes",
        passes="allowance once a day an account, never twice after a jump back; leases and limits unharmed",
        unit="jumps",
        c=24,
        r=1_000,
        step=200,
        run=run,
        set_ups=ENGINES,
        tests=("tests/wire/test_clock.py",),
    )
]
