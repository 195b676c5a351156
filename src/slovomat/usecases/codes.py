"""Codes: made by the batch and shown once, taken by whoever has one, once."""

import msgspec

from slovomat.domain.codes import make_code, read_code
from slovomat.domain.ids import AccountId, BatchId
from slovomat.domain.keys import key_hash
from slovomat.ports.env import Env
from slovomat.ports.shop import Goods, NewBatch, RedeemFailure, Redemption
from slovomat.ports.store import Store

BATCH_MAX = 10_000
"""Codes of one batch at most: they are made in one transaction."""


class CodeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Codes to be made; `by` and `note` are for the operator's own eyes."""

    goods: Goods
    count: int
    by: str
    note: str = ""
    expires_at_ms: int | None = None


class MadeCodes(msgspec.Struct, frozen=True):
    """Codes in the only moment when they are known."""

    batch_id: BatchId
    codes: tuple[str, ...]


async def make_codes(store: Store, env: Env, secret: bytes, order: CodeOrder) -> MadeCodes:
    """A batch; only keyed hashes of its codes are stored."""
    codes: dict[str, None] = {}
    while len(codes) < order.count:
        codes[make_code(env.random_bytes(16))] = None
    batch = NewBatch(
        goods=order.goods,
        hashes=[_hash(secret, code.replace("-", "")) for code in codes],
        note=order.note,
        by=order.by,
        now_ms=env.now_ms(),
        expires_at_ms=order.expires_at_ms,
    )
    return MadeCodes(await store.shop.add_batch(batch), tuple(codes))


async def redeem_code(
    store: Store, env: Env, secret: bytes, account_id: AccountId, typed: str
) -> Redemption | RedeemFailure:
    """Takes a code as it was typed; whoever calls this limits how often it may be tried."""
    code = read_code(typed)
    if code is None:
        return RedeemFailure.UNKNOWN
    return await store.shop.redeem(_hash(secret, code), account_id, env.now_ms())


def _hash(secret: bytes, code: str) -> bytes:
    """Of another kind than the hashes of keys."""
    return key_hash(secret, f"code {code}")
