"""The rules of spending, on any buckets at all."""

from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.ids import BucketId
from slovomat.domain.money import (
    SIGNS,
    Bucket,
    EntryKind,
    allowance_change,
    balance,
    plan_spend,
    spending_order,
)

BUCKETS = st.lists(
    st.builds(
        Bucket,
        id=st.integers(1, 1000).map(BucketId),
        day=st.none() | st.just("2026-11-22"),
        available=st.integers(0, 10),
        expires_at_ms=st.none() | st.integers(1, 5),
    ),
    max_size=6,
    unique_by=lambda bucket: bucket.id,
)


def bucket(number: int, available: int = 5, day: str | None = None, expires: int | None = None) -> Bucket:
    """A bucket in short."""
    return Bucket(BucketId(number), day, available, expires)


@given(BUCKETS, st.integers(0, 40))
def test_the_parts_pay_exactly_the_price_or_nothing_is_taken(buckets: list[Bucket], price: int) -> None:
    """A plan exists just when the buckets suffice; its parts are positive and within their buckets."""
    parts = plan_spend(buckets, price)
    assert (parts is None) == (balance(buckets) < price)
    if parts is not None:
        assert sum(part.amount for part in parts) == price
        there = {one.id: one.available for one in buckets}
        assert all(0 < part.amount <= there[part.bucket_id] for part in parts)


@given(BUCKETS, st.integers(1, 40))
def test_a_bucket_is_touched_only_when_those_before_it_are_empty(buckets: list[Bucket], price: int) -> None:
    """All parts but the last take all that their bucket has, in spending order, leaving none out."""
    parts = plan_spend(buckets, price) or []
    filled = [one for one in spending_order(buckets) if one.available]
    assert [part.bucket_id for part in parts] == [one.id for one in filled[: len(parts)]]
    assert all(part.amount == one.available for part, one in zip(parts[:-1], filled, strict=False))


def test_the_day_goes_first_then_what_expires_first_then_the_oldest() -> None:
    """A pack without expiry is spent last, however old it is."""
    day, soon, late = bucket(9, day="2026-11-22"), bucket(8, expires=10), bucket(2, expires=20)
    twin, old, new = bucket(7, expires=20), bucket(1), bucket(5)
    assert spending_order([new, twin, old, late, soon, day]) == [day, soon, late, twin, old, new]


@given(
    free=st.integers(0, 100),
    gone=st.integers(0, 100),
    daily=st.integers(0, 200),
)
def test_an_open_day_follows_its_plan_but_for_what_is_gone(free: int, gone: int, daily: int) -> None:
    """Afterwards exactly the new number was granted, or nothing is left to take back."""
    change = allowance_change(free + gone, free, daily)
    assert free + change >= 0
    assert free + gone + change == max(daily, gone)


@given(st.sampled_from(EntryKind), st.integers(1, 1000))
def test_every_entry_keeps_the_sum(kind: EntryKind, amount: int) -> None:
    """What is granted is available, held or spent, and a closing moves just what its hold set aside."""
    granted, available, held, spent = (sign * amount for sign in SIGNS[kind])
    assert granted == available + held + spent
    if kind in {EntryKind.SETTLE, EntryKind.RELEASE, EntryKind.EXPIRE}:
        assert held == -amount
