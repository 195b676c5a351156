"""The Store port: accounts, plans, packs, keys, and the version that tells of their changes."""

import msgspec
import pytest
from tests.books import Books, new_key, plan
from tests.played_env import HOUR_MS, NOON_MS

from slovomat.domain.caller import Caller
from slovomat.domain.ids import AccountId, KeyId
from slovomat.ports.store import NewKey, PackOffer

pytestmark = pytest.mark.anyio
HEIR = NewKey(account_id=AccountId(0), hash=b"h" * 32, shown="slv_heir00", name="ignored")


async def caller_of(books: Books, key: NewKey) -> Caller | None:
    """Whom the key belongs to."""
    return await books.store.find_caller(key.hash)


async def test_a_caller_has_all_that_admission_asks(books: Books) -> None:
    """Account, plan and the key's own rules, as they were stored."""
    key = new_key(
        books.account,
        "bound",
        expires_at_ms=NOON_MS + 1,
        cap_day=3,
        cap_total=7,
        modes=("essay", "chat"),
        dialects=("openai",),
        networks=("10.0.0.0/8", "::1/128"),
    )
    key_id = await books.store.add_key(key, NOON_MS)
    caller = await caller_of(books, key)
    assert caller is not None
    assert (caller.account_id, caller.plan.name, caller.key.id) == (books.account, "Plan", key_id)
    policy = caller.key
    assert (policy.expires_at_ms, policy.cap_day, policy.cap_total) == (NOON_MS + 1, 3, 7)
    assert policy.modes == {"essay", "chat"}
    assert policy.dialects == {"openai"}
    assert policy.networks == ("10.0.0.0/8", "::1/128")


async def test_unknown_revoked_and_blocked_are_nobody(books: Books) -> None:
    """The same answer for a key that never was, one revoked, and one of a blocked account."""
    assert await books.store.find_caller(b"?" * 32) is None
    key = new_key(books.account, "short-lived")
    key_id = await books.store.add_key(key, NOON_MS)
    assert await caller_of(books, key) is not None
    assert await books.store.revoke_key(key_id, NOON_MS)
    assert not await books.store.revoke_key(key_id, NOON_MS)
    assert await caller_of(books, key) is None
    await books.store.set_blocked(books.account, True)
    assert await caller_of(books, new_key(books.account)) is None
    await books.store.set_blocked(books.account, False)
    assert await caller_of(books, new_key(books.account)) is not None


async def test_the_version_changes_with_all_that_a_cache_could_miss(books: Books) -> None:
    """Plans, an account's plan, blocking, new, rotated and revoked keys each give a new version."""
    store = books.store
    seen = {await store.callers_version()}

    async def is_new() -> None:
        version = await store.callers_version()
        assert version not in seen
        seen.add(version)

    await store.save_plan(plan("Other", rpm=5))
    await is_new()
    await store.set_account_plan(books.account, "Other")
    await is_new()
    await store.set_blocked(books.account, True)
    await is_new()
    key_id = await store.add_key(new_key(books.account, "one more"), NOON_MS)
    await is_new()
    heir = await store.rotate_key(key_id, HEIR, NOON_MS, NOON_MS)
    await is_new()
    assert heir is not None
    await store.revoke_key(heir, NOON_MS)
    await is_new()
    await books.credit(5)
    assert await store.callers_version() in seen


async def test_a_rotated_key_overlaps_with_its_heir(books: Books) -> None:
    """Both work until the old one's new end; the heir has the old one's rules and its own hash."""
    old = new_key(books.account, "named", cap_day=3, modes=("essay",), expires_at_ms=NOON_MS + 5 * HOUR_MS)
    old_id = await books.store.add_key(old, NOON_MS)
    heir_id = await books.store.rotate_key(old_id, HEIR, NOON_MS + HOUR_MS, NOON_MS)
    before, after = await caller_of(books, old), await caller_of(books, HEIR)
    assert before is not None
    assert after is not None
    assert before.key.expires_at_ms == NOON_MS + HOUR_MS
    assert after.account_id == books.account
    rules = {"id": heir_id, "expires_at_ms": NOON_MS + 5 * HOUR_MS}
    assert after.key == msgspec.structs.replace(before.key, **rules)
    rows = {row.id: row for row in await books.store.list_keys(books.account)}
    assert rows[KeyId(heir_id or 0)].name == "named"


async def test_a_key_knows_when_it_was_last_seen(books: Books) -> None:
    """A later note counts, an earlier one of a slower process does not, and an unused key has none."""
    used = await books.store.add_key(new_key(books.account, "used"), NOON_MS)
    idle = await books.store.add_key(new_key(books.account, "idle"), NOON_MS)
    await books.store.keys_used({used}, NOON_MS + 2)
    await books.store.keys_used({used}, NOON_MS + 1)
    seen = {row.id: row.used_at_ms for row in await books.store.list_keys(books.account)}
    assert (seen[used], seen[idle]) == (NOON_MS + 2, None)


async def test_an_heir_may_read_no_more_than_the_old_key(books: Books) -> None:
    """Whether a key may ask for the balance goes on with its rules."""
    shy = msgspec.structs.replace(new_key(books.account, "shy"), reads_balance=False)
    key_id = await books.store.add_key(shy, NOON_MS)
    await books.store.rotate_key(key_id, HEIR, NOON_MS, NOON_MS)
    heir = await caller_of(books, HEIR)
    assert heir is not None
    assert not heir.key.reads_balance


async def test_a_rotation_never_lengthens_a_key(books: Books) -> None:
    """An overlap beyond the old key's own end changes nothing for it; a revoked key has no heir."""
    key_id = await books.store.add_key(new_key(books.account, "ends", expires_at_ms=NOON_MS + 1), NOON_MS)
    await books.store.rotate_key(key_id, HEIR, NOON_MS + HOUR_MS, NOON_MS)
    ended = await caller_of(books, new_key(books.account, "ends"))
    assert ended is not None
    assert ended.key.expires_at_ms == NOON_MS + 1
    await books.store.revoke_key(key_id, NOON_MS)
    assert await books.store.rotate_key(key_id, new_key(books.account, "x"), NOON_MS, NOON_MS) is None
    assert await books.store.rotate_key(KeyId(99), new_key(books.account, "x"), NOON_MS, NOON_MS) is None


async def test_keys_are_listed_with_what_they_have_used(books: Books) -> None:
    """The owner sees the beginning, the rules, and the use of a capped key."""
    await books.credit(10)
    key_id = await books.store.add_key(new_key(books.account, "capped", cap_total=9), NOON_MS)
    caller = await caller_of(books, new_key(books.account, "capped"))
    assert caller is not None
    await books.held(3, key=caller.key)
    row = (await books.store.list_keys(books.account))[-1]
    assert (row.id, row.shown, row.cap_total, row.used_of_cap) == (key_id, "slv_capped", 9, 3)
    assert await books.store.keys_shown("slv_capped") == [key_id]
    assert await books.store.keys_shown("slv_") == []


async def test_an_email_has_one_account(books: Books) -> None:
    """A second one is refused, as is an unknown plan."""
    store = books.store
    assert await store.add_account("customer@example.org", "Plan", False, NOON_MS) is None
    assert await store.add_account("new@example.org", "No such plan", False, NOON_MS) is None
    assert await store.find_account("new@example.org") is None
    added = await store.add_account("new@example.org", "Plan", True, NOON_MS + 1)
    account = await store.find_account("new@example.org")
    assert account is not None
    assert (account.id, account.plan, account.blocked, account.operator) == (added, "Plan", False, True)
    assert [one.email for one in await store.list_accounts(10)] == ["customer@example.org", "new@example.org"]
    assert len(await store.list_accounts(1)) == 1


async def test_an_account_moves_between_plans(books: Books) -> None:
    """To one that exists; its callers have the new plan at once."""
    await books.store.save_plan(plan("Big", daily=100, rpm=0))
    assert not await books.store.set_account_plan(books.account, "No such plan")
    assert await books.store.set_account_plan(books.account, "Big")
    caller = await caller_of(books, new_key(books.account))
    assert caller is not None
    assert (caller.plan.name, caller.plan.daily_requests, caller.plan.rpm) == ("Big", 100, 0)


async def test_a_plan_is_changed_in_place(books: Books) -> None:
    """Saving it again under its name keeps its id and changes all else."""
    offer = plan("Plan", daily=3, price_kopecks=100, period_days=7, api_allowance=False, rpm=9)
    known = await books.store.find_plan("Plan")
    assert known is not None
    assert await books.store.save_plan(msgspec.structs.replace(offer, on_sale=False)) == known.plan.id
    changed = await books.store.find_plan("Plan")
    assert changed is not None
    assert changed.on_sale is False
    assert changed.plan == msgspec.structs.replace(offer.plan, id=known.plan.id)
    assert await books.store.list_plans() == [changed]
    assert await books.store.find_plan("No such plan") is None


async def test_the_price_list_has_its_packs(books: Books) -> None:
    """The smallest first; saving one again under its name changes it."""
    store = books.store
    big = PackOffer(name="big", requests=500, price_kopecks=100)
    await store.save_pack_offer(big)
    await store.save_pack_offer(PackOffer(name="small", requests=5, price_kopecks=1, valid_days=30))
    changed = msgspec.structs.replace(big, price_kopecks=90, on_sale=False)
    await store.save_pack_offer(changed)
    small, large = await store.list_pack_offers()
    assert (small.name, small.valid_days) == ("small", 30)
    assert large == msgspec.structs.replace(changed, id=large.id)


async def test_an_account_shows_its_packs(books: Books) -> None:
    """Each with its title, its figures and its expiry."""
    await books.credit(5, title="gift", expires_at_ms=NOON_MS + HOUR_MS)
    await books.held(2)
    (row,) = await books.store.account_packs(books.account)
    assert (row.title, row.granted, row.available, row.held, row.spent) == ("gift", 5, 3, 2, 0)
    assert (row.expires_at_ms, row.created_at_ms) == (NOON_MS + HOUR_MS, NOON_MS)


async def test_facts_of_the_instance_are_kept(books: Books) -> None:
    """The last one written counts; one never written is None."""
    assert await books.store.instance_value("fact") is None
    await books.store.set_instance_value("fact", "one")
    await books.store.set_instance_value("fact", "two")
    assert await books.store.instance_value("fact") == "two"
    await books.store.ping()
