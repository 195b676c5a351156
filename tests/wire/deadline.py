"""Waiting for a result without sleeping for it: ask until it is there, at most so long."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE_S = 0.02


def until(ask: Callable[[], T | None], within_s: float, what: str) -> T:
    """The first true answer; AssertionError when the time is up."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(_PAUSE_S)
