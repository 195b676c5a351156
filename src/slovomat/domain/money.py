"""The rules of spending: which buckets pay for a generation, in which order.

The unit is the request, an integer. A bucket is one day's allowance of one account, or one pack.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from slovomat.domain.ids import AccountId, BucketId, GenerationId


class Bucket(msgspec.Struct):
    """What can be spent from one bucket. `day` is set for an allowance, None for a pack."""

    id: BucketId
    day: str | None
    available: int
    expires_at_ms: int | None
    granted: int = 0


class Part(msgspec.Struct, frozen=True):
    """The share of a price that one bucket pays."""

    bucket_id: BucketId
    amount: int


_NEVER = 1 << 62


def spending_order(buckets: Iterable[Bucket]) -> list[Bucket]:
    """The day's allowance first, then the pack that expires first; equal ones by age."""
    return sorted(buckets, key=lambda b: (b.day is None, b.expires_at_ms or _NEVER, b.id))


def balance(buckets: Iterable[Bucket]) -> int:
    """Requests that these buckets hold together."""
    return sum([bucket.available for bucket in buckets])


def plan_spend(buckets: Sequence[Bucket], price_requests: int) -> list[Part] | None:
    """The parts that pay the price, in spending order, or None when the buckets do not suffice."""
    if len(buckets) == 1 and 0 < price_requests <= buckets[0].available:
        return [Part(buckets[0].id, price_requests)]
    parts: list[Part] = []
    owed = price_requests
    for bucket in spending_order(buckets):
        if owed == 0:
            break
        amount = min(owed, bucket.available)
        if amount > 0:
            parts.append(Part(bucket.id, amount))
            owed -= amount
    return parts if owed == 0 else None


def allowance_change(granted: int, available: int, daily_requests: int) -> int:
    """How an open day's allowance follows its plan: what to add, or (negative) take back.

    What was already spent or is held today is never taken back.
    """
    change = daily_requests - granted
    return change if change >= 0 else max(change, -available)


class EntryKind(StrEnum):
    """Every way in which requests move. ADJUST alone may be negative."""

    GRANT = "grant"
    ADJUST = "adjust"
    DEBIT = "debit"
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    EXPIRE = "expire"


SIGNS = {
    EntryKind.GRANT: (1, 1, 0, 0),
    EntryKind.ADJUST: (1, 1, 0, 0),
    EntryKind.DEBIT: (-1, -1, 0, 0),
    EntryKind.HOLD: (0, -1, 1, 0),
    EntryKind.SETTLE: (0, 0, -1, 1),
    EntryKind.RELEASE: (0, 1, -1, 0),
    EntryKind.EXPIRE: (0, 1, -1, 0),
}
"""What each request of a movement adds to its bucket's granted, available, held, spent."""

Movement = tuple[AccountId, BucketId, GenerationId | None, int]
"""Requests of a bucket that move, for a generation or for none: a line of the ledger, but for its kind."""
