"""API keys, by their keyed hashes: the rules that the operator's commands and the pages call."""

from collections.abc import Collection

from slovomat.domain.ids import AccountId, KeyId
from slovomat.ports.store import KeyRow, NewKey
from slovomat.storage.accounts import names
from slovomat.storage.tx import Tx


async def add_key(tx: Tx, key: NewKey, now_ms: int) -> KeyId:
    """Stores a new key."""
    made = await tx.rows(
        "key_add",
        account_id=key.account_id,
        hash=key.hash,
        shown=key.shown,
        name=key.name,
        now_ms=now_ms,
        expires_at_ms=key.expires_at_ms,
        cap_day=key.cap_day,
        cap_total=key.cap_total,
        modes=",".join(key.modes),
        dialects=",".join(key.dialects),
        networks=",".join(key.networks),
        reads_balance=int(key.reads_balance),
    )
    await tx.run("callers_changed")
    return KeyId(made[0][0])


async def list_keys(tx: Tx, account_id: AccountId, day: str) -> list[KeyRow]:
    """The account's keys, the oldest first."""
    keys = []
    for row in await tx.rows("keys_of_account", account_id=account_id, day=day):
        facts = list(row)
        facts[8:11] = [names(text) for text in row[8:11]]
        facts[11] = bool(row[11])
        keys.append(KeyRow(*facts))
    return keys


async def add_site_key(tx: Tx, account_id: AccountId, key_hash: bytes, now_ms: int) -> None:
    """The key that nobody has, in whose name the site generates; once."""
    await tx.run("site_key_add", account_id=account_id, hash=key_hash, now_ms=now_ms)


async def keys_used(tx: Tx, key_ids: Collection[KeyId], at_ms: int) -> None:
    """Notes when keys were last seen; a later time is there already where another process saw one."""
    await tx.run_each("key_seen", ("id", "at_ms"), [(key_id, at_ms) for key_id in sorted(key_ids)])


async def keys_shown(tx: Tx, shown: str) -> list[KeyId]:
    """The keys that begin so."""
    return [KeyId(row[0]) for row in await tx.rows("keys_shown", shown=shown)]


async def revoke_key(tx: Tx, key_id: KeyId, now_ms: int) -> bool:
    """Revokes a key in force."""
    done = await tx.run("key_revoke", id=key_id, now_ms=now_ms)
    await tx.run("callers_changed")
    return bool(done)


async def rotate_key(tx: Tx, key_id: KeyId, new: NewKey, old_until_ms: int, now_ms: int) -> KeyId | None:
    """A new key with the old one's rules; both work until `old_until_ms`. None without such a key."""
    found = await tx.rows("key_find", id=key_id)
    if not found or found[0][4] is not None:
        return None
    _, account_id, name, expires, _, cap_day, cap_total, modes, dialects, networks, reads_balance = found[0]
    until = old_until_ms if expires is None else min(expires, old_until_ms)
    await tx.run("key_set_expiry", id=key_id, expires_at_ms=until)
    heir = NewKey(
        account_id=account_id,
        hash=new.hash,
        shown=new.shown,
        name=name,
        expires_at_ms=expires,
        cap_day=cap_day,
        cap_total=cap_total,
        modes=names(modes),
        dialects=names(dialects),
        networks=names(networks),
        reads_balance=bool(reads_balance),
    )
    return await add_key(tx, heir, now_ms)
