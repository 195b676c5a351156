"""M2: the same submit many times at once."""

import asyncio
from collections import Counter

from tests.wire.crowd import Answer, job_id

from faults.crowds import Callers, callers, ended, serving
from faults.row import ONE, Order, Outcome, Row
from faults.stand import NODES, POSTGRES
from faults.upstream import Saying

_PRICE = 2
_AT_ONCE = 60
_DIALECTS = ("textbot", "chatinfo", "chat")


def run(order: Order) -> Outcome:
    """For all dialects in turn, 60 calls at once under a key, and without one; again after a restart."""
    return asyncio.run(_run(order))


async def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    first: dict[int, bytes] = {}
    spent = 0
    async with serving(order) as (built, saying):
        credit = _PRICE * (order.volume + 2 * _AT_ONCE)
        key = await asyncio.to_thread(built.account, credit)
        async with callers(built, key) as crowds:
            while outcome.volume < order.volume:
                number = len(first)
                first[number] = await _keyed(outcome, crowds, number)
                spent += 1 + await _unkeyed(outcome, crowds, number)
                outcome.volume += 2 * _AT_ONCE
        await asyncio.to_thread(built.restart)
        async with callers(built, key) as crowds:
            for number, body in first.items():
                await _again(outcome, crowds, number, body)
            left = await crowds.any().balance()
        outcome.check(left == credit - _PRICE * spent, f"{credit - left} requests for {spent} generations")
        _asked(outcome, saying)
        audit = await asyncio.to_thread(built.command, "audit")
        outcome.check(audit["ok"] and audit["held"] == 0, f"the audit: {audit}")
    return outcome


async def _calls(crowds: Callers, number: int, text: str, count: int, mark: str = "") -> list[Answer]:
    headers = {"Idempotency_Key": mark} if mark else {}
    return await asyncio.gather(*crowds.calls(_DIALECTS[number % 3], text, count, **headers))


async def _keyed(outcome: Outcome, crowds: Callers, number: int) -> bytes:
    """One generates; the others get its very answer, or (chats) are told that it is under way."""
    answers = await _calls(crowds, number, f"once {number}", _AT_ONCE, f"key-{number}")
    whole = [answer for answer in answers if answer.status == 200]
    others = {answer.status for answer in answers} - {200}
    allowed = {409} if number % 3 == 2 else set()
    outcome.check(others <= allowed, f"key {number}: answers {Counter(a.status for a in answers)}")
    bodies = {answer.body for answer in whole}
    outcome.check(len(bodies) == 1, f"key {number}: {len(bodies)} different answers")
    new = sum("idempotent-replayed" not in answer.headers for answer in whole)
    outcome.check(new == 1, f"key {number}: {new} answers were told as new")
    return whole[0].body


async def _unkeyed(outcome: Outcome, crowds: Callers, number: int) -> int:
    """Each call is its own; how many."""
    answers = await _calls(crowds, number, f"again {number}", _AT_ONCE)
    refused = [answer.status for answer in answers if answer.status != 200]
    outcome.check(not refused, f"calls without a key were refused: {Counter(refused)}")
    if number % 3 != 2:
        jobs = [job_id(answer) for answer in answers]
        outcome.check(len(set(jobs)) == _AT_ONCE, f"{len(set(jobs))} ids for {_AT_ONCE} calls")
        states = set(await ended(crowds, jobs))
        outcome.check(states == {"completed"}, f"jobs ended as {states}")
    return _AT_ONCE


async def _again(outcome: Outcome, crowds: Callers, number: int, body: bytes) -> None:
    answers = await _calls(crowds, number, f"once {number}", 10, f"key-{number}")
    same = all(answer.body == body for answer in answers)
    outcome.check(same, f"key {number}: another answer after the restart")


def _asked(outcome: Outcome, saying: Saying) -> None:
    wrong = [text for text, count in saying.asked.items() if text.startswith("once") and count != 1]
    outcome.check(not wrong, f"generated more than once under one key: {wrong}")


ROWS = [
    Row(
        name="M2",
        fault="the same submit many times at once, with and without `Idempotency-Key`, across a restart",
        passes="one charge, one id, one answer per key",
        unit="submits",
        c=6 * _AT_ONCE,
        r=3 * 10_000,
        step=24 * _AT_ONCE,
        run=run,
        set_ups=(ONE, POSTGRES, NODES),
    )
]
