"""The Reports port over any engine."""

from slovomat.ports.reports import DurationSum, JobCounts, TopAccount, UsageSum
from slovomat.storage import reports
from slovomat.storage.tx import Engine


class SQLReports:
    """Each method reads one snapshot; see slovomat.ports.reports for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def usage(self, from_day: str) -> list[UsageSum]:
        return await self._engine.report(reports.usage, from_day)

    async def durations(self, from_day: str) -> list[DurationSum]:
        return await self._engine.report(reports.durations, from_day)

    async def new_accounts(self, since_ms: int) -> list[int]:
        return await self._engine.report(reports.new_accounts, since_ms)

    async def job_counts(self) -> JobCounts:
        return await self._engine.report(reports.job_counts)

    async def top_accounts(self, from_day: str, limit: int) -> list[TopAccount]:
        return await self._engine.report(reports.top_accounts, from_day, limit)
