"""The port to accounts, plans, packs and keys, as the operator and the pages see them."""

from collections.abc import Collection
from typing import Protocol

import msgspec

from slovomat.domain.caller import Caller, Plan
from slovomat.domain.ids import AccountId, BucketId, GenerationId, KeyId, PlanId


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
    reads_balance: bool = True


class KeyRow(msgspec.Struct, frozen=True):
    """A key as its owner sees it. `used_of_cap`, `used_today`: counted for keys with a cap only."""

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
    reads_balance: bool
    used_at_ms: int | None
    used_of_cap: int
    used_today: int

    def in_force(self, now_ms: int) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at_ms is None and (self.expires_at_ms is None or self.expires_at_ms > now_ms)


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

    async def plan_of(self, account_id: AccountId) -> Plan:
        """The account's plan, by the terms that it was bought with."""

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

    async def list_keys(self, account_id: AccountId, day: str = "") -> list[KeyRow]:
        """The account's keys. `day`: whose use counts as today's."""

    async def revoke_key(self, key_id: KeyId, now_ms: int) -> bool:
        """Revokes; False when there is none such in force."""

    async def rotate_key(self, key_id: KeyId, new: NewKey, old_until_ms: int, now_ms: int) -> KeyId | None:
        """A new key with the old one's rules; the old one ends at `old_until_ms`."""

    async def add_site_key(self, account_id: AccountId, key_hash: bytes, now_ms: int) -> None:
        """What the site's own generations of the account name as their key, once; in no list of keys."""

    async def keys_used(self, key_ids: Collection[KeyId], at_ms: int) -> None:
        """The keys were in use by then."""

    async def keys_shown(self, shown: str) -> list[KeyId]:
        """The keys that begin so; hardly ever more than one."""

    async def account_entries(self, account_id: AccountId, limit: int) -> list[EntryRow]:
        """The account's newest movements."""
