"""The port Accounts over any engine: which rule each method runs."""

from collections.abc import Collection

from slovomat.domain.caller import Caller, Plan
from slovomat.domain.ids import AccountId, KeyId, PlanId
from slovomat.ports.store import Account, Credit, EntryRow, KeyRow, NewKey, PackOffer, PackRow, PlanOffer
from slovomat.storage import accounts, keys, packs
from slovomat.storage.tx import Engine


class SQLAccounts:
    """Each method is one transaction; see slovomat.ports.accounts for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def find_caller(self, key_hash: bytes) -> Caller | None:
        return await self._engine.read(accounts.find_caller, key_hash)

    async def callers_version(self) -> str:
        return await self._engine.read(accounts.callers_version)

    async def add_account(self, email: str, plan: str, operator: bool, now_ms: int) -> AccountId | None:
        return await self._engine.write(accounts.add_account, email, plan, operator, now_ms)

    async def find_account(self, email: str) -> Account | None:
        return await self._engine.read(accounts.find_account, email)

    async def list_accounts(self, limit: int) -> list[Account]:
        return await self._engine.report(accounts.list_accounts, limit)

    async def set_account_plan(self, account_id: AccountId, plan: str) -> bool:
        return await self._engine.write(accounts.set_account_plan, account_id, plan)

    async def set_blocked(self, account_id: AccountId, blocked: bool) -> None:
        return await self._engine.write(accounts.set_blocked, account_id, blocked)

    async def credit(self, order: Credit) -> int | None:
        return await self._engine.write(packs.credit, order)

    async def account_packs(self, account_id: AccountId) -> list[PackRow]:
        return await self._engine.read(accounts.account_packs, account_id)

    async def save_plan(self, offer: PlanOffer) -> PlanId:
        return await self._engine.write(accounts.save_plan, offer)

    async def find_plan(self, name: str) -> PlanOffer | None:
        return await self._engine.read(accounts.find_plan, name)

    async def list_plans(self) -> list[PlanOffer]:
        return await self._engine.read(accounts.list_plans)

    async def save_pack_offer(self, offer: PackOffer) -> int:
        return await self._engine.write(accounts.save_pack_offer, offer)

    async def list_pack_offers(self) -> list[PackOffer]:
        return await self._engine.read(accounts.list_pack_offers)

    async def add_key(self, key: NewKey, now_ms: int) -> KeyId:
        return await self._engine.write(keys.add_key, key, now_ms)

    async def list_keys(self, account_id: AccountId, day: str = "") -> list[KeyRow]:
        return await self._engine.read(keys.list_keys, account_id, day)

    async def add_site_key(self, account_id: AccountId, key_hash: bytes, now_ms: int) -> None:
        await self._engine.write(keys.add_site_key, account_id, key_hash, now_ms)

    async def keys_used(self, key_ids: Collection[KeyId], at_ms: int) -> None:
        await self._engine.write(keys.keys_used, key_ids, at_ms)

    async def keys_shown(self, shown: str) -> list[KeyId]:
        return await self._engine.report(keys.keys_shown, shown)

    async def account_entries(self, account_id: AccountId, limit: int) -> list[EntryRow]:
        return await self._engine.report(accounts.entries, account_id, limit)

    async def revoke_key(self, key_id: KeyId, now_ms: int) -> bool:
        return await self._engine.write(keys.revoke_key, key_id, now_ms)

    async def rotate_key(self, key_id: KeyId, new: NewKey, old_until_ms: int, now_ms: int) -> KeyId | None:
        return await self._engine.write(keys.rotate_key, key_id, new, old_until_ms, now_ms)

    async def plan_of(self, account_id: AccountId) -> Plan:
        return await self._engine.read(accounts.plan_of, account_id)
