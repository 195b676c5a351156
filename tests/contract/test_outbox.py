"""The Outbox port: what is put in once is claimed by one at a time, and ends once."""

import asyncio

import msgspec
import pytest
from tests.books import Books
from tests.contract.conftest import OpenBooks
from tests.played_env import DAY_MS, NOON_MS

from slovomat.ports.mail import LetterKind
from slovomat.ports.outbox import Channel, Ended, NewPost, Post
from slovomat.ports.store import Store

pytestmark = pytest.mark.anyio
LEASE_MS = 60_000


def post(books: Books, once: str, channel: Channel = Channel.MAIL) -> NewPost:
    """A letter to the account."""
    return NewPost(
        once=once,
        channel=channel,
        kind=LetterKind.KEY_MADE,
        account_id=books.account,
        to="ann@example.org",
        language="ru",
        facts={"name": "ключ", "shown": "slv_1", "link": "https://x.example/k", "count": 2},
    )


async def claim(
    store: Store, now_ms: int = NOON_MS, limit: int = 10, channel: Channel = Channel.MAIL
) -> list[Post]:
    """What is due."""
    return await store.outbox.claim(channel, limit, now_ms, LEASE_MS)


async def test_what_was_put_comes_out_as_it_was(books: Books) -> None:
    """With all that its sender needs, and only by its own channel."""
    assert await books.store.outbox.put([post(books, "one")], NOON_MS) == 1
    assert await claim(books.store, channel=Channel.WEBHOOK) == []
    (got,) = await claim(books.store)
    wanted = msgspec.structs.asdict(post(books, "one"))
    del wanted["channel"]
    assert {name: getattr(got, name) for name in wanted} == wanted
    assert (got.attempts, got.created_at_ms) == (0, NOON_MS)


async def test_the_same_is_never_put_twice(books: Books) -> None:
    """Not in one call, not in another, not after it was sent, not by many at once."""
    outbox = books.store.outbox
    assert await outbox.put([post(books, "one"), post(books, "two"), post(books, "one")], NOON_MS) == 2
    for got in await claim(books.store):
        assert await outbox.end(Ended(got, True), NOON_MS)
    assert await outbox.put([post(books, "one")], NOON_MS) == 0
    added = await asyncio.gather(*(outbox.put([post(books, "three")], NOON_MS) for _ in range(8)))
    assert sum(added) == 1
    assert await outbox.waiting() == 1


async def test_a_claim_is_a_lease(books: Books) -> None:
    """Nobody else gets the letter until it ends; then the token bars who had it before."""
    outbox = books.store.outbox
    await outbox.put([post(books, "one")], NOON_MS)
    (first,) = await claim(books.store)
    assert await claim(books.store, NOON_MS + LEASE_MS - 1) == []
    (second,) = await claim(books.store, NOON_MS + LEASE_MS)
    assert second.token > first.token
    assert not await outbox.end(Ended(first, True), NOON_MS + LEASE_MS)
    assert not await outbox.again(first, "late", NOON_MS)
    assert await outbox.end(Ended(second, True), NOON_MS + LEASE_MS)
    assert not await outbox.end(Ended(second, True), NOON_MS + LEASE_MS)
    assert await claim(books.store, NOON_MS + DAY_MS) == []


async def test_another_attempt_comes_at_its_time(books: Books) -> None:
    """And it is counted."""
    await books.store.outbox.put([post(books, "one")], NOON_MS)
    (got,) = await claim(books.store)
    assert await books.store.outbox.again(got, "greylisted\0", NOON_MS + 5_000)
    assert await claim(books.store, NOON_MS + 4_999) == []
    (got,) = await claim(books.store, NOON_MS + 5_000)
    assert got.attempts == 1


async def test_many_nodes_share_the_letters(opening: OpenBooks) -> None:
    """Each is claimed by one of them."""
    async with opening() as books:
        await books.store.outbox.put([post(books, str(number)) for number in range(40)], NOON_MS)
        claims = await asyncio.gather(*(claim(books.store, limit=10) for _ in range(8)))
        ids = [got.id for part in claims for got in part]
        assert len(ids) == len(set(ids)) <= 40
        rest = await claim(books.store, limit=40)
        assert sorted(ids + [got.id for got in rest]) == sorted(set(ids) | {got.id for got in rest})
        assert len(ids) + len(rest) == 40


async def test_the_longest_waiting_goes_first(books: Books) -> None:
    """And no more than were asked for."""
    for minute in (2, 0, 1):
        await books.store.outbox.put([post(books, f"minute {minute}")], NOON_MS + minute)
    got = await claim(books.store, NOON_MS + 2, limit=2)
    assert sorted(one.once for one in got) == ["minute 0", "minute 1"]


async def test_what_ended_is_forgotten_in_its_time(books: Books) -> None:
    """What still waits never is."""
    outbox = books.store.outbox
    await outbox.put([post(books, "sent"), post(books, "refused"), post(books, "waits")], NOON_MS)
    sent, refused, _ = await claim(books.store)
    await outbox.end(Ended(sent, True), NOON_MS)
    await outbox.end(Ended(refused, False, "550 no such user"), NOON_MS + 1)
    assert await outbox.forget(NOON_MS + 1, 10) == 1
    assert await outbox.put([post(books, "sent"), post(books, "refused")], NOON_MS) == 1
    assert await outbox.forget(NOON_MS + DAY_MS, 10) == 1
    assert await outbox.waiting() == 2
