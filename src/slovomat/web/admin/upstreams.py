"""The desk's page of what generates: its state, its figures, and one small real call."""

from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.days import Calendar
from slovomat.masking import masked
from slovomat.ports.reports import DurationSum, UsageSum
from slovomat.usecases.history import last_days
from slovomat.usecases.journal import note_of
from slovomat.usecases.reports import UpstreamPrices, quantile_ms
from slovomat.usecases.trial_call import TriedCall, try_call
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.forms import read_form

DAYS = 7
TRIES_PER_MINUTE = 6


class UpstreamDay(msgspec.Struct, frozen=True, kw_only=True):
    """What one upstream did on a day; `errors`: generations that it failed, by reason."""

    day: str
    generations: int
    errors: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    cost_kopecks: int
    median_ms: int | None
    p95_ms: int | None


def routes(desk: Desk) -> list[Route]:
    """The page, and its button."""
    upstreams = _Upstreams(desk)
    return [
        Route("/admin/upstreams", guarded(Right.UPSTREAMS, upstreams.show), methods=["GET"]),
        Route("/admin/upstreams/test", guarded(Right.UPSTREAMS, upstreams.test), methods=["POST"]),
    ]


class _Upstreams:
    def __init__(self, desk: Desk) -> None:
        settings = desk.settings
        self._desk = desk
        self._upstream = desk.backstage.services.upstream if desk.backstage.services else None
        self._services = desk.backstage.services
        self._calendar = Calendar(settings.time_zone)
        self._prices = UpstreamPrices(
            prompt_kopecks=settings.upstream_price_prompt_kopecks_per_million,
            completion_kopecks=settings.upstream_price_completion_kopecks_per_million,
        )

    async def show(self, request: Request) -> Response:
        """What is asked, how it is, and what the last days were like."""
        return await self._page(request)

    async def test(self, request: Request) -> Response:
        """One small real call; a few a minute, since each costs the operator."""
        await read_form(request)
        if self._upstream is None:
            return await self._page(request, 409)
        window = await self._desk.backstage.limits.hit("upstream_test", "desk", TRIES_PER_MINUTE)
        if not window.allowed:
            return await self._page(request, 429, wait_s=-(-window.reset_ms // 1000))
        tried = await try_call(self._upstream, self._desk.env)
        await self._note(request, tried)
        return await self._page(request, tried=tried)

    async def _note(self, request: Request, tried: TriedCall) -> None:
        details: dict[str, str | int] = {"latency_ms": tried.latency_ms, "fault": tried.fault}
        name = self._upstream.name if self._upstream else ""
        note = note_of(
            self._desk.actor(request),
            self._desk.env.now_ms(),
            "upstream_test",
            "",
            target=("upstream", name),
            details=details,
        )
        await self._desk.store.journal.note(note)

    async def _page(
        self, request: Request, status: int = 200, tried: TriedCall | None = None, wait_s: int = 0
    ) -> Response:
        days = last_days(self._calendar.day(self._desk.env.now_ms()), DAYS)
        reports = self._desk.store.reports
        return self._desk.page(
            request,
            "admin/upstreams.html",
            status,
            upstream=self._upstream,
            readiness=self._upstream.readiness() if self._upstream else None,
            url=masked(self._desk.settings.upstream_url),
            failures=self._services.metrics.upstream_failures() if self._services else {},
            figures=figures(await reports.usage(days[0]), await reports.durations(days[0]), self._prices),
            priced=self._prices != UpstreamPrices(),
            tried=tried,
            wait_s=wait_s,
            tries=TRIES_PER_MINUTE,
        )


def figures(
    usage: Sequence[UsageSum], durations: Sequence[DurationSum], prices: UpstreamPrices
) -> dict[str, list[UpstreamDay]]:
    """By upstream, its days, the newest first; days without a call are left out."""
    names = sorted({one.upstream for one in usage if one.upstream})
    days = sorted({one.day for one in usage}, reverse=True)
    return {
        name: [
            _day(day, sums, [one for one in durations if (one.upstream, one.day) == (name, day)], prices)
            for day in days
            if (sums := [one for one in usage if (one.upstream, one.day) == (name, day)])
        ]
        for name in names
    }


def _day(
    day: str, sums: Sequence[UsageSum], durations: Sequence[DurationSum], prices: UpstreamPrices
) -> UpstreamDay:
    errors: dict[str, int] = {}
    for one in sums:
        if one.state != "settled":
            word = one.reason or one.state
            errors[word] = errors.get(word, 0) + one.generations
    prompt, completion = sum(one.prompt_tokens for one in sums), sum(one.completion_tokens for one in sums)
    return UpstreamDay(
        day=day,
        generations=sum(one.generations for one in sums),
        errors=errors,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_kopecks=prices.cost_kopecks(prompt, completion),
        median_ms=quantile_ms(durations, 50),
        p95_ms=quantile_ms(durations, 95),
    )
