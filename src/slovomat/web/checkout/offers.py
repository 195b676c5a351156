"""What a button of the price list names: `pack:3`, `plan:2`."""

import msgspec

from slovomat.domain.caller import Plan
from slovomat.ports.shop import Order
from slovomat.ports.store import Account, PackOffer, Store
from slovomat.usecases.checkout import CheckoutDesk, CheckoutFailure, pack_title


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """Something on sale: either a pack or a plan's period."""

    name: str
    title: str
    price_kopecks: int
    pack: PackOffer | None = None
    plan: Plan | None = None


async def offers(store: Store) -> list[Offered]:
    """All that costs something and is on the price list: plans, then packs from the smallest."""
    plans = [one.plan for one in await store.list_plans() if one.on_sale and one.plan.price_kopecks]
    packs = [one for one in await store.list_pack_offers() if one.on_sale and one.price_kopecks]
    return [
        *(
            Offered(name=f"plan:{one.id}", title=one.name, price_kopecks=one.price_kopecks, plan=one)
            for one in plans
        ),
        *(
            Offered(name=f"pack:{one.id}", title=pack_title(one), price_kopecks=one.price_kopecks, pack=one)
            for one in sorted(packs, key=lambda pack: pack.requests)
        ),
    ]


async def find_offer(store: Store, name: str) -> Offered | None:
    """The one that a button names."""
    return next((one for one in await offers(store) if one.name == name), None)


async def order_offer(desk: CheckoutDesk, account: Account, offered: Offered) -> Order | CheckoutFailure:
    """Orders it, at the price of this moment."""
    if offered.pack is not None:
        return await desk.order_pack(account, offered.pack.id)
    return await desk.order_plan(account, offered.title)
