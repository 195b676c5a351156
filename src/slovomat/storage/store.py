"""The Store port over any engine: which rule each method runs, and how."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from slovomat.domain.generation import ClaimedJob, Closing, JobView
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.request import StoredAnswer
from slovomat.ports.store import (
    Audit,
    BalanceQuery,
    ClaimOrder,
    HoldOrder,
    HoldResult,
    JobRecord,
    JobRow,
    OpenHold,
)
from slovomat.storage import accounts, audit, closings, holds, idempotency, jobs, nodes
from slovomat.storage.accounts_store import SQLAccounts
from slovomat.storage.closings import Ending
from slovomat.storage.desk_store import SQLDesk
from slovomat.storage.history_store import SQLHistory
from slovomat.storage.jobs import Finish
from slovomat.storage.journal_store import SQLJournal
from slovomat.storage.mode_texts_store import SQLModeTexts
from slovomat.storage.nul import NUL, without_nul
from slovomat.storage.outbox_store import SQLOutbox
from slovomat.storage.people_store import SQLPeople
from slovomat.storage.reports_store import SQLReports
from slovomat.storage.shop_store import SQLShop
from slovomat.storage.tx import Engine


class SQLStore(SQLAccounts):
    """Each method is one transaction; see slovomat.ports.store for what they promise."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.history = SQLHistory(engine)
        self.reports = SQLReports(engine)
        self.journal = SQLJournal(engine)
        self.mode_texts = SQLModeTexts(engine)
        self.outbox = SQLOutbox(engine)
        self.people = SQLPeople(engine)
        self.shop = SQLShop(engine)
        self.desk = SQLDesk(engine)

    async def open(self) -> None:
        await self._engine.open()

    async def close_store(self) -> None:
        await self._engine.close()

    def applied_migrations(self) -> list[str]:
        return self._engine.applied_migrations()

    async def ping(self) -> None:
        await self._engine.write(accounts.ping)

    # Ledger

    def hold(self, order: HoldOrder) -> Awaitable[HoldResult]:
        if order.job_text is not None and NUL in order.job_text:
            order = msgspec.structs.replace(order, job_text=without_nul(order.job_text))
        return self._engine.batch(holds.hold, order)

    async def earlier(self, order: HoldOrder) -> HoldResult | None:
        return await self._engine.read(idempotency.earlier, order)

    def close(self, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> Awaitable[bool]:
        return self._engine.batch(closings.close, Ending(closing, now_ms, answer))

    async def ended_as(self, closing: Closing) -> bool:
        return await self._engine.read(closings.ended_as, closing)

    def balance(self, query: BalanceQuery) -> Awaitable[int]:
        return self._engine.read_batch(holds.read_balances, query)

    async def expired_holds(self, owner: str, now_ms: int, limit: int) -> list[OpenHold]:
        return await self._engine.read(nodes.expired_holds, owner, now_ms, limit)

    async def orphaned_holds(self, now_ms: int, limit: int) -> list[OpenHold]:
        return await self._engine.read(nodes.orphaned_holds, now_ms, limit)

    # Nodes

    @property
    def shared(self) -> bool:
        return self._engine.shared

    async def beat(self, owner: str, running: Sequence[ClaimedJob], now_ms: int, lease_ms: int) -> int:
        return await self._engine.write(nodes.beat, owner, running, now_ms, lease_ms)

    async def leave(self, owner: str) -> None:
        await self._engine.write(nodes.leave, owner)

    async def alone(self, owner: str) -> None:
        await self._engine.write(nodes.alone, owner)

    def starting(self) -> AbstractAsyncContextManager[None]:
        return self._engine.starting()

    def wake_others(self) -> None:
        self._engine.wake_others()

    def on_wake(self, callback: Callable[[], None]) -> None:
        self._engine.on_wake(callback)

    async def bury(self, now_ms: int, limit: int) -> int:
        return await self._engine.write(nodes.bury, now_ms, limit)

    # Jobs

    async def claim(self, order: ClaimOrder) -> list[ClaimedJob]:
        return await self._engine.write(jobs.claim, order)

    async def take_over(self, owner: str, live: Collection[GenerationId], now_ms: int, limit: int) -> int:
        return await self._engine.write(jobs.take_over, owner, live, now_ms, limit)

    async def hand_back(self, owner: str, now_ms: int) -> int:
        return await self._engine.write(jobs.hand_back, owner, now_ms)

    def complete(self, job: ClaimedJob, result: str, closing: Closing, now_ms: int) -> Awaitable[bool]:
        return self._engine.batch(jobs.complete, Finish(job, without_nul(result), closing, now_ms))

    def fail(self, job: ClaimedJob, error: str, closing: Closing, now_ms: int) -> Awaitable[bool]:
        return self._engine.batch(jobs.fail, Finish(job, without_nul(error), closing, now_ms))

    async def retry(self, job: ClaimedJob, now_ms: int, wait_ms: int) -> bool:
        return await self._engine.write(jobs.retry, job, now_ms, wait_ms)

    def find_job(self, account_id: AccountId, job_id: GenerationId) -> Awaitable[JobView | None]:
        if self._engine.has_replica:
            return self._find_behind(account_id, job_id)
        return self._engine.read_batch(jobs.find, (account_id, job_id))

    async def _find_behind(self, account_id: AccountId, job_id: GenerationId) -> JobView | None:
        """A replica's word counts only where it is final: it may lag, but a final state never changes."""
        seen = await self._engine.read_behind(jobs.find, (account_id, job_id))
        if seen is not None and seen.final:
            return seen
        return await self._engine.read_batch(jobs.find, (account_id, job_id))

    async def prune(self, results_before_ms: int, keys_before_ms: int, now_ms: int, limit: int) -> int:
        return await self._engine.write(jobs.prune, results_before_ms, keys_before_ms, now_ms, limit)

    async def fail_overdue(self, before_ms: int, now_ms: int, limit: int) -> int:
        return await self._engine.write(jobs.fail_overdue, before_ms, now_ms, limit)

    async def queue_depth(self) -> tuple[int, int | None]:
        return await self._engine.read(jobs.depth)

    async def open_holds(self) -> int:
        return await self._engine.read(jobs.open_holds)

    async def list_jobs(self, state: str, limit: int, before: int = 0) -> list[JobRow]:
        return await self._engine.report(jobs.listing, state, limit, before)

    async def job_record(self, job_id: GenerationId) -> JobRecord | None:
        return await self._engine.read(jobs.record, job_id)

    # The instance

    async def instance_value(self, name: str) -> str | None:
        return await self._engine.read(accounts.instance_value, name)

    async def take_instance_value(self, name: str, value: str) -> bool:
        return await self._engine.write(accounts.take_instance_value, name, value)

    async def set_instance_value(self, name: str, value: str) -> None:
        return await self._engine.write(accounts.set_instance_value, name, value)

    async def audit(self) -> Audit:
        return await self._engine.report(audit.audit)
