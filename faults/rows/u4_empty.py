"""U4: the upstream says nothing, in many forms; or its usage is absent or absurd."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream

from faults.row import Order, Outcome, Row
from faults.shop import Shop, Told, shop

_EMPTY = ("nothing", "empty", "null", "blank")
_USAGES = ("absent", "negative", "huge", "text")
_SETTINGS: dict[str, Any] = {"upstream_retry_wait_max_s": 0.02, "job_retry_wait_s": 0.02}
_LOST = "Модель не смогла ответить. Запросы возвращены на баланс."
_RETRIED = 3
WAYS: dict[str, Callable[[Shop, str], Told]] = {
    "plain": Shop.plain,
    "stream": Shop.streamed,
    "textbot": lambda opened, prompt: opened.job("textbot", prompt),
    "chatinfo": lambda opened, prompt: opened.job("chatinfo", prompt),
}


def _empty(opened: Shop, chaos: ChaosUpstream, kind: str, way: str) -> Told:
    """A failure in the dialect's words, after as many calls as may be made."""
    name = f"{kind}-{way}"
    told = WAYS[way](opened, f"Привет [[id:{name}]] [[fault:{kind}]]")
    failed = told.code in {"upstream_error", _LOST} and not told.done
    opened.outcome.check(failed, f"{name}: the client was told {told}")
    opened.outcome.check(chaos.count(name) in {1, _RETRIED}, f"{name}: {chaos.count(name)} calls upstream")
    return told


def _usage(opened: Shop, kind: str, way: str) -> Told:
    """A whole answer, whatever it is said to have used."""
    told = WAYS[way](opened, f"Привет [[usage:{kind}]]")
    opened.outcome.check(told.done, f"usage {kind}: {way} was told {told}")
    return told


def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    with chaos_upstream() as chaos, shop(order.folder, chaos.url, outcome, **_SETTINGS) as opened:
        with opened.costs("an upstream that says nothing") as told, ThreadPoolExecutor(16) as pool:
            told.extend(pool.map(lambda case: _empty(opened, chaos, *case), product(_EMPTY, WAYS)))
        with opened.costs("an absurd usage") as told, ThreadPoolExecutor(16) as pool:
            told.extend(pool.map(lambda case: _usage(opened, *case), product(_USAGES, WAYS)))
    outcome.volume = len(_EMPTY) + len(_USAGES)
    outcome.also = {"calls": outcome.volume * len(WAYS)}
    return outcome


ROWS = [
    Row(
        name="U4",
        fault="upstream: an empty 200, null content, usage absent or absurd",
        passes="failure and release; the price never depends on usage",
        unit="kinds",
        c=len(_EMPTY) + len(_USAGES),
        r=len(_EMPTY) + len(_USAGES),
        run=_run,
    )
]
