"""Recognises callers by their keys, from a cache that any change of accounts empties."""

from slovomat.domain.caller import Caller
from slovomat.domain.ids import KeyId
from slovomat.domain.keys import key_hash, well_formed
from slovomat.domain.refusal import Code, Refusal
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits
from slovomat.ports.store import Store

_CACHE_MAX = 100_000


class Callers:
    """Key → Caller. `refresh` is called a few times a second, so that a revoked key dies within one."""

    def __init__(
        self, store: Store, env: Env, limits: Limits, secret: bytes, bad_keys_per_minute: int
    ) -> None:
        self._store = store
        self._env = env
        self._limits = limits
        self._secret = secret
        self._bad_keys_per_minute = bad_keys_per_minute
        self._cache: dict[str, Caller] = {}
        self._version = ""
        self._seen: set[KeyId] = set()

    async def find(self, key: str, address: str) -> Caller | Refusal:
        """The caller, or why the key is not one in force. Bad keys from one address are counted.

        Over the limit a bad key is told to wait, and a good one still works: its owner may share the address.
        """
        if not well_formed(key):
            return await self._unknown(Code.KEY_MISTYPED, address)
        cache = self._cache  # a refresh puts another in its place: what was read before it is not kept
        caller = cache.get(key) or await self._store.find_caller(key_hash(self._secret, key))
        if caller is None:
            return await self._unknown(Code.KEY_UNKNOWN, address)
        if len(cache) >= _CACHE_MAX:
            cache.clear()
        cache[key] = caller
        return self._in_force(caller, address)

    def known(self, key: str, address: str) -> Caller | Refusal | None:
        """The same for a key that was seen lately; None for any other."""
        caller = self._cache.get(key)
        return None if caller is None else self._in_force(caller, address)

    def _in_force(self, caller: Caller, address: str) -> Caller | Refusal:
        expires_at_ms = caller.key.expires_at_ms
        if expires_at_ms is not None and expires_at_ms <= self._env.now_ms():
            return Refusal(code=Code.KEY_UNKNOWN)
        if caller.key.networks and not caller.key.allows_address(address):
            return Refusal(code=Code.KEY_FORBIDS, names={"what": address})
        self._seen.add(caller.key.id)
        return caller

    async def refresh(self) -> None:
        """Empties the cache when an account, plan or key has changed, in this process or another."""
        version = await self._store.callers_version()
        if version != self._version:
            self._version = version
            self._cache = {}

    async def note_seen(self) -> None:
        """Writes down which keys were in use since the last time; a lost note costs nothing."""
        if self._seen:
            seen, self._seen = self._seen, set()
            await self._store.keys_used(seen, self._env.now_ms())

    async def _unknown(self, code: Code, address: str) -> Refusal:
        window = await self._limits.hit("bad_key", address, self._bad_keys_per_minute)
        if window.allowed:
            return Refusal(code=code)
        return Refusal(code=Code.TOO_OFTEN, retry_after_ms=window.reset_ms)
