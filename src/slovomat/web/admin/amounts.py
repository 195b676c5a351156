"""Money as people type it: roubles with or without kopecks, made whole kopecks without a float."""

import re

_AMOUNT = re.compile(r"(\d{1,11})(?:[.,](\d{1,2}))?", re.ASCII)
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


def kopecks_of(typed: str) -> int | None:
    """`1 290,5` is 129050; None for what is no amount."""
    found = _AMOUNT.fullmatch("".join(char for char in typed if char not in _SPACES))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def typed(kopecks: int) -> str:
    """As a form shows an amount that may be changed: `1290.50`, `490`."""
    whole, hundredths = divmod(kopecks, 100)
    return f"{whole}.{hundredths:02}" if hundredths else str(whole)
