"""How many requests go back with the money: in proportion, and all with the last kopeck."""


def requests_due(sold: int, amount_kopecks: int, refunded_kopecks: int) -> int:
    """Of `sold` requests, those that were paid with the money that has been given back so far."""
    return sold * min(refunded_kopecks, amount_kopecks) // amount_kopecks
