"""The first start of an instance, killed anywhere."""

from pathlib import Path
from typing import Any

import pytest
from tests.played_env import PlayedEnv

from slovomat.domain.keys import key_hash
from slovomat.ports.store import Store
from slovomat.storage.open import make_store
from slovomat.usecases import first_start
from slovomat.usecases.accounts import FREE_PLAN, FULL_PLAN, KeyRules, create_key
from slovomat.usecases.first_start import OPERATOR_EMAIL, FirstStart, prepare, shown

pytestmark = pytest.mark.anyio
SECRET = b"s" * 32


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """A store that dies at its k-th call, before the call is carried out or just after."""

    def __init__(self, store: Store, at: int, after: bool) -> None:
        self._store = store
        self._left = at
        self._after = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def call(*args: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            result = await method(*args, **named)
            if self._left == 0:
                raise Killed
            return result

        return call


async def begun(store: Store, env: PlayedEnv) -> FirstStart:
    """A start that has to succeed."""
    first = await prepare(store, env, SECRET, public=False)
    assert isinstance(first, FirstStart), first
    return first


async def opened(folder: Path) -> Store:
    """A new store in a folder, which the service makes before it."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - a test has nothing else to do
    store = make_store(folder / "slovomat.db")
    await store.open()
    return store


@pytest.mark.parametrize("after", [False, True])
async def test_a_first_start_killed_anywhere_is_done_again(tmp_path: Path, after: bool) -> None:
    """At every step: afterwards there is one account with one key in force, known to its person, and the
    whole price list."""
    for at in range(1, 60):
        folder = tmp_path / str(at)
        store, env = await opened(folder), PlayedEnv()
        survived = False
        try:
            await begun(Mortal(store, at, after), env)
            survived = True
        except Killed:
            pass
        first = await begun(store, env)
        assert first.key
        await shown(store)
        caller = await store.find_caller(key_hash(SECRET, first.key))
        assert caller is not None
        assert caller.plan.name == FULL_PLAN
        keys = await store.list_keys(caller.account_id)
        assert [key.id for key in keys if key.revoked_at_ms is None] == [caller.key.id]
        assert [offer.plan.name for offer in await store.list_plans()] == [FREE_PLAN, FULL_PLAN]
        assert len(await store.list_pack_offers()) == 3
        assert [one.email for one in await store.list_accounts(9)] == [OPERATOR_EMAIL]
        assert await begun(store, env) == FirstStart()
        await store.close_store()
        if survived:
            assert at > 15
            return
    raise AssertionError("the first start never ended")


async def test_an_instance_is_not_served_publicly_before_it_has_an_account(tmp_path: Path) -> None:
    """The refusal says what to do, makes nothing, and doing it helps."""
    store, env = await opened(tmp_path), PlayedEnv()
    refused = await prepare(store, env, SECRET, public=True)
    assert isinstance(refused, str)
    assert "slovomat user add" in refused
    assert await store.list_accounts(9) == []
    await store.add_account("me@example.org", FULL_PLAN, False, env.now_ms())
    assert await prepare(store, env, SECRET, public=True) == FirstStart()
    await store.close_store()


async def test_the_shown_key_bars_a_public_address_until_it_is_replaced(tmp_path: Path) -> None:
    """It stood in a terminal or a log; its heir did not."""
    store, env = await opened(tmp_path), PlayedEnv()
    first = await begun(store, env)
    await shown(store)
    refused = await prepare(store, env, SECRET, public=True)
    assert isinstance(refused, str)
    account = await store.find_account(OPERATOR_EMAIL)
    assert account is not None
    (key,) = await store.list_keys(account.id)
    assert f"slovomat key rotate {key.id}" in refused
    assert first.key is not None
    await store.revoke_key(key.id, env.now_ms())
    assert await prepare(store, env, SECRET, public=True) == FirstStart()
    await store.close_store()


async def test_the_operators_own_keys_are_never_revoked(tmp_path: Path) -> None:
    """A second beginning replaces the unseen first key alone."""
    store, env = await opened(tmp_path), PlayedEnv()
    await begun(store, env)
    account = await store.find_account(OPERATOR_EMAIL)
    assert account is not None
    own = await create_key(store, env, SECRET, account.id, KeyRules(name="mine"))
    await begun(store, env)
    assert await store.find_caller(key_hash(SECRET, own.key)) is not None
    await store.close_store()


async def test_the_login_is_kept_as_a_hash(tmp_path: Path) -> None:
    """Who reads the database cannot sign in with it."""
    store, env = await opened(tmp_path), PlayedEnv()
    first = await begun(store, env)
    kept = await store.instance_value(first_start.LOGIN)
    assert kept
    assert first.login_token
    assert first.login_token not in kept
    await store.close_store()
