"""U3: streams split and cut at every byte, in every form that is right; for a release, fuzzed ones."""

import base64
import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream

from faults.row import Order, Outcome, Row
from faults.shop import Shop, Told, shop
from faults.sse.fuzzed import fuzzed
from faults.sse.reading import reading

_TEXT = "Да 🌍 ок"
STREAMS = ("short", "short crlf bom comments", "short cr multiline")
"""Each carries the same text."""
_AT_ONCE = 8
_BATCH = 400
_SETTINGS: dict[str, Any] = {"upstream_retries": 0, "openai_max_chars": 0}
_EVERY_OFFSET = 3_650
"""So many calls: the streams' bytes, each split and cut."""


def _bytes(chaos: ChaosUpstream, styles: str) -> bytes:
    """The stream as the upstream sends it, whole."""
    body = {"stream": True, "messages": [{"role": "user", "content": f"[[sse:{styles}]] [[say:{_TEXT}]]"}]}
    return requests.post(f"{chaos.url}/chat/completions", data=json.dumps(body), timeout=10).content


def _every_offset(chaos: ChaosUpstream) -> Iterator[tuple[str, Told]]:
    """Prompts, and what must come of each: the whole text at every split, its beginning at every cut."""
    for styles in STREAMS:
        data = _bytes(chaos, styles)
        assert reading(data) == Told(200, text=_TEXT, done=True), (data, reading(data))
        for at in range(len(data) + 1):
            form = f"[[sse:{styles}]] [[say:{_TEXT}]]"
            yield f"{form} [[fault:split at={at}]]", reading(data)
            yield f"{form} [[fault:cut-at at={at}]]", reading(data[:at])


def _fuzzed(seed: int, count: int) -> Iterator[tuple[str, Told]]:
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        stream = fuzzed(chance)
        cuts = sorted(chance.randrange(len(stream.data) + 1) for _ in range(chance.randrange(7)))
        options = f"data={base64.b64encode(stream.data).decode()}"
        options += f" cuts={','.join(map(str, cuts))}" if cuts else ""
        options += " cut=1" if stream.cut else ""
        yield f"[[fault:raw {options}]]", reading(stream.data)


def _play(opened: Shop, cases: Sequence[tuple[str, Told]]) -> None:
    with opened.costs("streams") as told, ThreadPoolExecutor(_AT_ONCE) as pool:
        told.extend(pool.map(lambda case: opened.streamed(case[0]), cases))
    for (prompt, wanted), got in zip(cases, told, strict=True):
        opened.outcome.check(got == wanted, f"{prompt}: {got} instead of {wanted}")


def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    with chaos_upstream() as chaos, shop(order.folder, chaos.url, outcome, **_SETTINGS) as opened:
        if not order.release:
            cases = list(_every_offset(chaos))
            _play(opened, cases)
            outcome.volume = len(cases)
            return outcome
        while outcome.volume < order.volume and order.in_time:
            count = min(_BATCH, order.volume - outcome.volume)
            _play(opened, list(_fuzzed(order.seed * 1_000_003 + outcome.volume, count)))
            outcome.volume += count
            chaos.forget()
    return outcome


ROWS = [
    Row(
        name="U3",
        fault="streams split, cut at every byte, CRLF, BOM, comments, half a character, bad JSON, no [DONE]",
        passes="the same text at every split; an error told, never a false [DONE]; paid when whole",
        unit="streams",
        c=_EVERY_OFFSET,
        r=100_000,
        step=20_000,
        run=_run,
        share=2,
    )
]
