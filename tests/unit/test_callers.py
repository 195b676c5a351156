"""Callers are kept as long as nothing has changed, and no longer."""

import asyncio
from typing import cast

import pytest
from tests.played_env import PlayedEnv

from slovomat.domain.caller import Caller, KeyPolicy, Plan
from slovomat.domain.ids import AccountId, KeyId, PlanId
from slovomat.domain.keys import make_key
from slovomat.domain.refusal import Code, Refusal
from slovomat.limits.memory import MemoryLimits
from slovomat.ports.store import Store
from slovomat.usecases.callers import Callers

KEY = make_key(bytes(32))
PLAN = Plan(id=PlanId(1), name="Plan", daily_requests=0, dialects=frozenset(), api_allowance=True)


class SlowAccounts:
    """A database that has read a caller, and whose answer is on its way until `arrives` is set."""

    def __init__(self) -> None:
        self.version = 0
        self.caller: Caller | None = Caller(account_id=AccountId(1), plan=PLAN, key=KeyPolicy(id=KeyId(1)))
        self.read = asyncio.Event()
        self.arrives = asyncio.Event()

    async def find_caller(self, _key_hash: bytes) -> Caller | None:
        """What stood there when it was asked."""
        found = self.caller
        self.read.set()
        await self.arrives.wait()
        return found

    async def callers_version(self) -> str:
        """How often something has changed."""
        return str(self.version)

    def revoke(self) -> None:
        """The operator ends the key."""
        self.caller = None
        self.version += 1


@pytest.mark.anyio
async def test_a_key_revoked_while_it_is_looked_up_is_not_kept() -> None:
    """The answer of before the revocation arrives after the refresh that heard of it."""
    accounts, env = SlowAccounts(), PlayedEnv()
    callers = Callers(cast("Store", accounts), env, MemoryLimits(env), b"secret", 300)
    await callers.refresh()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(callers.find(KEY, "192.0.2.1"))
        await accounts.read.wait()
        accounts.revoke()
        await callers.refresh()
        accounts.arrives.set()
    assert isinstance(first.result(), Caller)
    again = await callers.find(KEY, "192.0.2.1")
    assert isinstance(again, Refusal)
    assert again.code is Code.KEY_UNKNOWN
