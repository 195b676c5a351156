"""The price page's calculator: never more than the packs cost one by one, never less than is needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.dialects.calls import Terms
from slovomat.web.pages.calculator import Need, asked, calculate, cheapest_packs
from slovomat.web.pages.price_list import PackCard, PlanCard, PriceList

PACKS = tuple(
    PackCard(
        id=n, name=str(requests), requests=requests, price_kopecks=price, request_kopecks=0, valid_days=None
    )
    for n, (requests, price) in enumerate(((100, 9_900), (500, 39_900), (2000, 129_900)))
)
TERMS = Terms(price_requests=2, max_chars=1000, json_max_depth=8)


def plan(name: str, price: int, daily: int, *, allowance: bool = True, api: str = "textbot") -> PlanCard:
    return PlanCard(
        id=1,
        name=name,
        price_kopecks=price,
        period_days=30,
        daily_requests=daily,
        dialects=(api,),
        api_allowance=allowance,
        rpm=0,
    )


@given(st.integers(min_value=1, max_value=10_000_000))
def test_packs_hold_what_is_needed_for_the_least(requests: int) -> None:
    """What is named is enough, its sum is right, and no single kind of pack would do it for less."""
    total, chosen = cheapest_packs(requests, PACKS)
    assert sum(count * pack.requests for count, pack in chosen) >= requests
    assert sum(count * pack.price_kopecks for count, pack in chosen) == total
    assert all(count > 0 for count, _ in chosen)
    assert total <= min(-(-requests // pack.requests) * pack.price_kopecks for pack in PACKS)


@pytest.mark.parametrize(
    ("requests", "total"), [(0, 0), (100, 9_900), (101, 19_800), (450, 39_900), (2100, 139_800)]
)
def test_packs_of_the_price_list(requests: int, total: int) -> None:
    """A pack more, or a larger one instead: whichever costs less."""
    assert cheapest_packs(requests, PACKS)[0] == total


def test_a_long_text_takes_several_generations() -> None:
    """Above the API's limit a text is paid for as many times as it must be cut."""
    told = calculate(Need("textbot", 10, 2001), PriceList((plan("a", 0, 0),), PACKS), TERMS)
    assert (told.pieces, told.requests) == (3, 60)
    assert told.choices[0].total_kopecks == 9_900
    assert told.choices[0].text_kopecks == 990


def test_plans_are_weighed_with_their_packs() -> None:
    """The cheapest stands first; a day's requests count only where the API may spend them."""
    plans = (
        plan("free", 0, 10, allowance=False),
        plan("paid", 49_000, 100),
        plan("closed", 1, 9, api="chatinfo"),
    )
    few = calculate(Need("textbot", 10, 10), PriceList(plans, PACKS), TERMS)
    assert [one.plan.name for one in few.choices] == ["free", "paid"]
    many = calculate(Need("textbot", 1500, 10), PriceList(plans, PACKS), TERMS)
    best = many.choices[0]
    assert (best.plan.name, best.total_kopecks, best.packs) == ("paid", 49_000, ())


def test_a_plan_that_is_not_enough_needs_packs() -> None:
    """Where there are none on sale it is not offered."""
    assert calculate(Need("textbot", 1, 1), PriceList((plan("a", 100, 0),), ()), TERMS).choices == ()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"api": "textbot", "texts": "0", "chars": "1"},
        {"api": "textbot", "texts": "1", "chars": "99999999999999"},
        {"api": "no", "texts": "1", "chars": "1"},
        {"api": "textbot", "texts": "-1", "chars": "1"},
        {"api": "textbot", "texts": "٣", "chars": "1"},
    ],
)
def test_figures_without_sense_are_not_asked(query: dict[str, str]) -> None:
    """What is no need is not reckoned."""
    assert asked(query, ["textbot"]) is None


def test_a_need_is_read() -> None:
    """Spaces between thousands are how people write."""
    assert asked({"api": "textbot", "texts": "1 000", "chars": "2000"}, ["textbot"]) == Need(
        "textbot", 1000, 2000
    )
