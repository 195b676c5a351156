"""What customers were told, held against what is committed: at once when it is told, and for ever after."""

from dataclasses import dataclass

from slovomat.domain.generation import JobState, JobView
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.simulation.clock import WallClock
from slovomat.simulation.composition import ATTEMPTS, IDEMPOTENCY_MS, JOB_WAIT_MS, LEASE_MS, RETRIES
from slovomat.simulation.loop import Life, VirtualLoop
from slovomat.simulation.mirror import FINAL, Fail, Generation, Job, Mirror, Observer
from slovomat.simulation.provider import Provider
from slovomat.simulation.weather import Weather

_RECENT_S = 3 * LEASE_MS / 1000
_KEY_DIES_IN_S = 3.0


@dataclass(slots=True)
class Key:
    """A key in a customer's hand; `dead_s`: since when the operator was told that it opens nothing."""

    key: str
    account: int
    id: int
    dead_s: float | None = None


@dataclass(slots=True)
class Call:
    """One call of a customer. `tag`: the number of the first call with the same words."""

    number: int
    tag: int
    key: Key
    mark: str | None
    began_s: float


class Promises(Observer):
    """Keeps what was told. Fails with the name of what was broken."""

    def __init__(
        self,
        mirror: Mirror,
        fail: Fail,
        *,
        loop: VirtualLoop,
        walls: list[WallClock],
        weather: Weather,
        owners: dict[str, Life],
    ) -> None:
        self._mirror = mirror
        self.fail = fail
        self._loop = loop
        self._walls = walls
        self._weather = weather
        self._owners = owners
        self.calls: list[Call] = []
        self.jobs: dict[GenerationId, Call] = {}
        """The jobs that were acknowledged."""
        self.daily = 0
        self.packs = 0
        """Requests that the operator was told are given in packs."""
        self._finals: dict[GenerationId, tuple[str, str | None]] = {}
        self._answers: dict[tuple[int, str], bytes] = {}
        self._refused: set[int] = set()
        self._free: set[int] = set()
        """Generations of which the customer was told that they cost nothing."""
        mirror.observer = self

    # What is told

    def accepted(self, call: Call, told: Accepted) -> None:
        """A job's id leaves the node."""
        made = self._mirror.generations.get(told.id)
        if made is None or told.id not in self._mirror.jobs:
            self.fail("told_before_committed", f"call {call.number}: job {told.id}")
            return
        ours = made.mark == call.mark if told.replayed else made.call == call.number
        if not ours or made.account != call.key.account:
            self.fail("told_anothers_job", f"call {call.number}: job {told.id} of call {made.call}")
        if told.balance_requests < 0:
            self.fail("balance_below_zero", f"call {call.number}: {told.balance_requests}")
        self._opened(call)
        self.jobs[told.id] = call

    def refused(self, call: Call) -> None:
        """A no leaves the node: the call has made nothing, and never will."""
        self._refused.add(call.number)
        if call.number in self._mirror.of_call:
            self.fail("refused_but_charged", f"call {call.number}")

    def whole(self, call: Call, hold: Accepted, body: bytes) -> None:
        """A whole answer begins to leave the node: it is paid."""
        made = self._mirror.generations.get(hold.id)
        if made is None or made.state != "settled":
            self.fail("told_before_committed", f"call {call.number}: {hold.id} is {made and made.state}")
        self._opened(call)
        if call.mark is not None:
            self._answers[call.key.account, call.mark] = body

    def free(self, call: Call, hold: Accepted) -> None:
        """The customer is told of a failure, or has left without anything: it costs nothing."""
        self._free.add(hold.id)
        made = self._mirror.generations[hold.id]
        if made.state == "settled":
            self.fail("charged_for_nothing", f"call {call.number}: generation {hold.id}, {made.reason!r}")

    def left_with_a_piece(self, call: Call, hold: Accepted) -> None:
        """The customer left after the first piece: that is paid, unless the database did not take it."""
        made = self._mirror.generations[hold.id]
        if made.state != "settled" and not self._excused(made.owner):
            self.fail("piece_not_charged", f"call {call.number}: {hold.id} is {made.state}, {made.reason!r}")

    def repeated(self, call: Call, told: StoredAnswer) -> None:
        """A repeat is answered with the first answer."""
        mark = (call.key.account, call.mark or "")
        paid = [one for one in self._mirror.of_mark[mark] if self._mirror.generations[one].state == "settled"]
        if not paid:
            self.fail("answer_without_charge", f"call {call.number}: {call.mark}")
        if len(paid) > 1:  # the key was forgotten in between: nobody may have heard the later answer
            self._answers[mark] = told.body
        if self._answers.setdefault(mark, told.body) != told.body:
            self.fail("answer_changed", f"call {call.number}: {call.mark}")

    def polled(self, job: GenerationId, told: JobView | Refusal) -> None:
        """The state of an acknowledged job leaves the node."""
        if isinstance(told, Refusal):
            if told.code is Code.REQUEST_UNKNOWN:
                self.fail("job_unknown", f"job {job}")
            return
        before = self._finals.get(job)
        if told.state in {JobState.COMPLETED, JobState.FAILED} and not told.pruned:
            now = (told.state.value, told.result or told.error)
            if self._finals.setdefault(job, now) != now:
                self.fail("final_state_changed", f"job {job}: {before} became {now}")
        elif before is not None and not told.pruned:
            self.fail("final_state_changed", f"job {job}: {before} became {told.state}")

    def balance(self, key: Key, told: int) -> None:
        """A balance leaves the node."""
        if told < 0:
            self.fail("balance_below_zero", f"account {key.account}: {told}")

    def _opened(self, call: Call) -> None:
        dead_s = call.key.dead_s
        if dead_s is None or call.began_s < dead_s + _KEY_DIES_IN_S or self._unsteady():
            return
        self.fail("dead_key_opens", f"call {call.number}: key {call.key.id}")

    # What the mirror tells

    def daily_most(self) -> int:
        """The most of all plans that the operator ever set."""
        return self.daily

    def outlived(self, created_at_ms: int) -> bool:
        """By whichever clock is ahead."""
        return self._latest_ms() - created_at_ms > IDEMPOTENCY_MS - 1_000

    def born(self, row_id: int, generation: Generation) -> None:
        """No call that was refused makes one."""
        if generation.call in self._refused:
            self.fail("refused_but_charged", f"call {generation.call}: generation {row_id}")

    def closed(self, row_id: int, generation: Generation) -> None:
        """What was told as free is not charged, and nothing expires whose process could close it."""
        if generation.state == "settled" and row_id in self._free:
            self.fail("charged_for_nothing", f"generation {row_id}, {generation.reason!r}")
        if generation.state == "expired" and not self._expires(generation):
            self.fail("hold_leaked", f"generation {row_id} of {generation.owner}: {generation.reason}")

    def outcome(self, row_id: int, owner: str, by: Life) -> None:
        """Who has the lease decides."""
        if self._owners.get(owner) is not by:
            self.fail("outcome_without_lease", f"job {row_id} of {owner}: ended by {by.name}")

    def lost(self, row_id: int, before: Job, by: Life) -> None:
        """No lease ends before its time but by its holder's drain, and none of a process that lives well."""
        valid = before.state == "running" and before.lease_until_ms > self._walls[0].now_ms()
        if valid and not by.draining and not self._recent(self._jumped_s()):
            self.fail("lease_taken", f"job {row_id} of {before.owner}, by {by.name}")
        if not self._excused(before.owner):
            self.fail("lease_lost", f"job {row_id} of {before.owner}, which lives")

    def _expires(self, generation: Generation) -> bool:
        if generation.reason == "overdue":
            return self._latest_ms() - generation.created_at_ms > JOB_WAIT_MS - 1_000
        return self._excused(generation.owner)

    def _excused(self, owner: str) -> bool:
        """Whether that process may lose what it holds: it is dead, was stopped, or the world was unsteady."""
        life = self._owners.get(owner)
        if life is None or not life.alive or life.stopped or life.draining:
            return True
        return self._unsteady()

    def _unsteady(self) -> bool:
        """Whether a clock, the database or a process has just stumbled, so that leases may lapse."""
        if any(life.stopped for life in self._owners.values()):
            return True
        stopped_s = max((life.stopped_until_s for life in self._owners.values()), default=-1.0)
        return self._recent(max(self._weather.troubled_s, self._jumped_s(), stopped_s))

    def _jumped_s(self) -> float:
        return max(wall.jumped_s for wall in self._walls)

    def _recent(self, at_s: float) -> bool:
        return at_s >= 0 and self._loop.now_s < at_s + _RECENT_S

    def _latest_ms(self) -> int:
        return max(wall.latest_ms() for wall in self._walls)

    # When all is quiet

    def at_rest(self) -> list[str]:
        """What is still under way."""
        open_jobs = [one for one, job in self._mirror.jobs.items() if job.state in {"queued", "running"}]
        holds = [one for one, made in self._mirror.generations.items() if made.state not in FINAL]
        return [f"job {one}" for one in open_jobs] + [f"hold {one}" for one in holds]

    def at_last(self, provider: Provider) -> None:
        """All calls of the upstream have a generation, and there were no more than it may take."""
        allowed: dict[int, int] = {}
        for row_id, made in self._mirror.generations.items():
            job = self._mirror.jobs.get(row_id)
            tag = self.calls[made.call].tag
            allowed[tag] = allowed.get(tag, 0) + (job.token if job else 1 + RETRIES)
            if job and job.attempts > ATTEMPTS:
                self.fail("tried_too_often", f"job {row_id}: {job.attempts} attempts")
        for tag, count in sorted(provider.calls.items()):
            if count > allowed.get(tag, 0):
                self.fail("upstream_called_too_often", f"call {tag}: {count} of {allowed.get(tag, 0)}")
        if self._mirror.packs_granted != self.packs:
            self.fail("packs_differ", f"told {self.packs}, granted {self._mirror.packs_granted}")
