"""M1: many spends at once on one balance."""

import asyncio
from collections import Counter

from tests.wire.crowd import job_id

from faults.crowds import Callers, callers, ended, serving
from faults.row import Order, Outcome, Row
from faults.stand import ALL, Stand
from faults.upstream import Saying

_PRICE = 2
_DIALECTS = ("textbot", "chatinfo", "chat")
_BALANCE_LOW = (402, 403, 429)


def run(order: Order) -> Outcome:
    """As many calls as the volume, four for each that the balance pays, and one request over."""
    return asyncio.run(_run(order))


async def _run(order: Order) -> Outcome:
    outcome = Outcome(order.volume)
    async with serving(order) as (built, saying):
        paid = order.volume // 4
        key = await asyncio.to_thread(built.account, paid * _PRICE + 1)
        async with callers(built, key) as crowds:
            await _spend(order, outcome, crowds, paid)
        await _look_back(outcome, built, saying, paid)
    return outcome


async def _spend(order: Order, outcome: Outcome, crowds: Callers, paid: int) -> None:
    tasks = [crowds.calls(_DIALECTS[number % 3], f"spend {number}", 1)[0] for number in range(order.volume)]
    answers = await asyncio.gather(*tasks)
    statuses = Counter(answer.status for answer in answers)
    outcome.check(statuses[200] == paid, f"{statuses[200]} calls were accepted, not {paid}: {statuses}")
    others = set(statuses) - {200, *_BALANCE_LOW}
    outcome.check(not others, f"other answers than yes and no: {statuses}")
    accepted = [answer for answer in answers if answer.status == 200]
    jobs = [job_id(answer) for answer in accepted if "choices" not in answer.json]
    states = Counter(await ended(crowds, jobs))
    outcome.check(states.keys() <= {"completed"}, f"jobs ended as {states}")
    for crowd in crowds.crowds:
        left = await crowd.balance()
        outcome.check(left == 1, f"{left} requests are left, not 1")


async def _look_back(outcome: Outcome, built: Stand, saying: Saying, paid: int) -> None:
    asked = sum(saying.asked.values())
    outcome.check(asked == paid, f"the upstream was asked {asked} times, not {paid}")
    audit = await asyncio.to_thread(built.command, "audit")
    found = (audit["ok"], audit["held"], audit["spent"], audit["available"])
    outcome.check(found[:2] == (True, 0), f"the audit: {audit}")
    outcome.check(audit["spent"] == paid * _PRICE, f"spent {audit['spent']}, not {paid * _PRICE}")


ROWS = [
    Row(
        name="M1",
        fault="N spends at once on one balance, dialects mixed; one process, four, two nodes",
        passes="exactly ⌊balance / price⌋ accepted, the end balance exact",
        unit="spends",
        c=2_000,
        r=800_000,
        step=10_000,
        run=run,
        set_ups=ALL,
    )
]
