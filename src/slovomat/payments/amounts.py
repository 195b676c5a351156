"""Kopecks as providers write them: "123.45", in whole numbers all the way."""

import re

import msgspec

_WRITTEN = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,12}))?", re.ASCII)


def rubles(kopecks: int) -> str:
    """12345 as "123.45": always two digits after the point; for every currency of hundredths."""
    if kopecks < 0:
        raise ValueError("a payment's amount is never negative")
    return f"{kopecks // 100}.{kopecks % 100:02d}"


def number(kopecks: int) -> msgspec.Raw:
    """The same as a JSON number."""
    return msgspec.Raw(rubles(kopecks).encode())


def kopecks(written: str) -> int | None:
    """The kopecks of "123.45", "123", "123.4" or "123.450000"; None of what is no amount in whole kopecks."""
    if not (parts := _WRITTEN.fullmatch(written)):
        return None
    fraction = (parts[2] or "").ljust(2, "0")
    if fraction[2:].strip("0"):
        return None
    return int(parts[1]) * 100 + int(fraction[:2])


def kopecks_of_json(value: msgspec.Raw) -> int | None:
    """The kopecks of a JSON number, or of a string with one in it."""
    return kopecks(bytes(value).decode("utf-8", "replace").strip('"'))


def vat_part(amount_kopecks: int, rate: str) -> int:
    """The VAT within an amount, to the nearest kopeck; `rate` as receipts name it: "none", "22", "22/122"."""
    if rate == "none":
        return 0
    percent = int(rate.partition("/")[0])
    whole = 100 + percent
    return (2 * amount_kopecks * percent + whole) // (2 * whole)
