"""What a month of texts costs: each plan with the packs that it leaves to be bought, the cheapest first."""

from collections.abc import Mapping, Sequence

import msgspec

from slovomat.dialects.calls import Terms
from slovomat.web.pages.figures import each
from slovomat.web.pages.price_list import PackCard, PlanCard, PriceList

TEXTS_MAX, CHARS_MAX = 1_000_000, 10_000_000
_MONTH_DAYS = 30


class Need(msgspec.Struct, frozen=True):
    """So many texts a month, each of so many characters to read, through one API."""

    api: str
    texts: int
    chars: int


class Choice(msgspec.Struct, frozen=True):
    """One way to pay for it. `packs`: how many of which; `text_kopecks`: what one text comes to."""

    plan: PlanCard
    plan_kopecks: int
    packs: tuple[tuple[int, PackCard], ...]
    total_kopecks: int
    text_kopecks: int


class Sum(msgspec.Struct, frozen=True):
    """The answer: generations for one text, requests a month, and the ways to pay."""

    need: Need
    pieces: int
    requests: int
    choices: tuple[Choice, ...]


def asked(query: Mapping[str, str], apis: Sequence[str]) -> Need | None:
    """What the form's fields ask; None when it was not filled in, or not with figures that make sense."""
    texts, chars = (_whole(query.get(name, "")) for name in ("texts", "chars"))
    api = query.get("api", "")
    if api not in apis or not 0 < texts <= TEXTS_MAX or not 0 < chars <= CHARS_MAX:
        return None
    return Need(api, texts, chars)


def calculate(need: Need, prices: PriceList, terms: Terms) -> Sum:
    """A text above the API's limit takes several generations; the month's days are alike."""
    pieces = -(-need.chars // terms.max_chars) if terms.max_chars else 1
    requests = need.texts * pieces * terms.price_requests
    choices = [
        _choice(plan, requests, need, prices.packs) for plan in prices.plans if need.api in plan.dialects
    ]
    cheapest = sorted((one for one in choices if one), key=lambda one: one.total_kopecks)
    return Sum(need, pieces, requests, tuple(cheapest))


def cheapest_packs(requests: int, packs: Sequence[PackCard]) -> tuple[int, tuple[tuple[int, PackCard], ...]]:
    """The sum and the packs that hold at least so many, from the lowest price of a request downwards."""
    ranked = sorted(packs, key=lambda pack: (pack.price_kopecks * 1_000_000 // pack.requests, -pack.requests))
    return _filled(requests, tuple(ranked))


def _filled(requests: int, packs: tuple[PackCard, ...]) -> tuple[int, tuple[tuple[int, PackCard], ...]]:
    """One more of the best pack, or the rest from the others: whichever is less."""
    if requests <= 0:
        return 0, ()
    best, others = packs[0], packs[1:]
    whole, rest = divmod(requests, best.requests)
    more = whole + (1 if rest else 0)
    rounded = (more * best.price_kopecks, ((more, best),))
    if not rest or not others:
        return rounded
    beside, chosen = _filled(rest, others)
    mixed = (whole * best.price_kopecks + beside, ((*([(whole, best)] if whole else []), *chosen)))
    return min(rounded, mixed, key=lambda one: one[0])


def _choice(plan: PlanCard, requests: int, need: Need, packs: Sequence[PackCard]) -> Choice | None:
    """None where the plan alone is not enough and there is nothing to add to it."""
    periods = max(1, -(-_MONTH_DAYS // plan.period_days)) if plan.price_kopecks else 0
    allowed = plan.daily_requests * _MONTH_DAYS if plan.api_allowance else 0
    missing = max(0, requests - allowed)
    if missing and not packs:
        return None
    added, chosen = cheapest_packs(missing, packs)
    paid = periods * plan.price_kopecks
    return Choice(plan, paid, chosen, paid + added, each(paid + added, need.texts))


def _whole(typed: str) -> int:
    digits = typed.strip().replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 9 else 0
