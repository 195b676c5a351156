"""Rate limits in this process's memory, over the library `limits`."""

from functools import lru_cache

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from slovomat.ports.env import Env
from slovomat.ports.limits import Window

_FREE = Window(allowed=True, limit=0, remaining=0, reset_ms=0)
_CLOCK_JUMP_MS = 2_000


@lru_cache(maxsize=1024)
def _item(per_minute: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(per_minute)


class MemoryLimits:
    """The Limits port for one process.

    The library keeps wall-clock times: after a jump of the clock back they would bar a caller for as
    long as the jump was. So a jump, told by the clock that never jumps, empties the windows.
    """

    def __init__(self, env: Env) -> None:
        self._env = env
        self._storage = MemoryStorage()
        self._windows = MovingWindowRateLimiter(self._storage)
        self._offset_ms = self._clock_offset_ms()

    def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """Counts one call, if it is allowed."""
        if per_minute == 0:
            return _FREE
        self._forget_after_jump()
        allowed = self._windows.hit(_item(per_minute), kind, who)
        return self._window(allowed, kind, who, per_minute)

    def peek(self, kind: str, who: str, per_minute: int) -> Window:
        """Whether a call would be allowed now."""
        if per_minute == 0:
            return _FREE
        self._forget_after_jump()
        return self._window(self._windows.test(_item(per_minute), kind, who), kind, who, per_minute)

    def _window(self, allowed: bool, kind: str, who: str, per_minute: int) -> Window:
        stats = self._windows.get_window_stats(_item(per_minute), kind, who)
        reset_ms = max(1, int(stats.reset_time * 1000) - self._env.now_ms())
        return Window(allowed=allowed, limit=per_minute, remaining=stats.remaining, reset_ms=reset_ms)

    def _clock_offset_ms(self) -> int:
        return self._env.now_ms() - int(self._env.monotonic_s() * 1000)

    def _forget_after_jump(self) -> None:
        offset_ms = self._clock_offset_ms()
        if abs(offset_ms - self._offset_ms) > _CLOCK_JUMP_MS:
            self._storage.reset()
        self._offset_ms = offset_ms
