"""What is kept about somebody: all of it as JSON, and its end, which keeps the books whole."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.ports.env import Env
from slovomat.ports.history import HistoryQuery, HistoryRow
from slovomat.ports.people import Person
from slovomat.ports.store import Store

_PAGE = 200
_MOVEMENTS_MAX = 100_000
_ORDERS_MAX = 10_000
_SECRET = ("password_hash", "totp_secret", "totp_last_step", "webhook_secret")
"""What opens the account is no fact about its owner, and does not leave in a file."""
_ENCODE = msgspec.json.Encoder(decimal_format="string").encode


async def export(store: Store, env: Env, person: Person) -> AsyncIterator[bytes]:
    """One JSON object, piece by piece: its size has no limit, and its pieces do."""
    now_ms, account_id = env.now_ms(), person.account.id
    facts = msgspec.to_builtins(person)
    account = facts.pop("account")
    for name in _SECRET:
        facts.pop(name)
    parts: dict[str, Any] = {
        "exported_at_ms": now_ms,
        "account": account,
        "sign_in": facts,
        "identities": await store.people.identities(account_id),
        "sessions": await store.people.sessions(account_id, now_ms, 0),
        "keys": await store.list_keys(account_id),
        "packs": await store.account_packs(account_id),
        "orders": await store.shop.account_orders(account_id, _ORDERS_MAX),
        "periods": await store.shop.account_periods(account_id, _ORDERS_MAX),
        "movements": await store.account_entries(account_id, _MOVEMENTS_MAX),
    }
    yield _ENCODE(parts).removesuffix(b"}") + b',"generations":['
    first = True
    async for page in _generations(store, account_id):
        for row in page:
            yield (b"" if first else b",") + _ENCODE(await store.history.find(account_id, row.id))
            first = False
    yield b"]}\n"


async def leave(store: Store, env: Env, account_id: AccountId) -> bool:
    """Deletes the account but for the ledger; False while something of it is under way, or it has a role."""
    pages = [page async for page in _generations(store, account_id)]
    if any(row.state == "held" for page in pages for row in page):
        return False
    now_ms = env.now_ms()
    for page in pages:
        await store.people.forget_texts(account_id, [row.id for row in page if row.is_job], now_ms)
    return await store.people.leave(account_id, now_ms)


async def _generations(store: Store, account_id: AccountId) -> AsyncIterator[tuple[HistoryRow, ...]]:
    before: int | None = 0
    while before is not None:
        page = await store.history.page(HistoryQuery(account_id=account_id, before=before, limit=_PAGE))
        yield page.rows
        before = page.before
