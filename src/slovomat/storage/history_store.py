"""The History port over any engine."""

import msgspec

from slovomat.domain.ids import AccountId, GenerationId
from slovomat.ports.history import HistoryPage, HistoryQuery, HistoryText, KeptText, UsageDay
from slovomat.storage import history, history_looking
from slovomat.storage.nul import without_nul
from slovomat.storage.tx import Engine


class SQLHistory:
    """Each method is one transaction; see slovomat.ports.history for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def page(self, query: HistoryQuery) -> HistoryPage:
        return await self._engine.report(history.page, query)

    async def find(self, account_id: AccountId, generation_id: GenerationId) -> HistoryText | None:
        return await self._engine.report(history.find, account_id, generation_id)

    async def usage(self, account_id: AccountId, from_day: str) -> list[UsageDay]:
        return await self._engine.report(history.usage, account_id, from_day)

    async def keep(self, kept: KeptText) -> None:
        text, result = without_nul(kept.text), without_nul(kept.result)
        storable = msgspec.structs.replace(kept, text=text, result=result)
        await self._engine.write(history.keep, storable)

    async def prune(self, before_ms: int, limit: int) -> int:
        return await self._engine.write(history.prune, before_ms, limit)

    async def advance(self, now_ms: int) -> bool:
        if await self._engine.write(history_looking.look, now_ms):
            return True
        ended = await self._engine.report(history_looking.ended)
        if ended:
            await self._engine.write(history_looking.count_ended, ended)
        return len(ended) == history_looking.BATCH
