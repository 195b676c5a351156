"""The Store port: closings that say what their hold set aside. One suite for every engine."""

import asyncio

import msgspec
import pytest
from tests.books import Books, mark
from tests.contract.conftest import OpenBooks
from tests.played_env import NOON_MS

from slovomat.domain.generation import Held, HoldState
from slovomat.domain.ids import BucketId, GenerationId
from slovomat.domain.money import Part
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.later import Strand

pytestmark = pytest.mark.anyio


async def accepted(books: Books, price: int = 2, **more: object) -> Accepted:
    """A hold that has to be accepted, with what it tells."""
    result = await books.hold(price, **more)
    assert isinstance(result, Accepted), result
    return result


async def close(books: Books, hold: Accepted, state: HoldState, answer: StoredAnswer | None = None) -> bool:
    """Closes it as its opener does, who was told what it set aside."""
    assert hold.held is not None
    closing = msgspec.structs.replace(books.closing(hold.id, state), held=hold.held)
    return await books.store.close(closing, books.env.now_ms(), answer)


async def packs(books: Books) -> list[tuple[int, int, int]]:
    """What the packs have, the oldest first: available, held, spent."""
    return [(row.available, row.held, row.spent) for row in await books.store.account_packs(books.account)]


@pytest.mark.parametrize(
    ("state", "after"),
    [(HoldState.SETTLED, [(0, 0, 1), (4, 0, 1)]), (HoldState.RELEASED, [(1, 0, 0), (5, 0, 0)])],
)
async def test_every_part_is_moved(books: Books, state: HoldState, after: list[tuple[int, int, int]]) -> None:
    """A price that two packs paid is spent by both, or returns to both."""
    await books.credit(1, expires_at_ms=NOON_MS + 1)
    await books.credit(5)
    hold = await accepted(books)
    assert hold.held is not None
    assert [part.amount for part in hold.held.parts] == [1, 1]
    assert await close(books, hold, state)
    assert await packs(books) == after


async def test_a_hold_is_closed_once_whatever_is_said_of_it(books: Books) -> None:
    """What a closing knows does not decide: one that comes later, or lies, moves nothing."""
    await books.credit(10)
    first, second = await accepted(books), await accepted(books)
    assert await close(books, first, HoldState.SETTLED)
    lie = Held((Part(BucketId(1), 5),), None, "", 5, None)
    for held in (first.held, second.held, lie, None):
        closing = msgspec.structs.replace(books.closing(first.id, HoldState.RELEASED), held=held)
        assert not await books.store.close(closing, NOON_MS)
    stranger = msgspec.structs.replace(books.closing(GenerationId(999), HoldState.RELEASED), held=lie)
    assert not await books.store.close(stranger, NOON_MS)
    assert await packs(books) == [(6, 2, 2)]


async def test_many_at_once_each_hear_of_their_own(books: Books) -> None:
    """Some closed before, some twice at once, some that know and some that do not: one of each closes."""
    await books.credit(1000)
    holds = await asyncio.gather(*(accepted(books, price) for price in range(1, 21)))
    for hold in holds[::3]:
        assert await close(books, hold, HoldState.SETTLED)
    knowing = [close(books, hold, HoldState.RELEASED) for hold in holds]
    asking = [books.close(hold.id, HoldState.SETTLED) for hold in holds]
    done = await asyncio.gather(*knowing, *asking)
    for n in range(20):
        assert done[n] + done[n + 20] == (n % 3 != 0)
    assert sum(held for _, held, _ in await packs(books)) == 0


async def test_the_ids_of_a_batch_are_those_of_its_rows(books: Books) -> None:
    """Each caller is told the id of its own generation: the price under it is the one it asked."""
    await books.credit(1000)
    holds = await asyncio.gather(*(accepted(books, price) for price in range(1, 41)))
    assert len({hold.id for hold in holds}) == 40
    for price, hold in enumerate(holds, 1):
        assert (hold.charged_requests, hold.held and hold.held.price_requests) == (price, price)
        assert await books.close(hold.id, HoldState.SETTLED)
    entries = await books.store.account_entries(books.account, 200)
    settled = {row.generation_id: row.spent_change for row in entries if row.kind == "settle"}
    assert settled == {hold.id: price for price, hold in enumerate(holds, 1)}


async def test_caps_and_keys_are_freed(opening: OpenBooks) -> None:
    """What is released does not count against the key's cap, and its idempotency key may be used again."""
    async with opening(cap_total=2) as books:
        await books.credit(10)
        for state in (HoldState.RELEASED, HoldState.SETTLED):
            hold = await accepted(books, idempotency=mark("once"))
            assert await close(books, hold, state, StoredAnswer(200, "application/json", b"{}"))
        assert await books.hold(idempotency=mark("once")) == StoredAnswer(200, "application/json", b"{}")
        assert await books.balance() == 0


async def test_a_job_is_closed_by_whoever_asks(books: Books) -> None:
    """Its acceptance says nothing of parts: the worker that ends it is another one."""
    await books.credit(2)
    assert (await accepted(books, job_text="text")).held is None
    (job,) = await books.claim()
    assert await books.complete(job)
    assert await packs(books) == [(0, 0, 2)]


async def test_who_is_told_may_write_at_once(books: Books) -> None:
    """A strand goes on within the end of a commit; what it submits there is not lost."""
    await books.credit(1000)

    async def calls() -> int:
        done = 0
        for _ in range(5):
            hold = await accepted(books)
            done += await close(books, hold, HoldState.SETTLED)
        return done

    strands = [Strand(calls()) for _ in range(20)]
    assert [await strand for strand in strands] == [5] * 20
    assert await packs(books) == [(800, 0, 200)]
