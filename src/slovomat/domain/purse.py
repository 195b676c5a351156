"""One account's buckets while a batch of rules is decided, before anything of it is written."""

from collections.abc import Iterable, Sequence

from slovomat.domain.money import Bucket, Part, allowance_change, plan_spend


class Purse:
    """What is there after each decision."""

    __slots__ = ("_buckets",)

    def __init__(self, buckets: list[Bucket]) -> None:
        self._buckets = buckets

    def add(self, buckets: Iterable[Bucket]) -> None:
        """Buckets that are there too; those that are in it already are passed over."""
        known = {bucket.id for bucket in self._buckets}
        self._buckets += [bucket for bucket in buckets if bucket.id not in known]

    def day(self, day: str) -> Bucket | None:
        """The day's allowance, if it is open."""
        for bucket in self._buckets:
            if bucket.day == day:
                return bucket
        return None

    def spendable(self, day: str | None, now_ms: int) -> list[Bucket]:
        """The packs in force, and the allowance of `day` unless it is None."""
        return [
            bucket
            for bucket in self._buckets
            if (bucket.expires_at_ms is None or bucket.expires_at_ms > now_ms)
            and (bucket.day is None or bucket.day == day)
        ]


def follow_plan(bucket: Bucket, daily_requests: int) -> int:
    """Lets an open day follow a plan that was changed during the day; by how much it changed."""
    change = allowance_change(bucket.granted, bucket.available, daily_requests)
    bucket.granted += change
    bucket.available += change
    return change


def spend(buckets: Sequence[Bucket], price_requests: int) -> list[Part]:
    """Takes a price that is there."""
    parts = plan_spend(buckets, price_requests)
    if parts is None:
        raise AssertionError(f"these buckets have less than {price_requests}")
    for part in parts:
        for bucket in buckets:
            if bucket.id == part.bucket_id:
                bucket.available -= part.amount
    return parts
