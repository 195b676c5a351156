"""How the chaos upstream plays what a call asks for: each fault by its name."""

import email.utils
import time

from tests.wire import chaos_plain, chaos_streams
from tests.wire.chaos_answers import error
from tests.wire.chaos_bytes import STYLES, response, whole
from tests.wire.chaos_order import Order
from tests.wire.chaos_turn import TEXTLESS, Play, Turn, abort, forever

_DATES = {"date": 3600, "past": -3600}


async def play(turn: Turn) -> None:
    """Answers the call, well or as its fault wants it."""
    if turn.order.markers.get("gate") == "":
        await turn.gate()
    if turn.kind.isdigit():
        await turn.send(response(int(turn.kind), error(int(turn.kind)), *_retry_after(turn)))
    elif turn.kind == "close" and turn.fault and "after" in turn.fault.options and turn.order.stream:
        await chaos_streams.stream(turn)
    elif turn.kind in ALIKE:
        await ALIKE[turn.kind](turn)
    elif turn.order.stream:
        await chaos_streams.STREAMED.get(turn.kind, chaos_streams.stream)(turn)
    else:
        await chaos_plain.PLAIN.get(turn.kind, chaos_plain.answer)(turn)


def _retry_after(turn: Turn) -> tuple[str, ...]:
    """A figure as it stands; `date` in an hour, `past` an hour ago; any other word is no time at all."""
    wait = turn.fault.options.get("retry-after") if turn.fault else None
    if wait in _DATES:
        wait = email.utils.formatdate(time.time() + _DATES[wait], usegmt=True)
    return (f"Retry-After: {wait}",) if wait else ()


async def _html(turn: Turn) -> None:
    await turn.send(whole(200, b"<html>chaos</html>", "text/html"))


async def _nothing(turn: Turn) -> None:
    await turn.send(whole(200, b"", "text/event-stream" if turn.order.stream else "application/json"))


ALIKE: dict[str, Play] = {
    "hang-headers": forever,
    "close": abort,
    "html": _html,
    "nothing": _nothing,
}
"""Faults that a plain call and a stream meet in the same form."""


KINDS = frozenset(
    {
        *ALIKE,
        *chaos_plain.PLAIN,
        *chaos_streams.STREAMED,
        *chaos_streams.BREAKS,
        *TEXTLESS,
        *STYLES,
        "slow",
        "no-done",
    }
)


def unknown(order: Order) -> list[str]:
    """What the markers ask for and nobody plays: a fault that is misspelt must not pass for a success."""
    wrong = sorted(order.styles - STYLES)
    fault = order.fault
    if fault and not fault.kind.isdigit() and fault.kind not in KINDS:
        wrong.append(fault.kind)
    return wrong
