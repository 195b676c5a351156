"""One account's buckets while a batch of rules is decided, before anything of it is written."""

from collections.abc import Iterable

import msgspec

from slovomat.domain.ids import AccountId, BucketId
from slovomat.domain.money import Bucket, Entry, EntryKind, allowance_change, balance, plan_spend


class BucketState(msgspec.Struct, frozen=True):
    """A bucket's row as it was read. `day` is set for an allowance, None for a pack."""

    id: BucketId
    day: str | None
    granted: int
    available: int
    expires_at_ms: int | None


class Purse:
    """What is there after each decision. `opened`, `adjusted`: what was done to the days on the way."""

    def __init__(self, account_id: AccountId, states: Iterable[BucketState]) -> None:
        self.account_id = account_id
        self.opened: list[Entry] = []
        """Grants of days that were opened: their buckets were made with the amount."""
        self.adjusted: list[Entry] = []
        self._buckets: dict[BucketId, Bucket] = {}
        self._granted: dict[str, tuple[BucketId, int]] = {}
        for state in states:
            self.put(state)

    def put(self, state: BucketState) -> None:
        """A bucket that is there."""
        self._buckets[state.id] = Bucket(state.id, state.day, state.available, state.expires_at_ms)
        if state.day is not None:
            self._granted[state.day] = (state.id, state.granted)

    def open_day(self, state: BucketState) -> None:
        """A day's allowance that has just been made, with its whole amount."""
        self.put(state)
        grant = Entry(
            account_id=self.account_id,
            bucket_id=state.id,
            kind=EntryKind.GRANT,
            amount=state.granted,
            reason="plan",
        )
        self.opened.append(grant)

    def has(self, day: str) -> bool:
        """Whether the day's allowance is open."""
        return day in self._granted

    def follow_plan(self, day: str, daily_requests: int) -> None:
        """Lets an open day follow a plan that was changed during the day."""
        if day not in self._granted:
            return
        bucket_id, granted = self._granted[day]
        change = allowance_change(granted, self._buckets[bucket_id].available, daily_requests)
        if change:
            self._granted[day] = (bucket_id, granted + change)
            self.adjusted.append(self._move(bucket_id, EntryKind.ADJUST, change, "plan"))

    def spendable(self, day: str | None, now_ms: int) -> list[Bucket]:
        """The packs in force, and the allowance of `day` unless it is None."""
        return [
            bucket
            for bucket in self._buckets.values()
            if (bucket.day == day if bucket.day is not None else _in_force(bucket, now_ms))
        ]

    def balance(self, day: str | None, now_ms: int) -> int:
        """What these could pay together, in requests."""
        return balance(self.spendable(day, now_ms))

    def spend(self, day: str | None, now_ms: int, price_requests: int) -> list[Entry]:
        """The entries of a hold on a price that is there, without the generation's id."""
        parts = plan_spend(self.spendable(day, now_ms), price_requests)
        if parts is None:
            raise AssertionError(f"account {self.account_id} has less than {price_requests}")
        return [self._move(part.bucket_id, EntryKind.HOLD, part.amount) for part in parts]

    def _move(self, bucket_id: BucketId, kind: EntryKind, amount: int, reason: str = "") -> Entry:
        entry = Entry(
            account_id=self.account_id, bucket_id=bucket_id, kind=kind, amount=amount, reason=reason
        )
        old = self._buckets[bucket_id]
        _, change, _, _ = entry.changes()
        self._buckets[bucket_id] = Bucket(old.id, old.day, old.available + change, old.expires_at_ms)
        return entry


def _in_force(pack: Bucket, now_ms: int) -> bool:
    return pack.expires_at_ms is None or pack.expires_at_ms > now_ms
