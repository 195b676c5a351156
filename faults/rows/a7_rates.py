"""A7: rate limits at the window's edge, in real time, on one node and on several."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests
from tests.wire.chaos_upstream import chaos_upstream

from faults.row import ONE, Order, Outcome, Row
from faults.stand import NODES, stand

_LIMIT = 8
_WINDOW_S, _TRUE_WITHIN_S = 60, 1
_ACCOUNTS = 8
_KINDS: dict[str, dict[str, int]] = {"/api/balance": {}, "/api/status": {"request_id": 1}}
"""Free calls, each with a limit of its own."""
_AT_ONCE = _ACCOUNTS * len(_KINDS)
_SPREAD_S = 3
_TESTS = ("tests/contract/test_limits.py", "tests/wire/test_shared_limits.py")


@dataclass(frozen=True)
class _Call:
    """One call: `retry_s` says when the next may come, where it was refused."""

    sent_s: float
    heard_s: float
    allowed: bool
    retry_s: int = 0


class _Caller:
    """One account's calls of one kind, by whichever node chance takes."""

    def __init__(self, doors: list[str], key: str, path: str, chance: random.Random) -> None:
        self._doors = doors
        self._path = path
        self._body = {"key": key, **_KINDS[path]}
        self._chance = chance
        self.calls: list[_Call] = []

    def call(self) -> _Call:
        """Makes one."""
        sent_s = time.monotonic()
        answer = requests.post(self._chance.choice(self._doors) + self._path, json=self._body, timeout=10)
        retry_s = int(answer.headers.get("Retry-After", "0"))
        made = _Call(sent_s, time.monotonic(), answer.status_code != 429, retry_s)
        self.calls.append(made)
        return made

    def window(self) -> list[str]:
        """Fills one window in a few seconds, comes too early, comes in time; what was wrong with it."""
        while self.call().allowed:
            time.sleep(self._chance.random() * _SPREAD_S / _LIMIT)
        refused = self.calls[-1]
        wrong = [] if 0 < refused.retry_s <= _WINDOW_S else [f"Retry-After: {refused.retry_s}"]
        self._sleep_until(refused.sent_s + refused.retry_s - _TRUE_WITHIN_S - 0.3)
        if self.call().allowed:
            wrong.append(f"a call passed more than {_TRUE_WITHIN_S} s before the time that was told")
        self._sleep_until(refused.heard_s + refused.retry_s + 0.1)
        if not self.call().allowed:
            wrong.append("a call at the time that was told was refused")
        return wrong + self._crowded()

    def _crowded(self) -> list[str]:
        """Whether more calls than the limit passed within any window, by the most lenient of clocks."""
        passed = [call for call in self.calls if call.allowed]
        for first, beyond in zip(passed, passed[_LIMIT:], strict=False):
            if (span_s := beyond.heard_s - first.sent_s) < _WINDOW_S:
                return [f"{_LIMIT + 1} calls passed within {span_s:.2f} s"]
        return []

    def _sleep_until(self, at_s: float) -> None:
        time.sleep(max(0, at_s - time.monotonic()))


def _run(order: Order) -> Outcome:
    outcome, chance = Outcome(0), random.Random(order.seed)
    limits: dict[str, Any] = dict.fromkeys(("balances_per_minute", "polls_per_minute"), _LIMIT)
    with (
        chaos_upstream() as upstream,
        stand(order.set_up, order.folder, upstream.port, **limits) as built,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        built.start()
        keys = [built.account(1) for _ in range(_ACCOUNTS)]
        while outcome.volume < order.volume and (order.in_time or not outcome.volume):
            callers = [
                _Caller(built.doors, key, path, random.Random(chance.random()))
                for key in keys
                for path in _KINDS
            ]
            outcome.violations += [what for wrong in pool.map(_Caller.window, callers) for what in wrong]
            outcome.volume += len(callers)
    return outcome


ROWS = [
    Row(
        name="A7",
        fault="rate limits at the window's edge, on several nodes",
        passes="never more than the limit in any minute; 429 is free, Retry-After true within 1 s",
        unit="windows",
        c=0,
        r=400,
        step=6 * _AT_ONCE,
        run=_run,
        set_ups=(ONE, NODES),
        tests=_TESTS,
    )
]
