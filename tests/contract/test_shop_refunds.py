"""Money goes back once, and with it what it had bought; what was spent already is owed."""

import pytest
from anyio import create_task_group
from tests.books import Books, new_key
from tests.contract.test_shop_plans import caller
from tests.played_env import DAY_MS
from tests.shop_stand import ShopStand

from slovomat.domain.generation import HoldState
from slovomat.domain.ids import AccountId
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import OrderState, Payment, RefundRow, RefundState
from slovomat.usecases.payments import Checked, RefundFailure

pytestmark = pytest.mark.anyio


@pytest.fixture
def stand(books: Books) -> ShopStand:
    """The shop."""
    return ShopStand(books)


async def refund(stand: ShopStand, payment: Payment, kopecks: int, once: str = "") -> RefundRow:
    """Money given back by the operator."""
    row = await stand.cashier.refund(payment.id, kopecks, "asked for it", "operator", once)
    assert isinstance(row, RefundRow), row
    return row


async def spend(stand: ShopStand, requests: int) -> None:
    """The customer generates."""
    await stand.books.close(await stand.books.held(requests), HoldState.SETTLED)


async def test_a_part_takes_its_share_and_the_rest_all(stand: ShopStand) -> None:
    """In proportion, down to whole requests; with the last kopeck goes the last request."""
    payment = await stand.buy(await stand.pack(100, 9_999))
    left = []
    for kopecks in (3_333, 1, 6_665):
        row = await refund(stand, payment, kopecks)
        assert (row.state, row.owed_requests) == (RefundState.DONE, 0)
        left.append(await stand.books.balance())
    assert left == [67, 67, 0]
    assert (await stand.payment(payment.id)).state is ProviderState.REFUNDED
    assert (await stand.order(payment.order_id)).state is OrderState.REFUNDED
    assert sum(stand.provider.refunds.values()) == 9_999


async def test_a_repeat_gives_nothing_back_twice(stand: ShopStand) -> None:
    """A hundred clicks of one form at once are one refund; another form gets no more than is left."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    rows: list[RefundRow] = []

    async def click() -> None:
        rows.append(await refund(stand, payment, 6_000, "form 1"))

    async with create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(click)
    assert len({row.id for row in rows}) == 1
    assert list(stand.provider.refunds.values()) == [6_000]
    assert await stand.books.balance() == 40
    failed = await stand.cashier.refund(payment.id, 4_001, "more", "operator")
    assert failed is RefundFailure.TOO_MUCH


async def test_an_answer_that_was_lost_is_found_out(stand: ShopStand) -> None:
    """The money went back unheard: the next question finds it, and takes the requests once."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.loses_answers = True
    assert (await refund(stand, payment, 5_000)).state is RefundState.ASKED
    assert await stand.books.balance() == 100
    stand.provider.loses_answers = False
    stand.books.env.pass_s(61)
    assert await stand.cashier.reconcile() == {Checked.REFUNDED: 1}
    assert await stand.books.balance() == 50
    assert len(stand.provider.refunds) == 1
    assert await stand.cashier.check(payment.id) is Checked.UNCHANGED


async def test_a_refund_that_never_reached_the_provider_is_asked_again(stand: ShopStand) -> None:
    """With the same key."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.silent = True
    row = await refund(stand, payment, 5_000)
    stand.provider.silent = False
    stand.books.env.pass_s(61)
    await stand.cashier.reconcile()
    assert stand.provider.refunds == {row.once: 5_000}
    assert await stand.books.balance() == 50


async def test_what_the_provider_refuses_leaves_all_as_it_was(stand: ShopStand) -> None:
    """Its words are kept, and the money may be given back another time."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refuses = "not enough money in the shop"
    row = await refund(stand, payment, 10_000)
    assert (row.state, row.message) == (RefundState.REFUSED, "not enough money in the shop")
    assert await stand.books.balance() == 100
    stand.provider.refuses = ""
    assert (await refund(stand, payment, 10_000)).state is RefundState.DONE


async def test_a_refund_in_the_providers_own_cabinet_is_found(stand: ShopStand) -> None:
    """By a notice or by asking, weeks later too; told twice it is one."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.gives_back(payment.reference, 2_500)
    for _ in range(3):
        assert await stand.notify(payment) == 200
    assert await stand.books.balance() == 75
    stand.books.env.pass_s(20 * DAY_MS / 1000)
    stand.provider.gives_back(payment.reference, 7_500)
    assert await stand.cashier.reconcile() == {Checked.REFUNDED: 1}
    assert await stand.books.balance() == 0
    made = await stand.shop.refunds_of(payment.id)
    assert [(row.made_by, row.amount_kopecks) for row in made] == [("scripted", 2_500), ("scripted", 7_500)]


async def test_what_was_asked_here_and_done_there_is_not_done_twice(stand: ShopStand) -> None:
    """Should the cabinet have given back more than this leaves, ours is not done."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.silent = True
    row = await refund(stand, payment, 6_000)
    stand.provider.silent = False
    stand.provider.gives_back(payment.reference, 5_000)
    assert await stand.notify(payment) == 200
    states = {one.id: one.state for one in await stand.shop.refunds_of(payment.id)}
    assert states.pop(row.id) is RefundState.REFUSED
    assert list(states.values()) == [RefundState.DONE]
    assert await stand.books.balance() == 50


async def test_what_was_spent_is_owed_and_the_next_pack_pays_it(stand: ShopStand) -> None:
    """Until then nothing can be spent; no bucket is ever below zero."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    await spend(stand, 70)
    row = await refund(stand, payment, 10_000)
    assert (row.taken_requests, row.owed_requests) == (30, 70)
    assert await stand.shop.debt(stand.books.account) == 70
    assert (await caller(stand)).debt_requests == 70
    await stand.books.credit(50)
    assert (await stand.shop.debt(stand.books.account), await stand.books.balance()) == (20, 0)
    await stand.buy(await stand.pack(100))
    assert (await stand.shop.debt(stand.books.account), await stand.books.balance()) == (0, 80)
    assert (await caller(stand)).debt_requests == 0


async def test_another_pack_pays_what_is_owed_at_once(stand: ShopStand) -> None:
    """Nobody is blocked who has what he owes."""
    payment = await stand.buy(await stand.pack(100, 10_000, valid_days=1))
    await spend(stand, 100)
    await stand.books.credit(150)
    await refund(stand, payment, 10_000)
    assert (await stand.shop.debt(stand.books.account), await stand.books.balance()) == (0, 50)


async def test_what_comes_back_to_life_pays_a_debt_too(stand: ShopStand) -> None:
    """A generation was under way during the refund, and failed."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    hold = await stand.books.held(60)
    await refund(stand, payment, 10_000)
    assert await stand.shop.debt(stand.books.account) == 60
    assert await stand.shop.pay_debts(stand.books.env.now_ms(), 10) == 0
    await stand.books.close(hold, HoldState.RELEASED)
    assert await stand.shop.pay_debts(stand.books.env.now_ms(), 10) == 1
    assert (await stand.shop.debt(stand.books.account), await stand.books.balance()) == (0, 0)


async def test_a_refund_during_spending_keeps_the_books_whole(stand: ShopStand) -> None:
    """Partial refunds and generations of the same pack at once: what was sold is spent, returned or owed."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    await stand.books.store.add_key(new_key(AccountId(stand.books.account), "other"), 0)

    async def generate() -> None:
        result = await stand.books.hold(3)
        if hasattr(result, "id"):
            await stand.books.close(result.id, HoldState.SETTLED)

    async def give_back(number: int) -> None:
        await refund(stand, payment, 1_000, f"form {number}")

    async with create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(generate)
            if number < 10:
                tasks.start_soon(give_back, number)
    books = await stand.books.store.audit()
    owed = await stand.shop.debt(stand.books.account)
    rows = await stand.shop.refunds_of(payment.id)
    assert sum(row.taken_requests + row.owed_requests for row in rows) == 100
    assert books.spent == owed
    assert await stand.books.balance() == 0
