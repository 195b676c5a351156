"""Any order of purchases, holds, closings, plan changes and clock jumps, against a model of forty lines."""

import asyncio
import contextlib
import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.books import Books, mark, new_key, open_books, plan
from tests.played_env import DAY_MS, HOUR_MS

from slovomat.domain.caller import KeyPolicy
from slovomat.domain.days import Calendar
from slovomat.domain.generation import ClaimedJob, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.ports.store import HoldResult

CAP_DAY, CAP_TOTAL = 7, 15
ANSWER = StoredAnswer(200, "application/json", b"{}")
MOSCOW = Calendar("Europe/Moscow")
SERVER = os.environ.get("LEDGER_POSTGRES")


@dataclass(eq=False)
class Pot:
    """A day's allowance, or a pack."""

    day: str | None
    expires: int | None
    free: int
    held: int = 0
    spent: int = 0


@dataclass
class Hold:
    """What one generation set aside, whence, and what closed it."""

    parts: list[tuple[Pot, int]]
    capped: bool
    day: str
    price: int
    job: bool
    closed: bool = False


@dataclass
class Model:
    """What the ledger must say, in the plainest words."""

    pots: list[Pot] = field(default_factory=list)
    holds: dict[int, Hold] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)

    def payers(self, now: int, allowance: bool) -> list[Pot]:
        """In the order in which they pay."""
        of_day = [pot for pot in self.pots if allowance and pot.day == MOSCOW.day(now)]
        packs = [pot for pot in self.pots if pot.day is None and (pot.expires is None or pot.expires > now)]
        return of_day + sorted(packs, key=lambda pot: (pot.expires is None, pot.expires or 0))

    def follow_plan(self, now: int, daily: int) -> None:
        """The day is granted once, and moves with the plan, but for what is gone already."""
        today = next((pot for pot in self.pots if pot.day == MOSCOW.day(now)), None)
        if today is None:
            self.pots.append(Pot(MOSCOW.day(now), None, daily))
        else:
            today.free = max(0, today.free + daily - (today.free + today.held + today.spent))

    def room(self, now: int, capped: bool) -> int:
        """What the key's caps leave."""
        left = min(CAP_DAY - self.used[MOSCOW.day(now)], CAP_TOTAL - self.used["all"])
        return max(0, left) if capped else 1 << 60

    def take(self, hold: Hold, pots: list[Pot]) -> None:
        """Sets the price aside."""
        owed = hold.price
        for pot in pots:
            part = min(owed, pot.free)
            pot.free, pot.held, owed = pot.free - part, pot.held + part, owed - part
            hold.parts.append((pot, part))
        if hold.capped:
            self.used.update({hold.day: hold.price, "all": hold.price})

    def close(self, hold: Hold, settled: bool) -> None:
        """Spent, or back to where it came from."""
        hold.closed = True
        for pot, part in hold.parts:
            pot.held -= part
            pot.spent += part if settled else 0
            pot.free += 0 if settled else part
        if hold.capped and not settled:
            self.used.subtract({hold.day: hold.price, "all": hold.price})


async def new_database() -> str | None:
    """An empty database on the PostgreSQL server of LEDGER_POSTGRES; None: on SQLite."""
    if SERVER is None:
        return None
    connection = await asyncpg.connect(SERVER)
    await connection.execute("DROP DATABASE IF EXISTS ledger WITH (FORCE)")
    await connection.execute("CREATE DATABASE ledger")
    await connection.close()
    return f"{SERVER.rpartition('/')[0]}/ledger"


class LedgerMachine(RuleBasedStateMachine):
    """Hypothesis chooses what happens next; after each step the books are held against the model."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.runner = self.stack.enter_context(asyncio.Runner())
        self.opened = open_books(self.runner.run(new_database()) or folder, daily=0)
        self.books: Books = self.runner.run(self.opened.__aenter__())
        self.model = Model()
        self.daily = 0
        self.marks: dict[str, tuple[int, int, StoredAnswer | None]] = {}
        self.jobs: list[ClaimedJob] = []

    @initialize()
    def add_capped_key(self) -> None:
        """A second key of the account, with caps."""
        new = new_key(self.books.account, "capped", cap_day=CAP_DAY, cap_total=CAP_TOTAL)
        self.runner.run(self.books.store.add_key(new, 0))
        caller = self.runner.run(self.books.store.find_caller(new.hash))
        assert caller is not None
        self.keys: dict[bool, KeyPolicy] = {False: self.books.key, True: caller.key}

    @property
    def now(self) -> int:
        """The machine's clock."""
        return self.books.env.now_ms()

    @rule(requests=st.integers(1, 9), hours=st.none() | st.integers(1, 72))
    def buys(self, requests: int, hours: int | None) -> None:
        """A pack, which may expire."""
        expires = None if hours is None else self.now + hours * HOUR_MS
        total = self.runner.run(self.books.credit(requests, expires_at_ms=expires))
        self.model.pots.append(Pot(None, expires, requests))
        assert total == sum(pot.free for pot in self.model.payers(self.now, allowance=False))

    @rule(requests=st.integers(1, 6))
    def returns(self, requests: int) -> None:
        """The operator takes requests back, from the pack that would be spent last."""
        packs = self.model.payers(self.now, allowance=False)
        enough = sum(pot.free for pot in packs) >= requests
        total = self.runner.run(self.books.credit(-requests))
        for pot in reversed(packs if enough else []):
            taken = min(requests, pot.free)
            pot.free, requests = pot.free - taken, requests - taken
        assert total == (sum(pot.free for pot in packs) if enough else None)

    @rule(
        price=st.integers(1, 4),
        allowance=st.booleans(),
        capped=st.booleans(),
        name=st.sampled_from([None, None, "a", "b"]),
        job=st.booleans(),
    )
    def generates(self, price: int, allowance: bool, capped: bool, name: str | None, job: bool) -> None:
        """A call, perhaps under an idempotency key that was used before."""
        result = self.runner.run(
            self.books.hold(
                price,
                allowance=self.daily if allowance else None,
                key=self.keys[capped],
                idempotency=mark(name) if name else None,
                job_text="text" if job else None,
            )
        )
        earlier = self.marks.get(name or "")
        if earlier is not None and earlier[0] >= self.now - DAY_MS:
            self._is_repeat(result, *earlier[1:])
            return
        if allowance:
            self.model.follow_plan(self.now, self.daily)
        pots = self.model.payers(self.now, allowance)
        there, room = sum(pot.free for pot in pots), self.model.room(self.now, capped)
        if min(there, room) < price:
            assert isinstance(result, Refusal)
            assert result.code is (Code.BALANCE_LOW if there < price else Code.KEY_CAP)
            assert result.balance_requests == min(there, room)
            self.marks.pop(name or "", None)
            return
        assert isinstance(result, Accepted)
        assert not result.replayed
        hold = Hold([], capped, MOSCOW.day(self.now), price, job)
        self.model.take(hold, pots)
        self.model.holds[result.id] = hold
        assert result.balance_requests == min(there, room) - price
        if name:
            self.marks[name] = (self.now, result.id, None)

    def _is_repeat(self, result: HoldResult, of: int, answer: StoredAnswer | None) -> None:
        if self.model.holds[of].job:
            assert isinstance(result, Accepted)
            assert (result.id, result.replayed) == (of, True)
        elif answer is not None:
            assert result == answer
        else:
            assert isinstance(result, Refusal)
            assert result.code is Code.IDEMPOTENCY_IN_PROGRESS

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), state=st.sampled_from([s for s in HoldState if s is not HoldState.HELD]))
    def closes(self, data: st.DataObject, state: HoldState) -> None:
        """Any direct generation ends, perhaps for the second time."""
        direct = [of for of, hold in self.model.holds.items() if not hold.job]
        if not direct:
            return
        of = data.draw(st.sampled_from(direct))
        hold = self.model.holds[of]
        answer = ANSWER if state is HoldState.SETTLED else None
        assert self.runner.run(self.books.close(GenerationId(of), state, answer)) is not hold.closed
        if hold.closed:
            return
        self.model.close(hold, settled=state is HoldState.SETTLED)
        for name, (created, marked, _) in list(self.marks.items()):
            if marked == of and answer:
                self.marks[name] = (created, marked, answer)
            elif marked == of:
                del self.marks[name]

    @rule(limit=st.integers(1, 3))
    def claims(self, limit: int) -> None:
        """A worker takes jobs."""
        self.jobs += self.runner.run(self.books.claim(limit))

    @precondition(lambda self: self.jobs)
    @rule(how=st.sampled_from(["complete", "fail", "retry", "twice", "taken over"]))
    def works(self, how: str) -> None:
        """A job ends, well or not; a second end of it, or one without the lease, changes nothing."""
        job = self.jobs.pop(0)
        if how == "retry":
            assert self.runner.run(self.books.store.retry(job, self.now, 0))
            return
        if how == "taken over":
            self.runner.run(self.books.store.alone("another"))
            self.runner.run(self.books.take_over("another"))
            self.jobs.clear()
            assert not self.runner.run(self.books.complete(job))
            return
        end = self.books.fail if how == "fail" else self.books.complete
        assert self.runner.run(end(job))
        self.model.close(self.model.holds[job.id], settled=how != "fail")
        if how == "twice":
            assert not self.runner.run(self.books.fail(job))

    @rule(daily=st.integers(0, 8))
    def changes_plan(self, daily: int) -> None:
        """The plan's daily requests go up or down."""
        self.daily = daily
        self.runner.run(self.books.store.save_plan(plan(daily=daily)))

    @rule(hours=st.integers(-50, 50))
    def clock_jumps(self, hours: int) -> None:
        """Somebody sets the clock, over days forwards and backwards."""
        self.books.env.jump_ms(hours * HOUR_MS)

    @invariant()
    def books_balance(self) -> None:
        """No invariant is broken, and the totals are the model's."""
        audit = self.runner.run(self.books.store.audit())
        assert audit.violations == ()
        pots = self.model.pots
        assert audit.available == sum(pot.free for pot in pots)
        assert audit.held == sum(pot.held for pot in pots)
        assert audit.spent == sum(pot.spent for pot in pots)
        assert all(min(pot.free, pot.held, pot.spent) >= 0 for pot in pots)

    @invariant()
    def balances_agree(self) -> None:
        """What each key can spend is what the model says, with the allowance and without."""
        for capped, key in getattr(self, "keys", {}).items():
            for allowance in (None, self.daily):
                there = sum(pot.free for pot in self.model.payers(self.now, allowance is not None))
                there += 0 if allowance is None else self._still_to_grant(allowance)
                asked = self.runner.run(self.books.balance(allowance, key))
                assert asked == min(there, self.model.room(self.now, capped))

    def _still_to_grant(self, daily: int) -> int:
        today = [pot for pot in self.model.pots if pot.day == MOSCOW.day(self.now)]
        gone = sum(pot.free + pot.held + pot.spent for pot in today)
        return max(daily - gone, -sum(pot.free for pot in today))

    def teardown(self) -> None:
        """Closes the store; its books are checked once more."""
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.stack.close()


LedgerMachine.TestCase.settings = settings(
    max_examples=int(os.environ.get("LEDGER_EXAMPLES", "60")),
    stateful_step_count=int(os.environ.get("LEDGER_STEPS", "50")),
    derandomize="LEDGER_EXAMPLES" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""`./dev faults --row M3` asks for more examples, longer ones, new ones in each run, and on PostgreSQL."""

TestLedger = LedgerMachine.TestCase
"""Whatever happens in whatever order, the audit is true and the balances are the model's."""
