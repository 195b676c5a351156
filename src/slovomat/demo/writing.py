"""Generations of the past: their price held, their text made, their end written, by the store's own rules."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.joining import Member
from slovomat.demo.texts import ASKED, WRITTEN
from slovomat.demo.traffic import JOB, OLD_JOB, SITE, Wish
from slovomat.domain.caller import Caller
from slovomat.domain.days import Calendar
from slovomat.domain.events import Usage
from slovomat.domain.generation import ClaimedJob, Closing, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.domain.request import Accepted
from slovomat.ports.history import KeptText
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import ClaimOrder, HoldOrder, Store
from slovomat.usecases.admit import opens

OWNER = "demo"
UPSTREAM = "openai"
_PRICE_REQUESTS = 2
_LEASE_MS = _HOLD_MS = 660_000
_CHARS_A_TOKEN = 3
_SYSTEM_TOKENS = 230
_JOBS = {JOB, OLD_JOB}


class _Begun(msgspec.Struct, frozen=True):
    """A wish whose price is set aside."""

    wish: Wish
    text: str
    accepted: Accepted

    @property
    def ended_at_ms(self) -> int:
        return self.wish.at_ms + self.wish.took_ms


class Scribe:
    """Writes what people wish, some at a time."""

    def __init__(self, store: Store, env: DemoEnv, modes: ModeCatalogue, calendar: Calendar) -> None:
        self._store = store
        self._env = env
        self._modes = modes
        self._calendar = calendar
        self.written = 0

    async def write(self, wishes: Sequence[Wish], members: Mapping[str, Member]) -> None:
        """Whatever their balance allows, from the acceptance to the end."""
        begun = await self._begin(sorted(wishes, key=lambda one: one.at_ms), members)
        if not begun:
            return
        await self._end([one for one in begun if one.wish.way not in _JOBS])
        await self._work({one.accepted.id: one for one in begun if one.wish.way in _JOBS})
        self.written += len(begun)

    async def queue(self, wishes: Sequence[Wish], members: Mapping[str, Member]) -> None:
        """Jobs that wait for whoever starts the service."""
        await self._begin(wishes, members)

    async def _begin(self, wishes: Sequence[Wish], members: Mapping[str, Member]) -> list[_Begun]:
        asked = []
        for wish in wishes:
            text = self._env.pick(ASKED[wish.who.language])
            order = self._order(wish, text, members[wish.who.email])
            if order is not None:
                asked.append((wish, text, order))
        results = await asyncio.gather(*(self._hold(order) for _, _, order in asked))
        if asked:
            await self._store.keys_used({order.key.id for *_, order in asked}, asked[-1][2].now_ms)
        return [
            _Begun(wish, text, result)
            for (wish, text, _), result in zip(asked, results, strict=True)
            if isinstance(result, Accepted)
        ]

    async def _hold(self, order: HoldOrder) -> object:
        return await self._store.hold(order)

    def _order(self, wish: Wish, text: str, member: Member) -> HoldOrder | None:
        """None: there is no key that opens the way, or something is owed."""
        caller = self._caller(wish, member)
        if caller is None or caller.debt_requests:
            return None
        counts = wish.way == SITE or caller.plan.api_allowance
        return HoldOrder(
            account_id=member.account.id,
            key=caller.key,
            dialect=wish.way,
            price_requests=_PRICE_REQUESTS,
            day=self._calendar.day(wish.at_ms),
            allowance=caller.plan.daily_requests if counts else None,
            owner=OWNER,
            now_ms=wish.at_ms,
            expires_at_ms=wish.at_ms + _HOLD_MS,
            mode=None if wish.mode == "chat" and wish.way not in _JOBS else self._modes.ref(wish.mode),
            job_text=text if wish.way in _JOBS else None,
        )

    def _caller(self, wish: Wish, member: Member) -> Caller | None:
        if wish.way == SITE:
            return member.site
        fit = [one for one in member.keys if opens(one, wish.way)]
        return self._env.pick(fit) if fit else None

    async def _end(self, begun: Sequence[_Begun]) -> None:
        await asyncio.gather(*(self._close(one) for one in begun))
        kept = [one for one in begun if one.wish.way == SITE and one.wish.state == HoldState.SETTLED]
        await asyncio.gather(*(self._store.history.keep(self._kept(one)) for one in kept))

    async def _close(self, one: _Begun) -> None:
        await self._store.close(self._closing(one), one.ended_at_ms)

    def _kept(self, one: _Begun) -> KeptText:
        return KeptText(
            account_id=one.accepted.account_id,
            generation_id=one.accepted.id,
            text=one.text,
            result=self._result(one),
            now_ms=one.ended_at_ms,
        )

    async def _work(self, begun: Mapping[GenerationId, _Begun]) -> None:
        """A worker of the past takes the jobs, and finishes them."""
        if not begun:
            return
        order = ClaimOrder(
            owner=OWNER,
            limit=len(begun),
            now_ms=max(one.wish.at_ms for one in begun.values()),
            lease_ms=_LEASE_MS,
        )
        jobs = await self._store.claim(order)
        await asyncio.gather(*(self._finish(job, begun[job.id]) for job in jobs))

    async def _finish(self, job: ClaimedJob, one: _Begun) -> None:
        closing = self._closing(one)
        if closing.state is HoldState.SETTLED:
            await self._store.complete(job, self._result(one), closing, one.ended_at_ms)
        else:
            await self._store.fail(job, closing.reason, closing, one.ended_at_ms)

    def _closing(self, one: _Begun) -> Closing:
        state = HoldState(one.wish.state)
        reason = one.wish.reason
        if one.wish.way in _JOBS and reason == "client_left":
            reason = "upstream_error"  # nobody waits at the other end of a job
        told = state is HoldState.SETTLED
        return Closing(
            id=one.accepted.id,
            account_id=one.accepted.account_id,
            state=state,
            reason=reason,
            upstream=UPSTREAM,
            usage=self._usage(one) if told else Usage(),
            held=one.accepted.held,
        )

    def _usage(self, one: _Begun) -> Usage:
        asked = _SYSTEM_TOKENS + len(one.text) // _CHARS_A_TOKEN
        return Usage(asked, len(self._result(one)) // _CHARS_A_TOKEN)

    def _result(self, one: _Begun) -> str:
        texts = WRITTEN[one.wish.mode][one.wish.who.language]
        return texts[one.accepted.id % len(texts)]
