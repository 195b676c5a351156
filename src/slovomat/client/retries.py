"""How long to wait: between retries, and between polls."""

import math
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from hashlib import sha256

from slovomat.client.wire import Call

BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 8.0
RETRY_AFTER_MOST_S = 60.0
POLL_FIRST_S = 0.3
POLL_GROWTH = 1.5
POLL_MOST_S = 2.0


def backoff_s(call: Call, attempt: int) -> float:
    """Doubles with each attempt (from 0), less up to half of itself, so that clients do not come in step.

    The jitter is a hash of the call: as good as chance between clients, and the same in every run.
    """
    seed = sha256(call.body + str(call.idempotency_key).encode() + str(attempt).encode()).digest()
    full = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2.0 ** min(attempt, 10))
    return full * (1 - seed[0] / 512)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The service's advice in seconds; None when there is none, or none that makes sense.

    A date is measured from the answer's own `Date`, so that neither clock has to be right.
    """
    advice = headers.get("retry-after", "").strip()
    try:
        seconds = float(advice)
    except ValueError:
        seconds = _until(advice, headers.get("date", ""))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(then: str, now: str) -> float:
    try:
        return (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return math.nan


def poll_pauses_s() -> Iterator[float]:
    """Quick at first, for the short answers; then calm."""
    pause_s = POLL_FIRST_S
    while True:
        yield pause_s
        pause_s = min(POLL_MOST_S, pause_s * POLL_GROWTH)
