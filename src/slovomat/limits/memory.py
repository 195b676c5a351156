"""Limits counted in this process's memory."""

import math
from collections import deque

from slovomat.ports.env import Env
from slovomat.ports.limits import NO_LIMIT, Window

_WINDOW_S = 60.0
_WINDOW_MS = 60_000


class MemoryLimits:
    """The Limits port for one process: the times of the last minute's calls, one queue a caller.

    Times are those of the clock that never jumps. Callers that were silent for a minute are forgotten.
    """

    def __init__(self, env: Env) -> None:
        self._env = env
        self._calls: dict[tuple[str, str], deque[float]] = {}
        self._tidied_s = env.monotonic_s()

    async def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """Counts one call, if it is allowed."""
        return self.hit_now(kind, who, per_minute)

    def hit_now(self, kind: str, who: str, per_minute: int, elsewhere: int = 0) -> Window:
        """The same, for who cannot wait. `elsewhere`: so many of the minute's calls are not counted here."""
        if per_minute == 0:
            return NO_LIMIT
        now_s = self._env.monotonic_s()
        calls = self._recent(kind, who, now_s)
        used = len(calls) + elsewhere
        if used >= per_minute:
            return _refused(calls, per_minute, elsewhere, now_s)
        calls.append(now_s)
        return Window(True, per_minute, per_minute - used - 1, _WINDOW_MS)

    def refusal(self, kind: str, who: str, per_minute: int) -> Window | None:
        """What a call would be told that is over the limit; None for one that would pass. Counts nothing."""
        now_s = self._env.monotonic_s()
        calls = self._recent(kind, who, now_s)
        return _refused(calls, per_minute, 0, now_s) if len(calls) >= per_minute else None

    def count(self, kind: str, who: str, calls: int) -> int:
        """Counts calls that were allowed by others, perhaps none; how many there are in the minute now."""
        now_s = self._env.monotonic_s()
        recent = self._recent(kind, who, now_s)
        recent.extend([now_s] * calls)
        return len(recent)

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._calls)

    def _recent(self, kind: str, who: str, now_s: float) -> deque[float]:
        if now_s - self._tidied_s > _WINDOW_S:
            self._tidy(now_s)
        calls = self._calls.get((kind, who))
        if calls is None:
            calls = self._calls[kind, who] = deque()
        if calls and calls[-1] > now_s:  # a machine that was moved or frozen may break even this clock's word
            calls.clear()
        while calls and now_s - calls[0] > _WINDOW_S:
            calls.popleft()
        return calls

    def _tidy(self, now_s: float) -> None:
        self._tidied_s = now_s
        silent = [who for who, calls in self._calls.items() if not calls or now_s - calls[-1] > _WINDOW_S]
        for who in silent:
            del self._calls[who]


class MemorySlots:
    """The Slots port for one process."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = {}

    async def enter(self, who: str, limit: int, token: str) -> bool:
        """Takes a slot, unless all are taken."""
        return self.enter_now(who, limit, token)

    def enter_now(self, who: str, limit: int, token: str) -> bool:
        """The same, for who cannot wait."""
        taken = self._taken.setdefault(who, set())
        if len(taken) >= limit:
            return False
        taken.add(token)
        return True

    def leave(self, who: str, token: str) -> None:
        """Gives a slot back."""
        taken = self._taken.get(who, set())
        taken.discard(token)
        if not taken:
            self._taken.pop(who, None)

    def taken(self) -> list[tuple[str, str]]:
        """Who holds which token."""
        return [(who, token) for who, tokens in self._taken.items() for token in tokens]


def _refused(calls: deque[float], per_minute: int, elsewhere: int, now_s: float) -> Window:
    """The next call is allowed once fewer than the limit are left, which may have been lowered since."""
    room = per_minute - elsewhere
    reset_ms = _ms_until_out(calls[len(calls) - room], now_s) if room > 0 else _WINDOW_MS
    return Window(allowed=False, limit=per_minute, remaining=0, reset_ms=reset_ms)


def _ms_until_out(call_s: float, now_s: float) -> int:
    return min(_WINDOW_MS, math.floor((call_s + _WINDOW_S - now_s) * 1000) + 1)
