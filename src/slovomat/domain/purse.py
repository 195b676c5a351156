"""One account's buckets while a batch of rules is decided, before anything of it is written."""

from collections.abc import Sequence

from slovomat.domain.ids import AccountId
from slovomat.domain.money import Bucket, Movement, Part, allowance_change, plan_spend


class Purse:
    """What is there after each decision. `opened`, `adjusted`: what was done to the days on the way."""

    __slots__ = ("_buckets", "account_id", "adjusted", "opened")

    def __init__(self, account_id: AccountId, buckets: Sequence[Bucket] = ()) -> None:
        self.account_id = account_id
        self.opened: list[Movement] = []
        """Grants of days that were opened: their buckets were made with the amount."""
        self.adjusted: list[Movement] = []
        self._buckets = {bucket.id: bucket for bucket in buckets}

    def put(self, bucket: Bucket) -> None:
        """A bucket that is there."""
        self._buckets[bucket.id] = bucket

    def open_day(self, bucket: Bucket) -> None:
        """A day's allowance that has just been made, with its whole amount."""
        self.put(bucket)
        self.opened.append((self.account_id, bucket.id, None, bucket.granted))

    def day(self, day: str) -> Bucket | None:
        """The day's allowance, if it is open."""
        for bucket in self._buckets.values():
            if bucket.day == day:
                return bucket
        return None

    def follow_plan(self, day: str, daily_requests: int) -> None:
        """Lets an open day follow a plan that was changed during the day."""
        bucket = self.day(day)
        if bucket is None:
            return
        change = allowance_change(bucket.granted, bucket.available, daily_requests)
        if change:
            bucket.granted += change
            bucket.available += change
            self.adjusted.append((self.account_id, bucket.id, None, change))

    def spendable(self, day: str | None, now_ms: int) -> list[Bucket]:
        """The packs in force, and the allowance of `day` unless it is None."""
        return [
            bucket
            for bucket in self._buckets.values()
            if (bucket.day == day if bucket.day is not None else _in_force(bucket, now_ms))
        ]


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


def _in_force(pack: Bucket, now_ms: int) -> bool:
    return pack.expires_at_ms is None or pack.expires_at_ms > now_ms
