"""Time of plans in money and back: nothing that was paid is lost, and nothing worth mentioning is won."""

from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.plan_terms import DAY_MS, Span, bought, left_kopecks, moved, shortened, turned

NOW_MS = 1_800_000_000_000
PRICES = st.integers(1, 10**9)
SPANS = st.builds(
    lambda starts, days, price: Span(NOW_MS + starts, NOW_MS + starts + days, price),
    st.integers(-(10**11), 10**11),
    st.integers(1, 10**11),
    PRICES,
)


@given(SPANS)
def test_what_is_left_is_never_more_than_all_nor_less_than_its_share(span: Span) -> None:
    """Rounded up to a kopeck."""
    left = left_kopecks(span, NOW_MS)
    share = span.worth_kopecks * span.left_ms(NOW_MS)
    assert 0 <= left <= span.worth_kopecks
    assert share <= left * span.length_ms < share + span.length_ms


@given(st.lists(SPANS, max_size=5), PRICES, st.integers(1, 400))
def test_a_change_of_plan_loses_nothing(rest: list[Span], price: int, days: int) -> None:
    """The new time is worth what was left and what was paid, at the new plan's rate, up to a millisecond."""
    new = bought(price, days, NOW_MS)
    heir = turned(rest, new, NOW_MS)
    kept = sum(left_kopecks(span, NOW_MS) for span in rest)
    assert heir.worth_kopecks == price + kept
    more_ms = heir.length_ms - new.length_ms
    assert kept * new.length_ms <= more_ms * price < kept * new.length_ms + price


@given(SPANS, PRICES, st.integers(1, 400), st.integers(0, 10**11))
def test_there_and_back_wins_less_than_a_kopeck_and_a_millisecond(
    span: Span, price: int, days: int, later: int
) -> None:
    """Changing plans is no way to make time."""
    left = left_kopecks(span, NOW_MS)
    heir = turned([span], bought(price, days, NOW_MS), NOW_MS)
    value = left_kopecks(heir, NOW_MS + later)
    assert value <= price + left


@given(SPANS, st.integers(0, 2 * 10**9))
def test_a_refund_takes_no_more_than_it_gave(span: Span, kopecks: int) -> None:
    """The time that passed stays, the cut is worth at most what went back, and the rest keeps its rate."""
    less = shortened(span, kopecks, NOW_MS)
    cut_ms = span.ends_at_ms - less.ends_at_ms
    assert 0 <= cut_ms <= span.left_ms(NOW_MS)
    assert less.starts_at_ms == span.starts_at_ms
    assert cut_ms * span.worth_kopecks <= kopecks * span.length_ms or kopecks >= span.worth_kopecks
    assert 0 <= less.worth_kopecks <= span.worth_kopecks
    assert span.worth_kopecks - less.worth_kopecks <= kopecks


@given(SPANS)
def test_all_the_money_takes_all_the_time_that_is_left(span: Span) -> None:
    """And none of what has passed."""
    assert shortened(span, span.worth_kopecks, NOW_MS).left_ms(NOW_MS) == 0


def test_a_plan_without_a_price_takes_no_other_time() -> None:
    """It could not say how long that is."""
    free = bought(0, 30, NOW_MS)
    assert turned([bought(100, 30, NOW_MS)], free, NOW_MS) == free
    assert left_kopecks(Span(NOW_MS, NOW_MS, 5), NOW_MS) == 0
    assert moved(free, 0) == Span(0, 30 * DAY_MS, 0)
