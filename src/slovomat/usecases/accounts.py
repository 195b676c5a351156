"""Accounts and keys: what the operator's commands, the pages and the first start have in common."""

import msgspec

from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.ids import AccountId, KeyId, PlanId
from slovomat.domain.keys import key_hash, make_key, shown
from slovomat.ports.env import Env
from slovomat.ports.store import NewKey, PackOffer, PlanOffer, Store

_PRICE_LIST = "price_list"
FREE_PLAN = "Бесплатный"
FULL_PLAN = "Престиж"
_PLANS = (
    Plan(
        id=PlanId(0),
        name=FREE_PLAN,
        daily_requests=10,
        dialects=frozenset({"textbot", "openai"}),
        api_allowance=False,
    ),
    Plan(
        id=PlanId(0),
        name=FULL_PLAN,
        daily_requests=100,
        dialects=frozenset(DIALECTS),
        api_allowance=True,
        price_kopecks=49_000,
    ),
)
_PACKS = (
    PackOffer(name="100", requests=100, price_kopecks=9_900),
    PackOffer(name="500", requests=500, price_kopecks=39_900),
    PackOffer(name="2000", requests=2_000, price_kopecks=129_900),
)


class CreatedKey(msgspec.Struct, frozen=True):
    """A key in the only moment when it is known in full."""

    id: KeyId
    key: str


class KeyRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a new key may do; empty and None mean no bound."""

    name: str = ""
    expires_at_ms: int | None = None
    cap_day: int | None = None
    cap_total: int | None = None
    modes: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    reads_balance: bool = True


async def ensure_price_list(store: Store) -> None:
    """The default plans and packs, once; what was interrupted in the middle is finished."""
    if await store.instance_value(_PRICE_LIST):
        return
    for plan in _PLANS:
        if await store.find_plan(plan.name) is None:
            await store.save_plan(PlanOffer(plan=plan, on_sale=True))
    there = {pack.name for pack in await store.list_pack_offers()}
    for pack in _PACKS:
        if pack.name not in there:
            await store.save_pack_offer(pack)
    await store.set_instance_value(_PRICE_LIST, "made")


async def create_key(
    store: Store, env: Env, secret: bytes, account_id: AccountId, rules: KeyRules
) -> CreatedKey:
    """A new key of the account; only its keyed hash is stored."""
    key = make_key(env.random_bytes(32))
    new = NewKey(
        account_id=account_id, hash=key_hash(secret, key), shown=shown(key), **msgspec.structs.asdict(rules)
    )
    return CreatedKey(await store.add_key(new, env.now_ms()), key)


async def rotate_key(
    store: Store, env: Env, secret: bytes, key_id: KeyId, overlap_ms: int
) -> CreatedKey | None:
    """A heir with the same rules; the old key works for `overlap_ms` more. None without such a key."""
    key = make_key(env.random_bytes(32))
    heir = NewKey(account_id=AccountId(0), hash=key_hash(secret, key), shown=shown(key), name="")
    now_ms = env.now_ms()
    key_id_or_none = await store.rotate_key(key_id, heir, now_ms + overlap_ms, now_ms)
    return None if key_id_or_none is None else CreatedKey(key_id_or_none, key)
