"""Who has paid gets a receipt, once, whatever crashed in between; and what the papers say stays as it was."""

import asyncio

import pytest
from tests.books import Books
from tests.played_env import DAY_MS
from tests.shop_stand import ShopStand

from slovomat.domain.ids import OrderId
from slovomat.ports.outbox import Channel, Ended, Post
from slovomat.usecases.notices import Notices
from slovomat.usecases.payments import Cashier, CashierRules, proven_by

pytestmark = pytest.mark.anyio


@pytest.fixture
def stand(books: Books) -> ShopStand:
    """The shop."""
    return ShopStand(books)


def notices(stand: ShopStand) -> Notices:
    """Of a node that has just started."""
    return Notices(stand.books.store, stand.books.env, lambda: "https://words.example")


async def letters(stand: ShopStand) -> list[Post]:
    """Those that wait to be sent."""
    return await stand.books.store.outbox.claim(Channel.MAIL, 100, stand.books.env.now_ms(), DAY_MS)


async def test_each_payment_has_one_receipt(stand: ShopStand) -> None:
    """However many nodes look, and after it was sent; not before it is paid."""
    await stand.begin(await stand.pack(10, 5_000))
    payment = await stand.buy(await stand.pack(100, 12_345))
    nodes = [notices(stand) for _ in range(4)]
    await asyncio.gather(*(node.receipts() for node in nodes))
    (letter,) = await letters(stand)
    assert (letter.kind.value, letter.to) == ("receipt", stand.email)
    assert letter.facts["amount_kopecks"] == 12_345
    assert letter.facts["link"] == f"https://words.example/orders/{payment.order_id}"
    await stand.books.store.outbox.end(Ended(letter, True), stand.books.env.now_ms())
    for node in [*nodes, notices(stand)]:
        await node.receipts()
    assert await letters(stand) == []


async def test_a_node_that_died_is_made_up_for(stand: ShopStand) -> None:
    """The next one writes what was sold before it started, within three days."""
    await stand.buy(await stand.pack(100))
    stand.books.env.pass_s(2 * DAY_MS // 1000)
    await stand.buy(await stand.pack(200))
    stand.books.env.pass_s(2 * DAY_MS // 1000)
    await notices(stand).receipts()
    assert [str(letter.facts["title"])[:3] for letter in await letters(stand)] == ["200"]


async def test_a_papers_buyer_is_named_once(stand: ShopStand) -> None:
    """Until it is paid it may change; then it may be added, and stays."""
    order = await stand.pack(100)
    assert await stand.shop.name_buyer(order.id, "one")
    assert await stand.shop.name_buyer(order.id, "two")
    await stand.buy(order)
    assert not await stand.shop.name_buyer(order.id, "three")
    assert (await stand.order(order.id)).buyer == "two"
    later = await stand.buy(await stand.pack(100))
    assert await stand.shop.name_buyer(later.order_id, "late")
    assert not await stand.shop.name_buyer(OrderId(10**6), "nobody")


async def test_a_payment_at_the_providers_own_address_is_remembered_as_proof(stand: ShopStand) -> None:
    """One at a stand-in is none."""
    books, name = stand.books, stand.provider.name
    await stand.buy(await stand.pack(100))
    assert await books.store.instance_value(proven_by(name)) is None
    rules = CashierRules(genuine=frozenset({name}))
    stand.cashier = Cashier(books.store, books.env, {name: stand.provider}, rules)
    await stand.buy(await stand.pack(200))
    assert await books.store.instance_value(proven_by(name)) == str(books.env.now_ms())
