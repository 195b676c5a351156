"""The port to all that must not be lost. One method is one transaction; none spans a network call."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from slovomat.domain.caller import Caller, KeyPolicy, Plan
from slovomat.domain.generation import ClaimedJob, Closing, JobView
from slovomat.domain.ids import AccountId, BucketId, GenerationId, KeyId, PlanId
from slovomat.domain.mode import ModeRef
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import Accepted, Idempotency, StoredAnswer


class StoreUnavailableError(Exception):
    """The database did not take the transaction (disk full, locked, gone). Nothing was charged."""


class HoldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Sets a price aside, and with `job_text` queues the job in the same transaction.

    `allowance`: the plan's daily requests where they may pay, else None. `owner`: the process that
    serves the call, whose death releases the hold; a job has no such owner.
    """

    account_id: AccountId
    key: KeyPolicy
    dialect: str
    price_requests: int
    day: str
    allowance: int | None
    owner: str
    now_ms: int
    expires_at_ms: int
    mode: ModeRef | None = None
    cut_chars: int = 0
    idempotency: Idempotency | None = None
    idempotency_since_ms: int = 0
    job_text: str | None = None


HoldResult = Accepted | StoredAnswer | Refusal


class BalanceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a key can spend now; see HoldOrder for the fields."""

    account_id: AccountId
    key: KeyPolicy
    day: str
    allowance: int | None
    now_ms: int


class OpenHold(msgspec.Struct, frozen=True):
    """A hold that nobody has closed."""

    account_id: AccountId
    id: GenerationId


class Ledger(Protocol):
    """Holds and their closing."""

    async def hold(self, order: HoldOrder) -> HoldResult:
        """Accepted, or the stored answer of a repeat, or why not. Raises StoreUnavailableError."""

    async def earlier(self, order: HoldOrder) -> HoldResult | None:
        """What `hold` would answer a repeat by its idempotency key; None for a new call."""

    async def close(self, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> bool:
        """Ends a hold, once; False when it was closed before. `answer` is kept for repeats."""

    async def balance(self, query: BalanceQuery) -> int:
        """Requests that this key can spend now."""

    async def expired_holds(self, owner: str, now_ms: int, limit: int) -> list[OpenHold]:
        """The process's own holds without a job that are past their time."""

    async def orphaned_holds(self, now_ms: int, limit: int) -> list[OpenHold]:
        """Holds without a job whose process does not live."""


class ClaimOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for up to `limit` jobs. `per_account`: jobs of one account running at once; 0 is no limit."""

    owner: str
    limit: int
    now_ms: int
    lease_ms: int
    per_account: int = 0


class Jobs(Protocol):
    """The durable queue."""

    async def claim(self, order: ClaimOrder) -> list[ClaimedJob]:
        """Leases waiting jobs to a worker, the oldest first."""

    async def take_over(self, owner: str, live: Collection[GenerationId], now_ms: int, limit: int) -> int:
        """Queues again what was not extended in time, but for what `owner` itself works on (`live`)."""

    async def hand_back(self, owner: str, now_ms: int) -> int:
        """Queues again what `owner` could not finish before it stops."""

    async def complete(self, job: ClaimedJob, result: str, closing: Closing, now_ms: int) -> bool:
        """Result and settlement in one; False when the lease was lost."""

    async def fail(self, job: ClaimedJob, error: str, closing: Closing, now_ms: int) -> bool:
        """Error and release in one; False when the lease was lost."""

    async def retry(self, job: ClaimedJob, now_ms: int, wait_ms: int) -> bool:
        """Queues the job again after a failed attempt; False when the lease was lost."""

    async def find_job(self, account_id: AccountId, job_id: GenerationId) -> JobView | None:
        """The account's job, or None: another's does not exist."""

    async def prune(self, results_before_ms: int, keys_before_ms: int, now_ms: int, limit: int) -> int:
        """Drops old texts and idempotency keys; returns how many rows it touched."""

    async def fail_overdue(self, before_ms: int, now_ms: int, limit: int) -> int:
        """Releases jobs queued before `before_ms` that no worker took; how many."""

    async def queue_depth(self) -> tuple[int, int | None]:
        """Waiting jobs, and when the oldest was created (ms)."""

    async def open_holds(self) -> int:
        """Generations under way."""


class Nodes(Protocol):
    """The processes that serve the database; their leases run by its clock where they share it."""

    @property
    def shared(self) -> bool:
        """Whether other processes may serve the same database."""

    async def beat(self, owner: str, running: Sequence[ClaimedJob], now_ms: int, lease_ms: int) -> int:
        """The heartbeat: extends the leases of the process and of the jobs it works on; how many of these."""

    async def leave(self, owner: str) -> None:
        """The process is gone: its holds are nobody's."""

    async def alone(self, owner: str) -> None:
        """Nobody else serves this database: whatever others had, they are dead."""

    def starting(self) -> AbstractAsyncContextManager[None]:
        """Between a process's start and its greeting, so that no two make the first key."""

    def wake_others(self) -> None:
        """Tells other processes that jobs wait; may be lost."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Calls back when another process says so."""

    async def bury(self, now_ms: int, limit: int) -> int:
        """Forgets processes whose leases ended before `now_ms`."""


class JobRow(msgspec.Struct, frozen=True):
    """A job as the operator sees it."""

    id: int
    email: str
    dialect: str
    mode: str | None
    state: str
    attempts: int
    created_at_ms: int
    finished_at_ms: int | None
    error: str | None


class JobRecord(msgspec.Struct, frozen=True):
    """All that is known of one job, its texts among it until they are pruned."""

    row: JobRow
    mode_version: int | None
    mode_digest: str | None
    hold: str
    reason: str
    price_requests: int
    cut_chars: int
    upstream: str
    prompt_tokens: int
    completion_tokens: int
    pruned_at_ms: int | None
    text: str | None
    result: str | None


class EntryRow(msgspec.Struct, frozen=True):
    """A movement of an account's requests; `bucket` is the pack's title or the allowance's day."""

    id: int
    kind: str
    available_change: int
    held_change: int
    spent_change: int
    generation_id: GenerationId | None
    bucket: str
    reason: str
    at_ms: int


class Account(msgspec.Struct, frozen=True):
    """An account as the operator sees it."""

    id: AccountId
    email: str
    plan: str
    blocked: bool
    operator: bool
    created_at_ms: int
    daily_requests: int


class PackOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A pack on the price list. `valid_days` None: it does not expire."""

    name: str
    requests: int
    price_kopecks: int
    valid_days: int | None = None
    on_sale: bool = True
    id: int = 0


class PlanOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and whether it is on the price list."""

    plan: Plan
    on_sale: bool


class PackRow(msgspec.Struct, frozen=True):
    """A pack that an account has."""

    id: BucketId
    title: str
    granted: int
    available: int
    held: int
    spent: int
    expires_at_ms: int | None
    created_at_ms: int


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a new key. Empty tuples allow everything."""

    account_id: AccountId
    hash: bytes
    shown: str
    name: str
    expires_at_ms: int | None = None
    cap_day: int | None = None
    cap_total: int | None = None
    modes: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


class KeyRow(msgspec.Struct, frozen=True):
    """A key as its owner sees it."""

    id: KeyId
    shown: str
    name: str
    created_at_ms: int
    expires_at_ms: int | None
    revoked_at_ms: int | None
    cap_day: int | None
    cap_total: int | None
    modes: tuple[str, ...]
    dialects: tuple[str, ...]
    networks: tuple[str, ...]
    used_of_cap: int


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """Requests given to an account as a new pack, or (negative) taken back from its packs."""

    account_id: AccountId
    requests: int
    title: str
    reason: str
    now_ms: int
    expires_at_ms: int | None = None


class Accounts(Protocol):
    """Accounts, plans, packs, keys. A change is seen by every process through `callers_version`."""

    async def find_caller(self, key_hash: bytes) -> Caller | None:
        """Whom the key belongs to; None for unknown and revoked keys and blocked accounts."""

    async def callers_version(self) -> str:
        """Another value after any change that a cached Caller could miss."""

    async def add_account(self, email: str, plan: str, operator: bool, now_ms: int) -> AccountId | None:
        """A new account; None when the e-mail is taken or the plan unknown."""

    async def find_account(self, email: str) -> Account | None:
        """The account, by e-mail."""

    async def list_accounts(self, limit: int) -> list[Account]:
        """All accounts, the oldest first."""

    async def set_account_plan(self, account_id: AccountId, plan: str) -> bool:
        """Moves the account to a plan; False when there is no such plan."""

    async def set_blocked(self, account_id: AccountId, blocked: bool) -> None:
        """Blocks the account, or unblocks it."""

    async def credit(self, order: Credit) -> int | None:
        """Adds a pack, or (negative) takes requests back from packs; the new total of packs, or None."""

    async def account_packs(self, account_id: AccountId) -> list[PackRow]:
        """The account's packs."""

    async def save_plan(self, offer: PlanOffer) -> PlanId:
        """Makes or changes the plan of that name."""

    async def find_plan(self, name: str) -> PlanOffer | None:
        """A plan by name."""

    async def list_plans(self) -> list[PlanOffer]:
        """All plans."""

    async def save_pack_offer(self, offer: PackOffer) -> int:
        """Makes or changes the pack of that name on the price list."""

    async def list_pack_offers(self) -> list[PackOffer]:
        """The price list's packs."""

    async def add_key(self, key: NewKey, now_ms: int) -> KeyId:
        """Stores a new key."""

    async def list_keys(self, account_id: AccountId) -> list[KeyRow]:
        """The account's keys."""

    async def revoke_key(self, key_id: KeyId, now_ms: int) -> bool:
        """Revokes; False when there is none such in force."""

    async def rotate_key(self, key_id: KeyId, new: NewKey, old_until_ms: int, now_ms: int) -> KeyId | None:
        """A new key with the old one's rules; the old one ends at `old_until_ms`."""

    async def keys_shown(self, shown: str) -> list[KeyId]:
        """The keys that begin so; hardly ever more than one."""

    async def account_entries(self, account_id: AccountId, limit: int) -> list[EntryRow]:
        """The account's newest movements."""

    async def list_jobs(self, state: str, limit: int) -> list[JobRow]:
        """The newest jobs, of one state or of all ('')."""

    async def job_record(self, job_id: GenerationId) -> JobRecord | None:
        """Any account's job, in full."""


class Violation(msgspec.Struct, frozen=True):
    """A broken invariant: which, where, and the figures."""

    invariant: str
    row_id: int
    detail: str


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The books at one instant, over all accounts, in requests."""

    violations: tuple[Violation, ...]
    granted: int
    available: int
    held: int
    spent: int
    entries: int


class Store(Ledger, Jobs, Nodes, Accounts, Protocol):
    """The whole port."""

    async def audit(self) -> Audit:
        """Checks every invariant on one consistent snapshot."""

    async def instance_value(self, name: str) -> str | None:
        """A small fact about this instance."""

    async def set_instance_value(self, name: str, value: str) -> None:
        """Writes such a fact."""

    async def ping(self) -> None:
        """Raises StoreUnavailableError when the database does not answer."""

    async def open(self) -> None:
        """Opens and migrates."""

    async def close_store(self) -> None:
        """Finishes what was submitted, then closes."""

    def applied_migrations(self) -> Sequence[str]:
        """The names of the migrations in force."""
