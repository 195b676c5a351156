"""What an operator does with the price list and with codes: each deed stands in the journal first."""

from slovomat.ports.accounts import PackOffer, PlanOffer
from slovomat.ports.env import Env
from slovomat.ports.journal import Done, Refused
from slovomat.ports.store import Store
from slovomat.usecases.codes import CodeOrder, MadeCodes, make_codes
from slovomat.usecases.journal import Deed, mark

Facts = dict[str, str | int]


class PriceDesk:
    """Makes and changes what is sold, and gives codes out. `secret`: that of the codes' keyed hashes."""

    def __init__(self, store: Store, env: Env, secret: bytes) -> None:
        self._store = store
        self._env = env
        self._secret = secret

    async def save_plan(self, deed: Deed, offer: PlanOffer) -> Done | Refused:
        """Makes the plan of that name, or gives it new terms for those who buy it from now on."""
        plan = offer.plan
        facts: Facts = {
            "daily_requests": plan.daily_requests,
            "dialects": ",".join(sorted(plan.dialects)),
            "api_allowance": int(plan.api_allowance),
            "rpm": plan.rpm or 0,
            "kopecks": plan.price_kopecks,
            "days": plan.period_days,
            "on_sale": int(offer.on_sale),
        }
        done = await mark(
            self._store, self._env, deed, "save_plan", target=("plan", plan.name), details=facts
        )
        if isinstance(done, Done):
            await self._store.save_plan(offer)
        return done

    async def save_pack(self, deed: Deed, offer: PackOffer) -> Done | Refused:
        """Makes the pack of that name, or changes it for those who buy it from now on."""
        facts: Facts = {
            "requests": offer.requests,
            "kopecks": offer.price_kopecks,
            "valid_days": offer.valid_days or 0,
            "on_sale": int(offer.on_sale),
        }
        done = await mark(
            self._store, self._env, deed, "save_pack", target=("pack", offer.name), details=facts
        )
        if isinstance(done, Done):
            await self._store.save_pack_offer(offer)
        return done

    async def make_codes(self, deed: Deed, order: CodeOrder) -> MadeCodes | Refused:
        """A batch of codes, in the only moment when they are known: the same form again makes no others."""
        facts: Facts = {"codes": order.count, "goods": order.goods.title, "note": order.note}
        done = await mark(self._store, self._env, deed, "make_codes", target=("codes", ""), details=facts)
        if isinstance(done, Refused):
            return done
        if done.again:
            return Refused("made_before")
        return await make_codes(self._store, self._env, self._secret, order)
