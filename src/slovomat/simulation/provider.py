"""The upstream of a simulation: it answers, fails, is slow or silent as the seed has it, and it counts."""

import asyncio
import re
from collections import Counter
from enum import StrEnum

from slovomat.domain.events import Completion, Done, Failure, FailureKind, Usage
from slovomat.ports.upstream import Call, Deliver, Readiness
from slovomat.simulation.dice import Dice
from slovomat.upstreams.tasked import Tasked

_CALL = re.compile(rb"call-(\d+)-")
_SILENT_S = 30.0
"""Its own limit of a silent call, as the HTTP adapter has one."""
_REFUSAL = b'{"error": {"message": "not this prompt"}}'


class Mood(StrEnum):
    """How it is now."""

    WELL = "well"
    MIXED = "mixed"
    SLOW = "slow"
    DOWN = "down"
    SILENT = "silent"
    ABSENT = "absent"
    """There is nothing to call: readiness says so."""


class _End(StrEnum):
    """What becomes of one call."""

    WHOLE = "whole"
    BROKEN = "broken"
    """A stream breaks in the middle; a plain call fails and may be tried again."""
    CUT = "cut"
    """A stream stops without an end."""
    ASKS_TO_WAIT = "asks to wait"
    FAULTY = "faulty"
    """It fails, and would fail again."""
    REFUSED = "refused"
    SILENT = "silent"


_ENDS = {
    Mood.WELL: ((97, _End.WHOLE), (3, _End.BROKEN)),
    Mood.SLOW: ((95, _End.WHOLE), (5, _End.SILENT)),
    Mood.MIXED: (
        (40, _End.WHOLE),
        (20, _End.BROKEN),
        (10, _End.CUT),
        (10, _End.ASKS_TO_WAIT),
        (8, _End.FAULTY),
        (7, _End.REFUSED),
        (5, _End.SILENT),
    ),
    Mood.DOWN: ((90, _End.BROKEN), (10, _End.ASKS_TO_WAIT)),
    Mood.SILENT: ((100, _End.SILENT),),
    Mood.ABSENT: ((100, _End.BROKEN),),
}


class Provider:
    """The port Upstream. `calls`: how often it was called for each of the clients' calls."""

    name = "provider"
    model = "model"

    def __init__(self, dice: Dice, concurrency: int) -> None:
        self._dice = dice
        self.concurrency = concurrency
        self.mood = Mood.WELL
        self.calls: Counter[int] = Counter()

    def readiness(self) -> Readiness:
        """Whether there is anything to call."""
        return Readiness(ready=self.mood is not Mood.ABSENT)

    async def start(self) -> None:
        """It is there."""

    async def stop(self) -> None:
        """It stays."""

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """One plain answer, another text at every call."""
        return Tasked(self._answer(*self._begin(body_rest)))

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """A few pieces, and an end of some kind."""
        reading = asyncio.Event()
        reading.set()
        return Tasked(self._speak(*self._begin(body_rest), deliver, reading), reading)

    async def _answer(self, call: int, turn: int, end: _End) -> Completion | Failure:
        if end is _End.SILENT:
            await asyncio.sleep(_SILENT_S)
            return _failure(end)
        await asyncio.sleep(self._pause_s())
        if end is not _End.WHOLE:
            return _failure(end, self._dice.below(3_000))
        text = f"answer {turn} to call-{call}-"
        return Completion(body=text.encode(), text=text, usage=Usage(1, 2))

    async def _speak(
        self, call: int, turn: int, end: _End, deliver: Deliver, reading: asyncio.Event
    ) -> Done | Failure:
        pieces = 1 + self._dice.below(4)
        whole = pieces if end is _End.WHOLE else self._dice.below(pieces)
        for piece in range(whole):
            await asyncio.sleep(self._pause_s())
            await reading.wait()
            deliver([f"piece {piece} of answer {turn} to call-{call}-".encode()])
        if end is _End.SILENT:
            await asyncio.sleep(_SILENT_S)
        return Done(Usage(1, 2)) if end is _End.WHOLE else _failure(end, self._dice.below(3_000))

    def _begin(self, body_rest: bytes) -> tuple[int, int, _End]:
        found = _CALL.search(body_rest)
        if found is None:
            raise AssertionError("a body without the mark of its call")
        call = int(found[1])
        self.calls[call] += 1
        return call, self.calls[call], self._dice.weighted(_ENDS[self.mood])

    def _pause_s(self) -> float:
        slow = self.mood is Mood.SLOW or self._dice.happens(0.1)
        return self._dice.between(0, 6.0 if slow else 0.3)


def _failure(end: _End, wait_ms: int = 0) -> Failure:
    match end:
        case _End.REFUSED:
            return Failure(kind=FailureKind.REFUSED, detail="refused", body=_REFUSAL)
        case _End.SILENT:
            return Failure(kind=FailureKind.TIMEOUT, detail="silent", retryable=True)
        case _End.FAULTY:
            return Failure(kind=FailureKind.ERROR, detail="faulty")
        case _End.ASKS_TO_WAIT:
            return Failure(kind=FailureKind.ERROR, detail="busy", retryable=True, retry_after_ms=wait_ms)
        case _End.CUT:
            return Failure(kind=FailureKind.ERROR, detail="the stream ended without an end")
        case _:
            return Failure(kind=FailureKind.ERROR, detail="broken", retryable=True)
