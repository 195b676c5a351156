"""A provider has a clock of its own: its signatures carry the time."""

import time


def now_s() -> int:
    """Seconds since 1970 UTC."""
    return int(time.time())  # noqa: TID251
