"""The Store port: holds, closings, balances, idempotency keys. One suite for every engine."""

import asyncio

import pytest
from tests.books import Books, mark, new_key, plan
from tests.contract.conftest import OpenBooks
from tests.played_env import DAY_MS, HOUR_MS, NOON_MS

from slovomat.domain.generation import HoldState
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, StoredAnswer

pytestmark = pytest.mark.anyio
ANSWER = StoredAnswer(200, "text/event-stream", b"data: 1\n\n")


def code(result: object) -> Code:
    """Why it was refused."""
    assert isinstance(result, Refusal), result
    return result.code


async def packs(books: Books) -> dict[str, tuple[int, int, int]]:
    """What each pack has: available, held, spent."""
    rows = await books.store.account_packs(books.account)
    return {row.title: (row.available, row.held, row.spent) for row in rows}


async def test_the_allowance_pays_first_then_the_pack_that_expires_first(opening: OpenBooks) -> None:
    """One generation may be paid from three sources, in the order of the contract."""
    async with opening(daily=1) as books:
        await books.credit(5, title="for ever")
        await books.credit(1, title="soon", expires_at_ms=NOON_MS + HOUR_MS)
        await books.credit(1, title="sooner", expires_at_ms=NOON_MS + 1)
        result = await books.hold(4, allowance=1)
        assert isinstance(result, Accepted)
        assert (result.balance_requests, result.charged_requests) == (4, 4)
        assert await packs(books) == {"for ever": (4, 1, 0), "soon": (0, 1, 0), "sooner": (0, 1, 0)}


@pytest.mark.parametrize("state", [HoldState.RELEASED, HoldState.EXPIRED])
async def test_what_is_released_goes_back_to_where_it_came_from(books: Books, state: HoldState) -> None:
    """A price paid by two packs returns to both, even when other packs came meanwhile."""
    await books.credit(1, title="old", expires_at_ms=NOON_MS + HOUR_MS)
    await books.credit(5, title="new")
    hold = await books.held(2)
    await books.credit(9, title="newest", expires_at_ms=NOON_MS + 1)
    assert await books.close(hold, state)
    assert await packs(books) == {"old": (1, 0, 0), "new": (5, 0, 0), "newest": (9, 0, 0)}


async def test_a_hold_is_closed_once(books: Books) -> None:
    """The first closing decides; a second one, whatever it says, changes nothing."""
    await books.credit(2)
    hold = await books.held()
    assert await books.close(hold, HoldState.SETTLED)
    assert not await books.close(hold, HoldState.RELEASED)
    assert not await books.close(hold, HoldState.SETTLED)
    assert await packs(books) == {"pack": (0, 0, 2)}


async def test_two_closings_at_once_close_once(books: Books) -> None:
    """Of 100 closings submitted together one succeeds."""
    await books.credit(2)
    hold = await books.held()
    states = [HoldState.SETTLED, HoldState.RELEASED] * 50
    closed = await asyncio.gather(*(books.close(hold, state) for state in states))
    assert sum(closed) == 1


async def test_spends_at_once_accept_exactly_what_the_balance_pays(opening: OpenBooks) -> None:
    """2,000 holds of 2 at once on 1,000 packed and 501 daily requests: 750 are accepted."""
    async with opening(daily=501) as books:
        await books.credit(1000)
        results = await asyncio.gather(*(books.hold(2, allowance=501) for _ in range(2000)))
        accepted = [result for result in results if isinstance(result, Accepted)]
        assert len(accepted) == 750
        assert {result.balance_requests for result in accepted} == set(range(1, 1500, 2))
        assert {code(result) for result in results if result not in accepted} == {Code.BALANCE_LOW}
        assert await books.balance(501) == 1


async def test_a_pack_past_its_expiry_pays_nothing(books: Books) -> None:
    """Neither the balance nor a hold sees it; what was held of it returns to it and stays unspendable."""
    await books.credit(4, expires_at_ms=NOON_MS + HOUR_MS)
    hold = await books.held()
    books.env.jump_ms(HOUR_MS)
    assert await books.balance() == 0
    assert code(await books.hold()) is Code.BALANCE_LOW
    await books.close(hold, HoldState.RELEASED)
    assert await books.balance() == 0


async def test_the_allowance_is_granted_once_a_day(opening: OpenBooks) -> None:
    """Over midnight it starts anew, nothing carries over, and a day that comes again is not granted again."""
    async with opening(daily=5) as books:
        await books.held(4, allowance=5)
        books.env.jump_ms(13 * HOUR_MS)
        assert await books.balance(5) == 5
        await books.held(3, allowance=5)
        books.env.jump_ms(-13 * HOUR_MS)
        assert await books.balance(5) == 1
        assert code(await books.hold(2, allowance=5)) is Code.BALANCE_LOW


async def test_the_open_day_follows_the_plan(opening: OpenBooks) -> None:
    """More is added at once, less is taken back as far as it is not spent or held."""
    async with opening(daily=5) as books:
        await books.held(4, allowance=5)
        assert await books.balance(8) == 4
        await books.held(1, allowance=8)
        assert await books.balance(2) == 0
        assert code(await books.hold(1, allowance=2)) is Code.BALANCE_LOW
        assert await books.balance(6) == 1


async def test_a_call_without_allowance_spends_packs_alone(opening: OpenBooks) -> None:
    """A plan whose daily requests are for the pages only leaves them alone."""
    async with opening(daily=5) as books:
        await books.held(1, allowance=5)
        assert code(await books.hold(1)) is Code.BALANCE_LOW
        assert (await books.balance(), await books.balance(5)) == (0, 4)


async def test_caps_bound_what_a_key_spends(opening: OpenBooks) -> None:
    """By day and in all; a release gives room back, and another key of the account is free."""
    async with opening(cap_day=3, cap_total=5) as books:
        await books.credit(100)
        first = await books.held(2)
        assert await books.balance() == 1
        refused = await books.hold(2)
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.balance_requests) == (Code.KEY_CAP, 1)
        await books.close(first, HoldState.RELEASED)
        await books.held(3)
        books.env.jump_ms(DAY_MS)
        assert await books.balance() == 2
        await books.held(2)
        books.env.jump_ms(DAY_MS)
        assert code(await books.hold(1)) is Code.KEY_CAP
        await books.store.add_key(new_key(books.account, "free"), NOON_MS)
        free = await books.store.find_caller(new_key(books.account, "free").hash)
        assert free is not None
        await books.held(50, key=free.key)


async def test_a_job_repeated_under_its_key_is_charged_once(books: Books) -> None:
    """60 submits at once under one key: one hold, and the same id and balance for each."""
    await books.credit(100)
    results = await asyncio.gather(*(books.hold(idempotency=mark("k"), job_text="text") for _ in range(60)))
    accepted = [result for result in results if isinstance(result, Accepted)]
    assert len(accepted) == 60
    assert len({(result.id, result.balance_requests) for result in accepted}) == 1
    assert sum(not result.replayed for result in accepted) == 1
    assert await books.balance() == 98


async def test_a_direct_call_under_its_key_waits_then_replays(books: Books) -> None:
    """While the first is at work its repeat is told so; afterwards it gets the stored answer."""
    await books.credit(100)
    hold = await books.held(idempotency=mark("k"))
    assert code(await books.hold(idempotency=mark("k"))) is Code.IDEMPOTENCY_IN_PROGRESS
    await books.close(hold, HoldState.SETTLED, ANSWER)
    assert await books.hold(idempotency=mark("k")) == ANSWER
    assert await books.balance() == 98


async def test_a_key_with_another_body_is_a_mismatch(books: Books) -> None:
    """Whether the first call is at work or done."""
    await books.credit(100)
    hold = await books.held(idempotency=mark("k"))
    other = mark("k", b"something else")
    assert code(await books.hold(idempotency=other)) is Code.IDEMPOTENCY_MISMATCH
    await books.close(hold, HoldState.SETTLED, ANSWER)
    assert code(await books.hold(idempotency=other)) is Code.IDEMPOTENCY_MISMATCH


@pytest.mark.parametrize("state", [HoldState.RELEASED, HoldState.EXPIRED])
async def test_a_direct_call_that_failed_frees_its_key(books: Books, state: HoldState) -> None:
    """The repeat is a first call again, with any body."""
    await books.credit(100)
    hold = await books.held(idempotency=mark("k"))
    await books.close(hold, state)
    again = await books.held(idempotency=mark("k", b"something else"))
    assert again != hold


async def test_a_refused_call_does_not_use_its_key_up(books: Books) -> None:
    """It may be repeated under it once there is money."""
    assert code(await books.hold(idempotency=mark("k"))) is Code.BALANCE_LOW
    await books.credit(2)
    await books.held(idempotency=mark("k"))


async def test_a_key_belongs_to_its_account(books: Books) -> None:
    """Another account's calls under the same key are its own."""
    await books.credit(2)
    await books.held(idempotency=mark("k"))
    other = await books.store.add_account("other@example.org", "Plan", False, NOON_MS)
    assert other is not None
    await books.store.add_key(new_key(other, "other"), NOON_MS)
    caller = await books.store.find_caller(new_key(other, "other").hash)
    assert caller is not None
    stranger = Books(books.store, books.env, other, caller.key)
    await stranger.credit(2)
    await stranger.held(idempotency=mark("k", b"something else"))


async def test_a_key_lives_for_a_day(books: Books) -> None:
    """A day later it names a new call, and the end of the old one does not touch the new one's key."""
    await books.credit(100)
    old = await books.held(idempotency=mark("k"))
    books.env.jump_ms(DAY_MS)
    assert code(await books.hold(idempotency=mark("k"))) is Code.IDEMPOTENCY_IN_PROGRESS
    books.env.jump_ms(1)
    new = await books.held(idempotency=mark("k"))
    await books.close(old, HoldState.RELEASED)
    assert code(await books.hold(idempotency=mark("k"))) is Code.IDEMPOTENCY_IN_PROGRESS
    await books.close(new, HoldState.SETTLED, ANSWER)
    assert await books.hold(idempotency=mark("k")) == ANSWER


async def test_expired_holds_are_found(books: Books) -> None:
    """Those past their time; jobs are not, for their row is the queue."""
    await books.credit(100)
    first, second = await books.held(), await books.held()
    await books.held(job_text="a job")
    now_ms = books.env.now_ms()

    async def expired(at_ms: int, limit: int = 10) -> set[int]:
        return {hold.id for hold in await books.store.expired_holds("me", at_ms, limit)}

    assert await expired(now_ms + 660_000) == set()
    assert await expired(now_ms + 660_001) == {first, second}
    assert len(await expired(now_ms + 660_001, 1)) == 1
    assert await books.store.open_holds() == 3


async def test_credit_is_taken_back_from_the_pack_spent_last(books: Books) -> None:
    """Never more than there is, and nothing that is held."""
    await books.credit(3, title="first", expires_at_ms=NOON_MS + HOUR_MS)
    await books.credit(3, title="last")
    await books.held(2)
    assert await books.credit(-5) is None
    assert await books.credit(-4) == 0
    assert await packs(books) == {"first": (0, 2, 0), "last": (0, 0, 0)}


async def test_every_movement_is_an_entry(books: Books) -> None:
    """The account's history, the newest first, with its reasons."""
    await books.credit(5, reason="bank transfer")
    hold = await books.held()
    await books.close(hold, HoldState.SETTLED)
    await books.credit(-1, reason="refund")
    entries = await books.store.account_entries(books.account, 10)
    assert [(one.kind, one.available_change, one.held_change, one.spent_change) for one in entries] == [
        ("debit", -1, 0, 0),
        ("settle", 0, -2, 2),
        ("hold", -2, 2, 0),
        ("grant", 5, 0, 0),
    ]
    assert [one.reason for one in entries] == ["refund", "", "", "bank transfer"]
    assert [one.generation_id for one in entries] == [None, hold, hold, None]
    assert len(await books.store.account_entries(books.account, 2)) == 2


async def test_the_audit_counts_the_books(opening: OpenBooks) -> None:
    """Granted is available, held and spent, over all accounts."""
    async with opening(daily=10) as books:
        await books.store.save_plan(plan(daily=10))
        await books.credit(5)
        await books.close(await books.held(12, allowance=10), HoldState.SETTLED)
        await books.held(1)
        audit = await books.store.audit()
        assert (audit.granted, audit.available, audit.held, audit.spent) == (15, 2, 1, 12)
        assert audit.entries == 7


async def test_a_day_opened_for_a_refused_call_is_booked_in_its_time(opening: OpenBooks) -> None:
    """The allowance is granted all the same, and the ledger says when."""
    async with opening(daily=1) as books:
        assert code(await books.hold(2, allowance=1)) is Code.BALANCE_LOW
        (entry,) = await books.store.account_entries(books.account, 10)
        assert (entry.kind, entry.available_change, entry.at_ms) == ("grant", 1, NOON_MS)


async def test_a_refused_call_speaks_for_its_repeats(opening: OpenBooks) -> None:
    """Two hundred at once under one key, and another that says something else under it."""
    async with opening() as books:
        await books.credit(1)
        calls = [books.hold(2, idempotency=mark("k")) for _ in range(200)]
        other = books.hold(1, idempotency=mark("k", b"another"))
        *refused, accepted = await asyncio.gather(*calls, other)
        assert {code(result) for result in refused} == {Code.BALANCE_LOW}
        assert isinstance(accepted, Accepted)
