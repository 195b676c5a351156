"""The tax that a price contains."""


def rate_percent(vat: str) -> int | None:
    """Of the setting `receipts_vat`: `22`, and `22/122` for what is paid in advance; None: without VAT."""
    return None if vat == "none" else int(vat.partition("/")[0])


def contained_kopecks(amount_kopecks: int, percent: int) -> int:
    """What of the price is tax, to the nearest kopeck, halves up."""
    whole = 100 + percent
    return (2 * amount_kopecks * percent + whole) // (2 * whole)
