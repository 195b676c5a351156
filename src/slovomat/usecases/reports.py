"""The operator's dashboard, of sums by day that lag a few seconds behind (a minute on PostgreSQL)."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from slovomat.domain.days import Calendar
from slovomat.ports.reports import DurationSum, JobCounts, TopAccount, UsageSum
from slovomat.ports.store import Store
from slovomat.usecases.history import last_days

_MILLION = 1_000_000
_DAY_MS = 86_400_000
_TOP = 10
_TOP_DAYS = 7


class UpstreamPrices(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator pays the upstream for a million tokens, in kopecks."""

    prompt_kopecks: int = 0
    completion_kopecks: int = 0

    def cost_kopecks(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Of these tokens, to the nearest kopeck."""
        parts = prompt_tokens * self.prompt_kopecks + completion_tokens * self.completion_kopecks
        return (parts + _MILLION // 2) // _MILLION


class DayReport(msgspec.Struct, frozen=True, kw_only=True):
    """A day. What was generated counts on the day on which it was asked for, once it has ended.

    `by_*` count generations; `errors` those that were not charged, by reason. `median_ms` and `p95_ms` are of
    what was charged, within a quarter; None where nothing was.
    """

    day: str
    spent_requests: int
    returned_requests: int
    by_state: dict[str, int]
    by_dialect: dict[str, int]
    by_upstream: dict[str, int]
    errors: dict[str, int]
    failed_jobs: int
    prompt_tokens: int
    completion_tokens: int
    cost_kopecks: int
    median_ms: int | None
    p95_ms: int | None
    new_accounts: int


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """The last days, the oldest first, the queue now, and who spent most in the last seven days."""

    days: tuple[DayReport, ...]
    jobs: JobCounts
    top: tuple[TopAccount, ...]


async def dashboard(store: Store, calendar: Calendar, now_ms: int, prices: UpstreamPrices) -> Dashboard:
    """The last 31 days."""
    days = last_days(calendar.day(now_ms))
    reports = store.reports
    sums = await reports.usage(days[0])
    durations = await reports.durations(days[0])
    made = await reports.new_accounts(now_ms - (len(days) + 1) * _DAY_MS)
    new = Counter(calendar.day(at_ms) for at_ms in sorted(made))
    return Dashboard(
        days=tuple(
            _report(
                day,
                [one for one in sums if one.day == day],
                [one for one in durations if one.day == day],
                (prices, new[day]),
            )
            for day in days
        ),
        jobs=await reports.job_counts(),
        top=tuple(await reports.top_accounts(days[-_TOP_DAYS], _TOP)),
    )


def _report(
    day: str, sums: Sequence[UsageSum], durations: Sequence[DurationSum], beside: tuple[UpstreamPrices, int]
) -> DayReport:
    prices, new_accounts = beside
    settled = [one for one in sums if one.state == "settled"]
    failed = [one for one in sums if one.state != "settled"]
    prompt, completion = sum(one.prompt_tokens for one in sums), sum(one.completion_tokens for one in sums)
    return DayReport(
        day=day,
        spent_requests=sum(one.requests for one in settled),
        returned_requests=sum(one.requests for one in failed),
        by_state=_counted((one.state, one.generations) for one in sums),
        by_dialect=_counted((one.dialect, one.generations) for one in sums),
        by_upstream=_counted((one.upstream, one.generations) for one in sums if one.upstream),
        errors=_counted((one.reason or one.state, one.generations) for one in failed),
        failed_jobs=sum(one.jobs for one in failed),
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_kopecks=prices.cost_kopecks(prompt, completion),
        median_ms=quantile_ms(durations, 50),
        p95_ms=quantile_ms(durations, 95),
        new_accounts=new_accounts,
    )


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, count in pairs:
        counts[name] = counts.get(name, 0) + count
    return counts


def quantile_ms(durations: Sequence[DurationSum], percent: int) -> int | None:
    """Below which that share of the generations stayed, taken as spread evenly within each slot."""
    ordered = sorted(durations, key=lambda one: one.from_ms)
    left = sum(one.generations for one in ordered) * percent
    for one in ordered:
        if left <= one.generations * 100:
            return one.from_ms + (one.to_ms - one.from_ms) * left // (one.generations * 100)
        left -= one.generations * 100
    return None
