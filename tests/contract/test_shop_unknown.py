"""What nobody has heard the outcome of is found out by asking, and never done twice."""

import pytest
from tests.books import Books
from tests.played_env import DAY_MS, HOUR_MS
from tests.shop_stand import ShopStand

from slovomat.ports.payments import ProviderState, RefundsTold
from slovomat.ports.shop import OrderState, Payment, RefundRow, RefundState
from slovomat.usecases.checkout import CheckoutFailure
from slovomat.usecases.payment_truth import Problem
from slovomat.usecases.payments import Checked

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


async def states(stand: ShopStand, payment: Payment) -> list[tuple[int, RefundState]]:
    """The payment's refunds, the oldest first."""
    return [(row.amount_kopecks, row.state) for row in await stand.shop.refunds_of(payment.id)]


async def test_the_same_form_again_asks_first(stand: ShopStand) -> None:
    """The operator clicks once more, since no answer came; the provider keeps no keys: one refund."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refund_key_ms, stand.provider.forgets_keys = 0, True
    stand.provider.loses_answers = True
    assert (await refund(stand, payment, 3_000, "form 1")).state is RefundState.ASKED
    stand.provider.loses_answers = False
    assert (await refund(stand, payment, 3_000, "form 1")).state is RefundState.DONE
    assert stand.provider.given[payment.reference] == [3_000]
    assert await stand.books.balance() == 70


async def test_a_part_whose_outcome_nobody_tells_is_left_to_the_operator(stand: ShopStand) -> None:
    """Without keys, and without a word about parts, a repeat could pay twice: it never comes."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refund_key_ms, stand.provider.forgets_keys = 0, True
    stand.provider.refunds_told = RefundsTold.NOTHING
    stand.provider.loses_answers = True
    row = await refund(stand, payment, 3_000, "form 1")
    stand.provider.loses_answers = False
    for _ in range(5):
        stand.books.env.pass_s(DAY_MS / 1000)
        await stand.cashier.reconcile()
        assert (await refund(stand, payment, 3_000, "form 1")).state is RefundState.ASKED
    assert stand.provider.given[payment.reference] == [3_000]
    assert (await stand.payment(payment.id)).problem == Problem.REFUND_UNKNOWN
    assert await stand.cashier.settle_refund(row.id, given=True) is RefundState.DONE
    assert await stand.cashier.settle_refund(row.id, given=False) is RefundState.DONE
    assert (await stand.payment(payment.id)).problem == ""
    assert await stand.books.balance() == 70


async def test_a_refund_that_the_operator_found_undone_frees_its_amount(stand: ShopStand) -> None:
    """Nothing is taken, and all of it may be given back by another form."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refund_key_ms = 0
    stand.provider.refunds_told = RefundsTold.NOTHING
    stand.provider.silent = True
    row = await refund(stand, payment, 10_000)
    stand.provider.silent = False
    assert await stand.cashier.settle_refund(row.id, given=False) is RefundState.REFUSED
    assert await stand.books.balance() == 100
    assert (await refund(stand, payment, 10_000)).state is RefundState.DONE
    assert (await stand.order(payment.order_id)).state is OrderState.REFUNDED


async def test_a_key_that_has_lapsed_is_not_trusted(stand: ShopStand) -> None:
    """An hour without an answer: a repeat would be another refund where only the last one is told."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refunds_told = RefundsTold.LAST
    stand.provider.refund_key_ms = 50 * 60_000
    await refund(stand, payment, 2_000)
    stand.provider.loses_answers = True
    await refund(stand, payment, 2_000)
    stand.provider.loses_answers, stand.provider.silent = False, True
    stand.books.env.pass_s(HOUR_MS / 1000)
    await stand.cashier.reconcile()
    stand.provider.silent, stand.provider.forgets_keys = False, True
    for _ in range(5):
        stand.books.env.pass_s(DAY_MS / 1000)
        await stand.cashier.reconcile()
    assert stand.provider.given[payment.reference] == [2_000, 2_000]
    assert (await stand.payment(payment.id)).problem == Problem.REFUND_UNKNOWN


async def test_the_last_refund_is_no_sum(stand: ShopStand) -> None:
    """A notice comes while the second of two is under way: each is taken for what it is."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refunds_told = RefundsTold.LAST
    for kopecks in (3_000, 4_000):
        stand.provider.meanwhile = lambda: stand.notify(payment)
        assert (await refund(stand, payment, kopecks)).state is RefundState.DONE
    stand.provider.gives_back(payment.reference, 500)
    for _ in range(3):
        assert await stand.notify(payment) == 200
    done = RefundState.DONE
    assert await states(stand, payment) == [(3_000, done), (4_000, done), (500, done)]
    assert await stand.books.balance() == 25


async def test_a_part_that_nobody_tells_the_size_of_is_the_operators(stand: ShopStand) -> None:
    """It was given back in the provider's cabinet: nothing is taken by guessing."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    stand.provider.refunds_told = RefundsTold.SOME
    stand.provider.gives_back(payment.reference, 1_000)
    await stand.notify(payment)
    assert (await stand.payment(payment.id)).problem == Problem.REFUND_UNKNOWN
    assert await stand.books.balance() == 100


async def test_a_refund_without_an_answer_is_asked_after_soon(stand: ShopStand) -> None:
    """However old the payment is: within the hour, and after the 90 days too."""
    payment = await stand.buy(await stand.pack(100, 10_000))
    for days in (60, 40):
        stand.books.env.pass_s(days * DAY_MS / 1000)
        await stand.cashier.reconcile()
        stand.provider.silent = True
        row = await refund(stand, payment, 1_000)
        stand.books.env.pass_s(61)
        await stand.cashier.reconcile()
        stand.provider.silent = False
        stand.books.env.pass_s(1_000)
        assert await stand.cashier.reconcile() == {Checked.REFUNDED: 1}
        assert stand.provider.refunds[row.once] == 1_000


async def test_two_clicks_that_begin_one_payment_lead_to_one_page(stand: ShopStand) -> None:
    """The provider has no keys and opens two: the page that is shown is that of the number we ask by."""
    order = await stand.pack(100)
    account = await stand.account()
    provider = stand.provider
    urls: list[str | CheckoutFailure] = []

    async def click() -> None:
        provider.keys.clear()
        provider.payments["of the other click"] = provider.payments[next(iter(provider.payments))]
        urls.append(await stand.desk.begin(account, order.id, provider.name, "ru"))

    provider.meanwhile = click
    urls.append(await stand.desk.begin(account, order.id, provider.name, "ru"))
    (payment,) = await stand.shop.order_payments(order.id)
    assert set(urls) == {payment.url}
    assert payment.url.endswith(f"/{payment.provider_id}")


async def test_a_click_that_is_refused_leaves_the_page_of_the_first(stand: ShopStand) -> None:
    """Some providers refuse the same number twice: the payment goes on, and is asked after."""
    order = await stand.pack(100)
    account = await stand.account()
    provider = stand.provider

    async def click() -> None:
        assert await stand.desk.begin(account, order.id, provider.name, "ru") == "https://pay.example/p1"

    async def first() -> None:
        provider.refuses = "there is such an order"

    provider.meanwhile = click
    url = await stand.desk.begin(account, order.id, provider.name, "ru")
    await first()
    (payment,) = await stand.shop.order_payments(order.id)
    assert await stand.shop.not_begun(payment.id, provider.refuses, stand.books.env.now_ms()) == url
    payment = await stand.payment(payment.id)
    assert (payment.state, payment.problem) == (ProviderState.PENDING, "")
    assert payment.check_after_ms is not None
    assert (await stand.order(order.id)).state is OrderState.NEW


async def test_a_payment_is_not_given_up_unheard(stand: ShopStand) -> None:
    """The service was down for days, and is back before the provider: the money is found all the same."""
    payment = await stand.begin(await stand.pack(100))
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    stand.books.env.pass_s(4 * DAY_MS / 1000)
    stand.provider.silent = True
    assert await stand.cashier.reconcile() == {Checked.UNAVAILABLE: 1}
    stand.provider.silent = False
    stand.books.env.pass_s(HOUR_MS / 1000)
    assert await stand.cashier.reconcile() == {Checked.CREDITED: 1}


async def test_a_kill_at_the_last_question_leaves_it_to_be_asked(stand: ShopStand) -> None:
    """Whoever took the last question on himself and died did not take it with him."""
    payment = await stand.begin(await stand.pack(100))
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    stand.books.env.pass_s(4 * DAY_MS / 1000)

    class KilledError(Exception):
        pass

    async def dies(provider_id: str, reference: str) -> None:
        raise KilledError

    asks, stand.provider.ask = stand.provider.ask, dies  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        await stand.cashier.reconcile()
    stand.provider.ask = asks  # type: ignore[method-assign]
    stand.books.env.pass_s(HOUR_MS / 1000)
    assert await stand.cashier.reconcile() == {Checked.CREDITED: 1}


async def test_that_nothing_was_given_for_money_is_not_written_over(stand: ShopStand) -> None:
    """An order that was paid twice stays one, whatever else the provider says; the books agree."""
    order = await stand.pack(100)
    first = await stand.begin(order)
    stand.books.env.pass_s(HOUR_MS / 1000)
    second = await stand.begin(order)
    for payment in (first, second):
        stand.provider.says(payment.reference, state=ProviderState.PAID)
        await stand.cashier.check(payment.id)
    stand.provider.says(second.reference, amount_kopecks=1)
    assert await stand.cashier.check(second.id) is Checked.MISMATCH
    assert (await stand.payment(second.id)).problem == Problem.PAID_TWICE


async def test_a_payment_that_was_cancelled_after_all_is_told_to_the_operator(stand: ShopStand) -> None:
    """What it has bought stays until somebody has looked."""
    payment = await stand.buy(await stand.pack(100))
    stand.provider.says(payment.reference, state=ProviderState.CANCELLED)
    assert await stand.cashier.check(payment.id) is Checked.UNCHANGED
    assert (await stand.payment(payment.id)).problem == Problem.CANCELLED_LATER
    assert await stand.books.balance() == 100
