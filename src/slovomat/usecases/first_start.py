"""The first start of an instance: price list, the operator's account, its key, a login token."""

import hashlib
import hmac

import msgspec

from slovomat.domain.ids import KeyId
from slovomat.ports.env import Env
from slovomat.ports.store import Store
from slovomat.usecases.accounts import FULL_PLAN, KeyRules, create_key, ensure_price_list

OPERATOR_EMAIL = "operator@localhost"
_KEY_NAME = "first"
_SECRET_MARK = "secret_mark"  # noqa: S105 - a name
LOGIN = "operator_login_sha256"
_FIRST_KEY, _SHOWN = "first_key_id", "first_key_shown"

_NO_ACCOUNT = """this instance has no account yet, and the first one gets a key that is shown openly:
it is not made on an address that others can reach. Either start once on 127.0.0.1, or make an account first:
  slovomat user add you@example.org --plan Престиж{where}
  slovomat credit you@example.org 100 --reason start{where}
  slovomat key create you@example.org{where}"""
_OPEN_KEY = """the first key of this instance was shown openly and is still in force, so it is not served
beyond this machine. Replace it, and start again:
  slovomat key rotate {key_id} --overlap 0{where}"""


class FirstStart(msgspec.Struct, frozen=True, kw_only=True):
    """What the first start made; on later ones both are None."""

    key: str | None = None
    login_token: str | None = None


async def prepare(store: Store, env: Env, secret: bytes, public: bool, where: str = "") -> FirstStart | str:
    """Makes what a new instance needs, or says why it must not be served `public`ly yet.

    `where`: the option that names this instance in the commands that are told.
    A first start that died before its key was shown is done again, with another key.
    """
    await ensure_price_list(store)
    if await _is_new(store):
        return _NO_ACCOUNT.format(where=where) if public else await _begin(store, env, secret)
    first_key = await store.instance_value(_FIRST_KEY)
    if public and first_key and await _in_force(store, env, KeyId(int(first_key))):
        return _OPEN_KEY.format(key_id=first_key, where=where)
    return FirstStart()


async def knows_secret(store: Store, secret: bytes) -> bool:
    """Whether the instance's keys were hashed under this secret; the first one asked about becomes it."""
    mark = hmac.digest(secret, _SECRET_MARK.encode(), "sha256").hex()
    known = await store.instance_value(_SECRET_MARK)
    if known is None:
        await store.set_instance_value(_SECRET_MARK, mark)
    return known is None or hmac.compare_digest(known, mark)


async def shown(store: Store) -> None:
    """The first key has reached its person, or the file: the first start is over."""
    await store.set_instance_value(_SHOWN, "yes")


async def _is_new(store: Store) -> bool:
    """Whether nobody has an account but, at most, the operator, whose key nobody has seen."""
    accounts = await store.list_accounts(limit=2)
    if any(account.email != OPERATOR_EMAIL for account in accounts):
        return False
    return not accounts or await store.instance_value(_SHOWN) is None


async def _begin(store: Store, env: Env, secret: bytes) -> FirstStart:
    now_ms = env.now_ms()
    await store.add_account(OPERATOR_EMAIL, FULL_PLAN, True, now_ms)
    account = await store.find_account(OPERATOR_EMAIL)
    if account is None:
        raise AssertionError(f"the plan {FULL_PLAN} of the price list is not there")
    for key in await store.list_keys(account.id):
        if key.name == _KEY_NAME:
            await store.revoke_key(key.id, now_ms)
    made = await create_key(store, env, secret, account.id, KeyRules(name=_KEY_NAME))
    token = env.random_bytes(24).hex()
    await store.set_instance_value(_FIRST_KEY, str(made.id))
    await store.set_instance_value(LOGIN, hashlib.sha256(token.encode()).hexdigest())
    return FirstStart(key=made.key, login_token=token)


async def _in_force(store: Store, env: Env, key_id: KeyId) -> bool:
    account = await store.find_account(OPERATOR_EMAIL)
    if account is None:
        return False
    keys = {key.id: key for key in await store.list_keys(account.id)}
    key = keys.get(key_id)
    if key is None or key.revoked_at_ms is not None:
        return False
    return key.expires_at_ms is None or key.expires_at_ms > env.now_ms()
