"""What is on sale, as the price page shows it: read from the database at every call."""

import msgspec

from slovomat.domain.caller import DIALECTS, Plan
from slovomat.ports.store import PackOffer, Store
from slovomat.settings import Settings
from slovomat.web.pages.figures import each


class PlanCard(msgspec.Struct, frozen=True):
    """A plan on sale. `rpm`: creates a minute, 0 where there is no limit."""

    id: int
    name: str
    price_kopecks: int
    period_days: int
    daily_requests: int
    dialects: tuple[str, ...]
    api_allowance: bool
    rpm: int


class PackCard(msgspec.Struct, frozen=True):
    """A pack on sale, with the price of one request in it."""

    id: int
    name: str
    requests: int
    price_kopecks: int
    request_kopecks: int
    valid_days: int | None


class PriceList(msgspec.Struct, frozen=True):
    """Plans and packs on sale."""

    plans: tuple[PlanCard, ...]
    packs: tuple[PackCard, ...]


async def read_price_list(store: Store, settings: Settings) -> PriceList:
    """Plans as the operator made them, packs from the smallest. Raises StoreUnavailableError."""
    plans = [_plan(offer.plan, settings) for offer in await store.list_plans() if offer.on_sale]
    packs = [_pack(offer) for offer in await store.list_pack_offers() if offer.on_sale]
    return PriceList(tuple(plans), tuple(sorted(packs, key=lambda pack: pack.requests)))


def _plan(plan: Plan, settings: Settings) -> PlanCard:
    return PlanCard(
        id=plan.id,
        name=plan.name,
        price_kopecks=plan.price_kopecks,
        period_days=plan.period_days,
        daily_requests=plan.daily_requests,
        dialects=tuple(name for name in DIALECTS if name in plan.dialects),
        api_allowance=plan.api_allowance,
        rpm=settings.creates_per_minute if plan.rpm is None else plan.rpm,
    )


def _pack(offer: PackOffer) -> PackCard:
    return PackCard(
        id=offer.id,
        name=offer.name,
        requests=offer.requests,
        price_kopecks=offer.price_kopecks,
        request_kopecks=each(offer.price_kopecks, offer.requests),
        valid_days=offer.valid_days,
    )
