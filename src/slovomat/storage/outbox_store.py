"""The Outbox port over any engine."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.ports.mail import Webhook
from slovomat.ports.outbox import Channel, Ended, EndingPlan, LowBalance, NewPost, Post, SoldUntold
from slovomat.storage import outbox
from slovomat.storage import outbox_notices as notices
from slovomat.storage.nul import without_nul
from slovomat.storage.tx import Engine

_REASON_CHARS = 500


class SQLOutbox:
    """Each method is one transaction; see slovomat.ports.outbox for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def put(self, posts: Sequence[NewPost], now_ms: int) -> int:
        return await self._engine.write(outbox.put, [_storable(post) for post in posts], now_ms)

    async def claim(self, channel: Channel, limit: int, now_ms: int, lease_ms: int) -> list[Post]:
        if not await self._engine.read(outbox.any_due, channel, now_ms):  # a look costs less than a write
            return []
        return await self._engine.write(outbox.claim, channel, limit, now_ms, lease_ms)

    async def end(self, ended: Ended, now_ms: int) -> bool:
        told = msgspec.structs.replace(ended, reason=_short(ended.reason))
        return await self._engine.write(outbox.end, told, now_ms)

    async def again(self, post: Post, reason: str, at_ms: int) -> bool:
        return await self._engine.write(outbox.again, post, _short(reason), at_ms)

    async def waiting(self) -> int:
        return await self._engine.read(outbox.waiting)

    async def forget(self, before_ms: int, limit: int) -> int:
        return await self._engine.write(outbox.forget, before_ms, limit)

    async def low_on_balance(self, after_id: int, now_ms: int, limit: int) -> list[LowBalance]:
        return await self._engine.report(notices.low_on_balance, after_id, now_ms, limit)

    async def plans_ending(self, days: int, beyond: int, now_ms: int, limit: int) -> list[EndingPlan]:
        return await self._engine.report(notices.plans_ending, days, beyond, now_ms, limit)

    async def sold_untold(self, after_ms: int, limit: int) -> list[SoldUntold]:
        return await self._engine.read(notices.sold_untold, after_ms, limit)

    async def webhook_of(self, account_id: AccountId) -> Webhook | None:
        return await self._engine.read(notices.webhook_of, account_id)


def _storable(post: NewPost) -> NewPost:
    facts = {name: without_nul(fact) if isinstance(fact, str) else fact for name, fact in post.facts.items()}
    return msgspec.structs.replace(post, facts=facts)


def _short(reason: str) -> str:
    return without_nul(reason)[:_REASON_CHARS]
