"""The operator, in a process of its own: packs given and taken back, plans changed, keys revoked."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.ids import AccountId, KeyId, PlanId
from slovomat.ports.store import Credit, PlanOffer, Store, StoreUnavailableError
from slovomat.simulation.clock import SimEnv
from slovomat.simulation.composition import SECRET
from slovomat.simulation.customers import Customers
from slovomat.simulation.node import World
from slovomat.simulation.promises import Key, Promises
from slovomat.usecases.accounts import KeyRules, create_key

PLANS = ("open", "closed")
"""The daily requests of the first may be spent through the API, those of the second may not."""


def plan(name: str, daily: int) -> PlanOffer:
    """One of the two, as it stands."""
    made = Plan(
        id=PlanId(0),
        name=name,
        daily_requests=daily,
        dialects=frozenset(DIALECTS),
        api_allowance=name == PLANS[0],
    )
    return PlanOffer(plan=made, on_sale=True)


class Operator:
    """Each method begins one command."""

    def __init__(self, world: World, store: Store, customers: Customers, promises: Promises) -> None:
        self._world = world
        self._dice = world.dice
        self._store = store
        self._env = SimEnv(world.loop, world.wall, world.dice)
        self._customers = customers
        self._promises = promises

    async def set_up(self, accounts: int) -> None:
        """Plans, accounts, a key and a pack each."""
        for name in PLANS:
            await self._set_plan(name, 6)
        for number in range(accounts):
            added = await self._store.add_account(
                f"{number}@example.org", PLANS[0], False, self._env.now_ms()
            )
            if added is None:
                raise AssertionError("the plan is there")
            await self._add_key(added, KeyRules())
            await self._credit(added, 10)

    def credits(self) -> None:
        """A pack, or something of packs back."""
        amount = self._dice.pick((5, 20, 60, 90, -1, -7))
        expires = amount > 0 and self._dice.happens(0.3)
        expires_at_ms = self._env.now_ms() + 20_000 if expires else None
        self._spawn(self._credit(self._account(), amount, expires_at_ms))

    def changes_plan(self) -> None:
        """More requests a day, or fewer."""
        self._spawn(self._set_plan(self._dice.pick(PLANS), self._dice.below(9)))

    def moves_account(self) -> None:
        """To the other plan, or the same."""
        self._spawn(self._move(self._account(), self._dice.pick(PLANS)))

    def replaces_key(self) -> None:
        """A new key, perhaps with caps; then the oldest is revoked."""
        capped = self._dice.happens(0.5)
        rules = KeyRules(cap_day=8, cap_total=20) if capped else KeyRules()
        self._spawn(self._replace(self._account(), rules))

    def blocks(self) -> None:
        """An account, for a while."""
        self._spawn(self._block(self._account()))

    def _account(self) -> AccountId:
        return AccountId(self._dice.pick(sorted(self._customers.accounts)))

    def _spawn(self, doing: Coroutine[Any, Any, None]) -> None:
        self._customers.spawn(self._try(doing))

    async def _try(self, doing: Coroutine[Any, Any, None]) -> None:
        try:
            await doing
        except StoreUnavailableError:
            self._world.history.tell("operator", "unavailable")

    async def _credit(self, account: AccountId, requests: int, expires_at_ms: int | None = None) -> None:
        order = Credit(
            account_id=account,
            requests=requests,
            title="pack",
            reason="",
            now_ms=self._env.now_ms(),
            expires_at_ms=expires_at_ms,
        )
        if await self._store.credit(order) is not None:
            self._promises.packs += requests

    async def _set_plan(self, name: str, daily: int) -> None:
        self._promises.daily = max(self._promises.daily, daily)
        await self._store.save_plan(plan(name, daily))

    async def _move(self, account: AccountId, name: str) -> None:
        await self._store.set_account_plan(account, name)

    async def _add_key(self, account: AccountId, rules: KeyRules) -> None:
        made = await create_key(self._store, self._env, SECRET, account, rules)
        self._customers.add_key(Key(made.key, account, made.id))

    async def _replace(self, account: AccountId, rules: KeyRules) -> None:
        await self._add_key(account, rules)
        live = [key for key in self._customers.accounts[account].keys if key.dead_s is None]
        if len(live) > 2 and await self._store.revoke_key(KeyId(live[0].id), self._env.now_ms()):
            live[0].dead_s = self._world.loop.now_s

    async def _block(self, account: AccountId) -> None:
        await self._store.set_blocked(account, True)
        try:
            await asyncio.sleep(self._dice.between(0, 4))
        finally:
            await self._unblock(account)

    async def _unblock(self, account: AccountId) -> None:
        while True:
            try:
                await self._store.set_blocked(account, False)
                return
            except StoreUnavailableError:
                await asyncio.sleep(1)
