"""U1: the upstream refuses: statuses with every kind of Retry-After, nobody there, TLS that fails."""

import random
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.wire import jumping_server
from tests.wire.chaos_lines import bad_lines
from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.deadline import until
from tests.wire.service import Service

from faults.row import Order, Outcome, Row
from faults.shop import Shop, Told, shop

_RETRIES, _ATTEMPTS = 2, 3
_WAIT_MAX_S, _SLACK_S = 0.3, 0.5
_JOB_REST_MS = 60_000
_SETTINGS: dict[str, Any] = {
    "upstream_retries": _RETRIES,
    "upstream_retry_wait_max_s": _WAIT_MAX_S,
    "upstream_connect_timeout_s": 0.4,
    "job_attempts": _ATTEMPTS,
    "job_retry_wait_s": 0.1,
}
_DIALECTS = ("textbot", "chatinfo", "openai")
_OWN_WORDS = "chaos: the prompt is refused"
_LOST = "Модель не смогла ответить. Запросы возвращены на баланс."
_LATE = "Модель не ответила вовремя. Запросы возвращены на баланс."


@dataclass(frozen=True)
class Refusal:
    """A status, how often it is worth a call, and whether it asks for a rest longer than a client waits."""

    fault: str
    calls: int
    rests: bool = False


REFUSALS = (
    Refusal("500", 3),
    Refusal("502", 3),
    Refusal("503", 3),
    Refusal("401", 1),
    Refusal("400", 1),
    Refusal("429", 3),
    Refusal("429 retry-after=3600", 1, rests=True),
    Refusal("429 retry-after=-1", 3),
    Refusal("429 retry-after=date", 1, rests=True),
    Refusal("429 retry-after=soon", 3),
)
KINDS = len(REFUSALS) + 2
_VOLUME = KINDS * len(_DIALECTS)


class _Jumping(Service):
    """With a wall clock of its own, so that an hour's rest does not take an hour."""

    program = (jumping_server.__file__,)

    def __init__(self, data: Path, upstream_url: str, **settings: object) -> None:
        super().__init__(data, upstream_url, **settings)
        self._offset = data.parent / "offset"
        self.jump_to_ms(0)
        self._env[jumping_server.VARIABLE] = str(self._offset)

    def jump_to_ms(self, offset_ms: int) -> None:
        """The clock is so far ahead from now on."""
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack(jumping_server.FORMAT, offset_ms))


def _direct(open_shop: Shop, chaos: ChaosUpstream, refusal: Refusal, name: str, streamed: bool) -> Told:
    prompt = f"Привет [[id:{name}]] [[fault:{refusal.fault}]]"
    told = open_shop.streamed(prompt) if streamed else open_shop.plain(prompt)
    wanted = Told(400, "content_policy_violation") if refusal.fault == "400" else Told(502, "upstream_error")
    open_shop.outcome.check(told == wanted, f"{refusal.fault}: the client of openai was told {told}")
    _counted(open_shop.outcome, chaos, refusal.fault, name, refusal.calls)
    return told


def _job(open_shop: Shop, chaos: ChaosUpstream, refusal: Refusal, name: str, dialect: str) -> Told:
    """A job may rest for long; it succeeds at its second attempt then, for there is no third in a minute."""
    times = " times=1" if refusal.rests else ""
    told = open_shop.job(dialect, f"Привет [[id:{name}]] [[fault:{refusal.fault}{times}]]")
    words = _OWN_WORDS if refusal.fault == "400" else _LOST
    if refusal.rests:
        open_shop.outcome.check(told.done, f"{refusal.fault}: the job of {dialect} ended with {told}")
    else:
        open_shop.outcome.check(told == Told(200, words), f"{refusal.fault}: {dialect} was told {told}")
    _counted(open_shop.outcome, chaos, refusal.fault, name, 2 if refusal.rests else refusal.calls)
    return told


def _counted(outcome: Outcome, chaos: ChaosUpstream, fault: str, name: str, wanted: int) -> None:
    found = chaos.count(name)
    outcome.check(found == wanted, f"{fault}: {found} calls upstream instead of {wanted}")


def _statuses(order: Order, outcome: Outcome) -> None:
    with chaos_upstream() as chaos, shop(order.folder, chaos.url, outcome, _Jumping, **_SETTINGS) as opened:
        assert isinstance(opened.service, _Jumping)
        direct = [f"direct-{at}" for at in range(len(REFUSALS))]
        with opened.costs("refused") as told, ThreadPoolExecutor(30) as calls:
            under_way: list[Future[Told]] = []
            for at, refusal in enumerate(REFUSALS):
                streamed = bool((at + order.seed) % 2)
                under_way.append(calls.submit(_direct, opened, chaos, refusal, direct[at], streamed))
                for dialect in _DIALECTS[:2]:
                    under_way.append(calls.submit(_job, opened, chaos, refusal, f"{dialect}-{at}", dialect))
            resting = [f"{d}-{at}" for at, one in enumerate(REFUSALS) if one.rests for d in _DIALECTS[:2]]
            until(lambda: all(chaos.count(name) == 1 for name in resting), 20, "the jobs that are to rest")
            until(lambda: sum(not call.done() for call in under_way) <= len(resting), 30, "the others' end")
            early = [name for name in resting if chaos.count(name) > 1]
            outcome.check(not early, f"called again while the upstream wanted rest: {early}")
            opened.service.jump_to_ms(_JOB_REST_MS + 1_000)
            told.extend(call.result() for call in under_way)
        again = [name for name, refusal in zip(direct, REFUSALS, strict=True) if refusal.calls > 1]
        outcome.violations += _pauses(chaos, again)


def _pauses(chaos: ChaosUpstream, names: list[str]) -> Iterator[str]:
    """Between a call and the next: within the cap, and never the same for all."""
    pauses = [[b.at_s - a.at_s for a, b in pairwise(chaos.calls(name))] for name in names]
    for name, taken in zip(names, pauses, strict=True):
        if max(taken) > _WAIT_MAX_S + _SLACK_S:
            yield f"{name}: a pause of {max(taken):.2f} s before the next call"
    firsts = [taken[0] for taken in pauses]
    if max(firsts) - min(firsts) < 0.02:
        yield f"all callers come back after the same pause: {firsts}"


def _nobody(order: Order, outcome: Outcome) -> None:
    chance = random.Random(order.seed)
    with bad_lines(order.folder) as lines:
        for kind in ("refused", chance.choice([kind for kind in lines if kind != "refused"])):
            late = kind == "tls-silent"
            with shop(order.folder / kind, lines[kind], outcome, **_SETTINGS) as opened:
                with opened.costs(kind) as told:
                    told.append(
                        opened.plain("Привет") if chance.random() < 0.5 else opened.streamed("Привет")
                    )
                    told += [opened.job(dialect, "Привет") for dialect in _DIALECTS[:2]]
                wanted = Told(504, "upstream_timeout") if late else Told(502, "upstream_error")
                outcome.check(told[0] == wanted, f"{kind}: the client of openai was told {told[0]}")
                for one in told[1:]:
                    words = _LATE if late else _LOST
                    outcome.check(one == Told(200, words), f"{kind}: the client of a job was told {one}")
            outcome.notes.append(kind)


def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    parts: tuple[Callable[[Order, Outcome], None], ...] = (_statuses, _nobody)
    for part in parts:
        part(order, outcome)
    outcome.volume = _VOLUME
    return outcome


ROWS = [
    Row(
        name="U1",
        fault="upstream: 5xx, 401, 400, 429 (Retry-After 3,600, negative, a date, junk), refused, TLS fails",
        passes="retried only where safe, capped, with jitter; an upstream's 401 is never the client's; free",
        unit="calls",
        c=_VOLUME,
        r=100 * _VOLUME,
        run=_run,
    )
]
