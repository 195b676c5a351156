"""The real clock and chance: the only module that reads them."""

import random
import secrets
import time


class SystemEnv:
    """The Env port on the machine's own clock and generator."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start; never jumps."""
        return time.monotonic()

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes from the operating system."""
        return secrets.token_bytes(count)

    def chance(self) -> float:
        """A number in [0, 1), for jitter."""
        return random.random()  # noqa: S311 - jitter, not a secret
