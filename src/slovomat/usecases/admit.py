"""Admission: what a caller may do, how often, and the hold on the price before anything is generated."""

import hashlib

import msgspec

from slovomat.domain.caller import Caller
from slovomat.domain.days import Calendar
from slovomat.domain.ids import AccountId
from slovomat.domain.mode import ModeRef
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import ChatRequest, JobRequest
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits, Window
from slovomat.ports.store import BalanceQuery, HoldOrder, HoldResult, Store

_HOLD_GRACE_MS = 60_000
"""A hold outlives the longest request by this much, before the sweep takes it for dead."""


class AdmissionRules(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that admission asks; see slovomat.settings for their meaning."""

    creates_per_minute: int
    polls_per_minute: int
    balances_per_minute: int
    hold_ms: int
    idempotency_ms: int
    owner: str
    """The process that serves direct calls, for the holds that it opens."""
    holds_waiting_max: int = 5_000


class Admitted(msgspec.Struct, frozen=True):
    """What became of a paid call, and where its caller stands in the window."""

    result: HoldResult
    window: Window


class Admission:
    """Opens holds. Everything that can be refused without the database is refused before it."""

    def __init__(
        self, store: Store, env: Env, limits: Limits, calendar: Calendar, rules: AdmissionRules
    ) -> None:
        self._store = store
        self._env = env
        self._limits = limits
        self._calendar = calendar
        self._rules = rules
        self.waiting = 0
        """Holds asked for and not yet committed."""

    async def closed(self, caller: Caller, dialect: str) -> Refusal:
        """Why plan or key do not open the dialect, with the plans that do."""
        if dialect in caller.plan.dialects:
            return Refusal(code=Code.KEY_FORBIDS, names={"what": dialect})
        offers = await self._store.list_plans()
        openers = ", ".join(offer.plan.name for offer in offers if dialect in offer.plan.dialects)
        return Refusal(code=Code.PLAN_CLOSED, names={"plans": openers or "—", "plan": caller.plan.name})

    async def poll(self, caller: Caller) -> Refusal | None:
        """Counts a poll."""
        return self._often(
            await self._limits.hit("poll", str(caller.account_id), self._rules.polls_per_minute)
        )

    async def asks_balance(self, caller: Caller) -> Refusal | None:
        """Counts a question for the balance."""
        return self._often(
            await self._limits.hit("balance", str(caller.account_id), self._rules.balances_per_minute)
        )

    async def balance(self, caller: Caller) -> int:
        """What this key can spend through the API now, in requests."""
        if caller.debt_requests:
            return 0
        now_ms = self._env.now_ms()
        query = BalanceQuery(
            account_id=caller.account_id,
            key=caller.key,
            day=self._calendar.day(now_ms),
            allowance=_allowance(caller),
            now_ms=now_ms,
        )
        return await self._store.balance(query)

    async def hold(
        self, caller: Caller, request: JobRequest | ChatRequest, closed: Refusal | None
    ) -> Admitted:
        """Counts the call and sets its price aside; a job is queued by the same transaction.

        `closed`: why nothing new is taken now; the repeat of an earlier call is answered all the same.
        """
        rpm = caller.plan.rpm
        per_minute = self._rules.creates_per_minute if rpm is None else rpm
        window = await self._limits.hit("create", str(caller.account_id), per_minute)
        refusal = self._often(window) or _mode_refusal(caller, request.mode)
        if refusal is not None:
            return Admitted(refusal, window)
        order = self._order(caller, request)
        if closed is None and caller.debt_requests:
            closed = Refusal(code=Code.BALANCE_LOW, balance_requests=0)
        if closed is not None:
            known = await self._store.earlier(order) if order.idempotency else None
            return Admitted(known or closed, window)
        if self.waiting >= self._rules.holds_waiting_max:
            return Admitted(Refusal(code=Code.OVERLOADED), window)
        self.waiting += 1
        try:
            return Admitted(await self._store.hold(order), window)
        finally:
            self.waiting -= 1

    def _order(self, caller: Caller, request: JobRequest | ChatRequest) -> HoldOrder:
        now_ms = self._env.now_ms()
        return HoldOrder(
            account_id=AccountId(caller.account_id),
            key=caller.key,
            dialect=request.dialect,
            price_requests=request.price_requests,
            day=self._calendar.day(now_ms),
            allowance=_allowance(caller),
            owner=self._rules.owner,
            now_ms=now_ms,
            expires_at_ms=now_ms + self._rules.hold_ms,
            mode=request.mode,
            cut_chars=request.cut_chars,
            idempotency=request.idempotency,
            idempotency_since_ms=now_ms - self._rules.idempotency_ms,
            job_text=request.text if isinstance(request, JobRequest) else None,
        )

    def _often(self, window: Window) -> Refusal | None:
        if window.allowed:
            return None
        return Refusal(code=Code.TOO_OFTEN, retry_after_ms=window.reset_ms)


def hold_ms(request_timeout_s: float) -> int:
    """How long a hold is opened for."""
    return int(request_timeout_s * 1000) + _HOLD_GRACE_MS


def opens(caller: Caller, dialect: str) -> bool:
    """Whether plan and key open the dialect."""
    return dialect in caller.plan.dialects and (not caller.key.dialects or dialect in caller.key.dialects)


def _allowance(caller: Caller) -> int | None:
    return caller.plan.daily_requests if caller.plan.api_allowance else None


def _mode_refusal(caller: Caller, mode: ModeRef | None) -> Refusal | None:
    """A key that is bound to modes makes nothing else, a plain chat included (`chat`)."""
    asked = mode.id if mode else "chat"
    if caller.key.modes and asked not in caller.key.modes:
        return Refusal(code=Code.KEY_FORBIDS, names={"what": asked})
    return None


def fingerprint(*parts: bytes | str) -> bytes:
    """SHA-256 of what matters in a call, for its idempotency key; parts cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
