"""The world's clock and chance."""

from typing import Protocol


class Env(Protocol):
    """Everything ambient that the service reads; tests and simulations bring their own."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds since 1970 UTC."""

    def monotonic_s(self) -> float:
        """Seconds of a clock that never jumps; for intervals."""

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes, fit for keys."""

    def chance(self) -> float:
        """A number in [0, 1), for jitter only."""
