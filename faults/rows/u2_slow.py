"""U2: the upstream hangs, drips, never ends, or sends far too much."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream

from faults.row import Order, Outcome, Row
from faults.shop import Shop, Told, shop

_FIRST_S, _GAP_S, _TOTAL_S, _SLACK_S = 0.8, 1.5, 4.0, 1.0
_LET_GO_S = 2
_MEMORY_MB = 50
_SETTINGS: dict[str, Any] = {
    "upstream_first_byte_timeout_s": _FIRST_S,
    "upstream_gap_timeout_s": _GAP_S,
    "upstream_total_timeout_s": _TOTAL_S,
}
_LATE, _LOST = "upstream_timeout", "upstream_error"
_HUGE = "huge mb=64"
FAULTS = {
    "hang-headers": _FIRST_S,
    "hang-first": _FIRST_S,
    "hang-middle": _GAP_S,
    "drip gap=1": _FIRST_S,
    "endless gap=0.02": _TOTAL_S,
    _HUGE: _TOTAL_S,
}
"""Each with the limit that ends it."""
_VOLUME = 2 * len(FAULTS)


def _call(opened: Shop, chaos: ChaosUpstream, name: str, fault: str, streamed: bool) -> Told:
    prompt = f"Привет, мир [[id:{name}]] [[fault:{fault}]]"
    began = time.monotonic()
    told = opened.streamed(prompt) if streamed else opened.plain(prompt)
    took, shown = time.monotonic() - began, f"{'stream' if streamed else 'plain'} {fault}"
    check = opened.outcome.check
    code = _LOST if fault == _HUGE else _LATE
    check(not told.done and told.code == code, f"{shown}: the client was told {told.status} {told.code!r}")
    check(took < FAULTS[fault] + _SLACK_S, f"{shown}: it took {took:.1f} s")
    check(chaos.count(name) == 1, f"{shown}: {chaos.count(name)} calls upstream")
    check(chaos.call(name).left.wait(_LET_GO_S), f"{shown}: the upstream's connection is still open")
    return told


def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    calls = [(fault, streamed) for fault in FAULTS for streamed in (False, True)]
    settings = {**_SETTINGS, "concurrent_direct": len(calls)}
    with chaos_upstream() as chaos, shop(order.folder, chaos.url, outcome, **settings) as opened:
        opened.plain("Привет")
        before_mb = opened.memory_mb("VmHWM")
        while outcome.volume < order.volume and order.in_time:
            names = [f"{order.seed}-{outcome.volume}-{at}" for at in range(len(calls))]
            with opened.costs("hanging") as told, ThreadPoolExecutor(len(calls)) as pool:
                told.extend(pool.map(lambda name, call: _call(opened, chaos, name, *call), names, calls))
            _slots_are_free(opened, len(calls))
            outcome.volume += len(calls)
            chaos.forget()
        grown = opened.memory_mb("VmHWM") - before_mb
        outcome.check(grown < _MEMORY_MB, f"the server's memory has grown by {grown:.0f} MB at its peak")
        outcome.notes.append(f"{grown:.0f} MB more at the peak")
    return outcome


def _slots_are_free(opened: Shop, slots: int) -> None:
    """As many calls at once as there are slots, all answered."""
    with opened.costs("the slots") as told, ThreadPoolExecutor(slots) as pool:
        told.extend(pool.map(lambda _: opened.plain("Привет [[fault:slow gap=0.1]]"), range(slots)))
        answered = sum(one.done for one in told)
        opened.outcome.check(answered == slots, f"of {slots} slots {answered} are free again")


ROWS = [
    Row(
        name="U2",
        fault="upstream hangs before the headers, the first token, between tokens; drips; never ends; 64 MB",
        passes="its own limit each; released; the slot is free again; memory < +50 MB",
        unit="calls",
        c=_VOLUME,
        r=50 * _VOLUME,
        run=_run,
    )
]
