"""The Desk port over any engine."""

from slovomat.ports.desk import (
    LedgerQuery,
    LedgerRow,
    LetterQuery,
    LetterRow,
    PaymentCounts,
    PeopleQuery,
    PersonRow,
    Takings,
)
from slovomat.storage import desk
from slovomat.storage.tx import Engine


class SQLDesk:
    """Each method reads one snapshot; see slovomat.ports.desk for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def people(self, query: PeopleQuery) -> list[PersonRow]:
        return await self._engine.report(desk.people, query)

    async def ledger(self, query: LedgerQuery) -> list[LedgerRow]:
        return await self._engine.report(desk.ledger, query)

    async def takings(self, since_ms: int, currency: str) -> list[Takings]:
        return await self._engine.report(desk.takings, since_ms, currency)

    async def payment_counts(self, since_ms: int) -> PaymentCounts:
        return await self._engine.report(desk.payment_counts, since_ms)

    async def letters(self, query: LetterQuery) -> list[LetterRow]:
        return await self._engine.report(desk.letters, query)
