"""The Journal port over any engine."""

from slovomat.ports.journal import (
    BlockOperation,
    CreditOperation,
    JournalNote,
    JournalPage,
    JournalQuery,
    MarkOperation,
    OperationResult,
    PersonOperation,
    ReleaseOperation,
    RetryOperation,
)
from slovomat.storage import journal, journal_operations, journal_people
from slovomat.storage.tx import Engine


class SQLJournal:
    """Each method is one transaction; see slovomat.ports.journal for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def note(self, note: JournalNote) -> int:
        return await self._engine.write(journal.note, note)

    async def page(self, query: JournalQuery) -> JournalPage:
        return await self._engine.report(journal.page, query)

    async def actions(self) -> list[str]:
        return await self._engine.report(journal.actions)

    async def credit(self, operation: CreditOperation) -> OperationResult:
        return await self._engine.write(journal_operations.credit, operation)

    async def block(self, operation: BlockOperation) -> OperationResult:
        return await self._engine.write(journal_operations.block, operation)

    async def release(self, operation: ReleaseOperation) -> OperationResult:
        return await self._engine.write(journal_operations.release, operation)

    async def retry(self, operation: RetryOperation) -> OperationResult:
        return await self._engine.write(journal_operations.retry, operation)

    async def person(self, operation: PersonOperation) -> OperationResult:
        return await self._engine.write(journal_people.person, operation)

    async def mark(self, operation: MarkOperation) -> OperationResult:
        return await self._engine.write(journal_people.mark, operation)
