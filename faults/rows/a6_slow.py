"""A6: senders that hardly send, a thousand at once, before their first request and behind a good one."""

import itertools
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass

from tests.wire.hostile_stage import MEMORY_MB, QUICK_S, ROUTES, Stage, Wire, no, stage

from faults.row import Order, Outcome, Row

_LIMITS = {"header_timeout_s": 2, "body_timeout_s": 3, "idle_timeout_s": 4}
_DRIPPING_S, _PAUSE_S = 8, 0.25
_PATH = b"POST /api/gpt/units HTTP/1.1\r\nHost: x\r\n"
_GOOD = ROUTES[5].request("", b"{}")
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_TESTS = "tests/wire/test_hostile_slow.py"


@dataclass(frozen=True)
class _Manner:
    """How it begins, what it goes on with, and whether it is told why it is cut off. `behind`: after a good
    request was answered, whose head is then known."""

    start: bytes
    drop: bytes
    told: bool = True
    behind: bool = False


_MANNERS = (
    _Manner(_PATH + b"X-Slow: ", b"a"),
    _Manner(_PATH + b"Content-Length: 5000\r\n\r\n{", b"a"),
    _Manner(_PATH + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
    _Manner(b"", b""),
    _Manner(b"\r\n", b"\r\n"),
    _Manner(b"", b"", told=False, behind=True),
    _Manner(_PATH + b"X-Slow: ", b"a", behind=True),
    _Manner(_GOOD[:-1], b"", behind=True),
    _Manner(_PATH + b"Content-Length: 5000\r\n\r\n{", b"a", behind=True),
)


def _slow(order: Order) -> Outcome:
    """All at once, each in a manner of its own, while somebody else is served."""
    outcome = Outcome(0)
    with stage(order.folder, **_LIMITS) as target, ExitStack() as stack:
        memory_mb, slowest_s, calls = target.memory_mb(), 0.0, 0
        manners = list(itertools.islice(itertools.cycle(_MANNERS), order.volume))
        senders = [(_begun(stack.enter_context(target.wire()), manner), manner) for manner in manners]
        until_s = time.monotonic() + _DRIPPING_S
        while time.monotonic() < until_s:
            for wire, manner in senders:
                wire.send(manner.drop)
            slowest_s, calls = max(slowest_s, _served(target)), calls + 1
            time.sleep(_PAUSE_S)
        for wire, manner in senders:
            _is_cut_off(wire, manner, outcome)
        grown_mb = target.memory_mb() - memory_mb
        outcome.check(grown_mb < MEMORY_MB, f"the memory has grown by {grown_mb:.0f} MB")
        outcome.check(slowest_s < QUICK_S, f"others waited {slowest_s:.2f} s")
        outcome.also["others served"] = calls
    outcome.volume = order.volume
    return outcome


def _begun(wire: Wire, manner: _Manner) -> Wire:
    if manner.behind:
        no(wire.send(_GOOD).reply(), "chatinfo", 400)
    return wire.send(manner.start)


def _served(target: Stage) -> float:
    began_s = time.monotonic()
    target.balance()
    return time.monotonic() - began_s


def _is_cut_off(wire: Wire, manner: _Manner, outcome: Outcome) -> None:
    """A 408 if there was something to refuse, and the end. Whoever went on sending may lose it to a reset."""
    try:
        told = wire.read_all()
    except TimeoutError:
        outcome.check(False, f"{manner} is still connected")
        return
    statuses = _STATUS.findall(told)
    due = [b"408"] * manner.told
    outcome.check(statuses in (due, []) if manner.drop else statuses == due, f"{manner}: {statuses}")


ROWS = [
    Row(
        name="A6",
        fault="slow senders: half a head, half a body, chunks, nothing; the same behind a good request",
        passes="408 and closed, others served within a second, memory < +100 MB",
        unit="senders",
        c=0,
        r=1_000,
        step=1_000,
        run=_slow,
        tests=(_TESTS,),
    )
]
