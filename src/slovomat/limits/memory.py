"""Rate limits in this process's memory."""

import math
from collections import deque

from slovomat.ports.env import Env
from slovomat.ports.limits import Window

_WINDOW_S = 60.0
_WINDOW_MS = 60_000
_FREE = Window(allowed=True, limit=0, remaining=0, reset_ms=0)


class MemoryLimits:
    """The Limits port for one process: the times of the last minute's calls, one queue a caller.

    Times are those of the clock that never jumps. Callers that were silent for a minute are forgotten.
    """

    def __init__(self, env: Env) -> None:
        self._env = env
        self._calls: dict[tuple[str, str], deque[float]] = {}
        self._tidied_s = env.monotonic_s()

    def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """Counts one call, if it is allowed."""
        if per_minute == 0:
            return _FREE
        now_s = self._env.monotonic_s()
        calls = self._recent(kind, who, now_s)
        if len(calls) >= per_minute:
            return _refused(calls, per_minute, now_s)
        calls.append(now_s)
        return _allowed(calls, per_minute, now_s)

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


def _allowed(calls: deque[float], per_minute: int, now_s: float) -> Window:
    remaining = per_minute - len(calls)
    return Window(
        allowed=True, limit=per_minute, remaining=remaining, reset_ms=_ms_until_out(calls[-1], now_s)
    )


def _refused(calls: deque[float], per_minute: int, now_s: float) -> Window:
    """The next call is allowed once fewer than the limit are left, which may have been lowered since."""
    frees = calls[len(calls) - per_minute]
    return Window(allowed=False, limit=per_minute, remaining=0, reset_ms=_ms_until_out(frees, now_s))


def _ms_until_out(call_s: float, now_s: float) -> int:
    return min(_WINDOW_MS, math.floor((call_s + _WINDOW_S - now_s) * 1000) + 1)
