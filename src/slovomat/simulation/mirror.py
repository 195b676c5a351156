"""A second opinion of the books, kept beside the database: what each commit changed is held against it.

It knows nothing of the product's rules but the ledger's meaning, and it remembers what the tables forget:
how a row stood before. The product's own audit is a check beside this one.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slovomat.simulation.loop import Life

Rows = Callable[..., list[tuple[Any, ...]]]
Fail = Callable[[str, str], None]
FINAL = {"settled", "released", "expired"}
_FINAL_JOB = {"completed", "failed"}
_AGREE = {
    "queued": {"held"},
    "running": {"held"},
    "completed": {"settled"},
    "failed": {"released", "expired"},
}
_CLOSES = {"settle": "settled", "release": "released", "expire": "expired"}
_SHAPES = {
    "grant": (1, 1, 0, 0),
    "adjust": (1, 1, 0, 0),
    "debit": (-1, -1, 0, 0),
    "hold": (0, -1, 1, 0),
    "settle": (0, 0, -1, 1),
    "release": (0, 1, -1, 0),
    "expire": (0, 1, -1, 0),
}


@dataclass(slots=True)
class Pot:
    """A bucket as its entries make it: granted, available, held, spent; and how often it was granted."""

    sums: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    grants: int = 0


@dataclass(slots=True)
class Generation:
    """A generation as it stood after the last commit. `call`: the client's call that made it."""

    facts: tuple[Any, ...]
    account: int
    key: int
    counted: bool
    day: str
    price: int
    mark: str | None
    call: int
    created_at_ms: int
    owner: str
    state: str
    reason: str


@dataclass(slots=True)
class Job:
    """A job as it stood."""

    state: str
    token: int
    attempts: int
    owner: str
    lease_until_ms: int
    result: str | None
    error: str | None

    @property
    def lost(self) -> int:
        """How often it was claimed without an outcome."""
        return self.token - self.attempts - (self.state == "running")


class Observer:
    """What the mirror asks, and whom it tells. This one knows of nothing and minds nothing."""

    def daily_most(self) -> int:
        """The most that any plan has ever granted for a day."""
        return 1 << 62

    def outlived(self, created_at_ms: int) -> bool:
        """Whether an idempotency key of that age may have been forgotten."""
        return created_at_ms < 0

    def born(self, row_id: int, generation: "Generation") -> None:
        """A generation was made."""

    def closed(self, row_id: int, generation: "Generation") -> None:
        """A generation has ended."""

    def outcome(self, row_id: int, owner: str, by: Life) -> None:
        """An attempt at a job that `owner` had leased was ended by this process."""

    def lost(self, row_id: int, before: "Job", by: Life) -> None:
        """A claim of a job ended without an outcome, by a commit of this process."""


class Mirror:
    """Looks after each commit, and fails with the invariant's name and the figures."""

    def __init__(self, rows: Rows, fail: Fail) -> None:
        self._rows = rows
        self._fail = fail
        self._touched: set[tuple[str, int]] = set()
        self._last_entry = 0
        self._held: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self._closed: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self._closed_as: defaultdict[int, set[str]] = defaultdict(set)
        self.pots: defaultdict[int, Pot] = defaultdict(Pot)
        self.generations: dict[int, Generation] = {}
        self.jobs: dict[int, Job] = {}
        self.of_call: dict[int, int] = {}
        """Which generation a call made."""
        self.of_mark: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        """The generations under an idempotency key."""
        self._used: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.packs_granted = 0
        """What entries say was given in packs, less what was taken back."""
        self._days: dict[tuple[int, str], int] = {}
        self.observer: Observer = Observer()

    def touch(self, table: str, row_id: int) -> None:
        """A trigger tells of a row."""
        self._touched.add((table, row_id))

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._touched.clear()

    def look(self, by: Life) -> None:
        """After a commit of this process."""
        if not self._touched:
            return
        touched, self._touched = sorted(self._touched), set()
        for entry in self._rows("new_entries", after=self._last_entry):
            self._enter(*entry)
        for table, row_id in touched:
            found = self._rows(table, id=row_id)
            if not found:
                self._fail("row_gone", f"{table} {row_id}")
                continue
            match table:
                case "bucket":
                    self._bucket(row_id, *found[0])
                case "generation":
                    self._generation(row_id, found[0])
                case "job":
                    self._job(row_id, by, *found[0])
        for table, row_id in touched:
            match table:
                case "generation":
                    self._agree(row_id)
                case "key":
                    self._key(row_id)

    def _enter(self, row_id: int, bucket: int, generation: int | None, kind: str, *changes: int) -> None:
        if row_id <= self._last_entry:
            self._fail("entry_out_of_order", f"entry {row_id}")
        self._last_entry = row_id
        amount = max(map(abs, changes)) if kind != "adjust" else changes[0]
        if changes != tuple(sign * amount for sign in _SHAPES[kind]):
            self._fail("entry_misshapen", f"entry {row_id}: {kind} {changes}")
        pot = self.pots[bucket]
        for place, change in enumerate(changes):
            pot.sums[place] += change
        pot.grants += kind == "grant"
        if generation is not None and kind == "hold":
            self._held[generation][bucket] += amount
        elif generation is not None:
            self._closed[generation][bucket] += amount
            self._closed_as[generation].add(_CLOSES.get(kind, kind))
        if changes[0] and self._rows("bucket", id=bucket)[0][1] is None:
            self.packs_granted += changes[0]

    def _bucket(self, bucket: int, account: int, day: str | None, *figures: int) -> None:
        pot = self.pots[bucket]
        if list(figures) != pot.sums:
            self._fail("bucket_differs_from_its_entries", f"bucket {bucket}: {figures}, entries {pot.sums}")
        if min(figures) < 0 or figures[0] != sum(figures[1:]):
            self._fail("bucket_below_zero", f"bucket {bucket}: {figures}")
        if pot.grants != 1:
            self._fail("granted_not_once", f"bucket {bucket} of {day}: {pot.grants} grants")
        if day is None:
            return
        if self._days.setdefault((account, day), bucket) != bucket:
            self._fail("day_granted_twice", f"account {account}, {day}")
        if figures[0] > self.observer.daily_most():
            self._fail("day_granted_too_much", f"account {account}, {day}: {figures[0]}")

    def _generation(self, row_id: int, row: tuple[Any, ...]) -> None:
        *facts, state, reason = row
        before = self.generations.get(row_id)
        if before is None:
            self._born(row_id, tuple(facts), state, reason)
            return
        if before.facts != tuple(facts):
            self._fail("generation_rewritten", f"{row_id}: {before.facts} became {tuple(facts)}")
        if before.state in FINAL and (state, reason) != (before.state, before.reason):
            self._fail("final_state_changed", f"generation {row_id}: {before.state} became {state}")
        ends = before.state not in FINAL and state in FINAL
        before.state, before.reason = state, reason
        if ends:
            self._count(before, 0 if state == "settled" else -before.price)
            self.observer.closed(row_id, before)

    def _born(self, row_id: int, facts: tuple[Any, ...], state: str, reason: str) -> None:
        account, key, counted, day, price, mark, call, created, owner = facts
        made = Generation(
            facts, account, key, bool(counted), day, price, mark, call, created, owner, state, reason
        )
        self.generations[row_id] = made
        if self.of_call.setdefault(call, row_id) != row_id:
            self._fail("call_charged_twice", f"call {call}: generations {self.of_call[call]} and {row_id}")
        if mark is not None:
            earlier = [self.generations[other] for other in self.of_mark[account, mark]]
            self.of_mark[account, mark].append(row_id)
            if any(
                one.state in {"held", "settled"} and not self.observer.outlived(one.created_at_ms)
                for one in earlier
            ):
                self._fail("key_charged_twice", f"{mark}: generations {self.of_mark[account, mark]}")
        self._count(made, price if state in {"held", "settled"} else 0)
        self.observer.born(row_id, made)
        if state in FINAL:
            self.observer.closed(row_id, made)

    def _count(self, generation: Generation, change: int) -> None:
        if generation.counted:
            self._used[generation.key].update({generation.day: change, "": change})

    def _agree(self, row_id: int) -> None:
        """A generation, its entries and its job say the same."""
        one = self.generations[row_id]
        held, closed, closed_as = self._held[row_id], self._closed[row_id], self._closed_as[row_id]
        if held.total() != one.price:
            self._fail("held_not_its_price", f"generation {row_id}: price {one.price}, held {held.total()}")
        if one.state in FINAL and (closed != held or closed_as != {one.state}):
            self._fail("closed_wrongly", f"generation {row_id} {one.state}: {dict(held)}, {dict(closed)}")
        if one.state not in FINAL and closed:
            self._fail("closed_wrongly", f"generation {row_id} {one.state}: closed {dict(closed)}")
        job = self.jobs.get(row_id)
        if job is not None and one.state not in _AGREE[job.state]:
            self._fail("job_and_hold_disagree", f"{row_id}: job {job.state}, hold {one.state}")

    def _job(self, row_id: int, by: Life, *row: Any) -> None:
        state, token, attempts, owner, lease_until_ms, result, error, pruned = row
        before = self.jobs.get(row_id)
        now = Job(state, token, attempts, owner, lease_until_ms, result, error)
        self.jobs[row_id] = now
        if before is None:
            return
        if before.state in _FINAL_JOB:
            if state != before.state or (not pruned and (result, error) != (before.result, before.error)):
                self._fail("final_state_changed", f"job {row_id}: {before} became {now}")
            now.result, now.error = before.result, before.error
        if now.lost < before.lost:
            self._fail("attempts_without_a_claim", f"job {row_id}: {before} became {now}")
        if attempts > before.attempts:
            self.observer.outcome(row_id, now.owner or before.owner, by)
        if now.lost > before.lost:
            self.observer.lost(row_id, before, by)
        hold = self.generations.get(row_id)
        if hold is None or hold.state not in _AGREE[state]:
            self._fail("job_and_hold_disagree", f"{row_id}: job {state}, hold {hold and hold.state}")

    def _key(self, key: int) -> None:
        for day, used in self._rows("key", id=key):
            if used != self._used[key][day]:
                self._fail("key_usage_differs", f"key {key}, {day!r}: {used}, by {self._used[key][day]}")
