"""Money that comes is credited once, however often and in whatever order it is told of."""

import msgspec
import pytest
from anyio import create_task_group
from tests.books import Books
from tests.played_env import DAY_MS, HOUR_MS
from tests.scripted_provider import SIGNED
from tests.shop_stand import ShopStand

from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import Credited, Goods, Order, OrderState, RedeemFailure, Redemption
from slovomat.usecases.checkout import CheckoutFailure
from slovomat.usecases.codes import CodeOrder, make_codes, redeem_code
from slovomat.usecases.payment_truth import Problem
from slovomat.usecases.payments import Checked

pytestmark = pytest.mark.anyio
SECRET = b"s" * 32
AT_ONCE = 100


@pytest.fixture
def stand(books: Books) -> ShopStand:
    """The shop."""
    return ShopStand(books)


async def test_one_payment_notified_a_hundred_times_at_once_is_credited_once(stand: ShopStand) -> None:
    """Before it was paid, then doubled, and checked by the operator and the reconciler in between."""
    payment = await stand.begin(await stand.pack(100))
    assert await stand.notify(payment) == 200
    assert await stand.books.balance() == 0
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    stand.books.env.pass_s(60)
    statuses: list[int] = []

    async def tell(number: int) -> None:
        match number % 4:
            case 0:
                await stand.cashier.check(payment.id)
            case 1:
                await stand.cashier.reconcile()
            case _:
                statuses.append(await stand.notify(payment))

    async with create_task_group() as tasks:
        for number in range(AT_ONCE):
            tasks.start_soon(tell, number)
    assert set(statuses) == {200}
    assert await stand.books.balance() == 100
    assert (await stand.payment(payment.id)).state is ProviderState.PAID
    assert (await stand.order(payment.order_id)).state is OrderState.PAID


async def test_one_code_redeemed_a_hundred_times_at_once_gives_once(stand: ShopStand) -> None:
    """By the account itself, and by another that has seen it too."""
    books = stand.books
    other = await books.store.add_account("other@example.org", "Plan", False, books.env.now_ms())
    assert other is not None
    order = CodeOrder(goods=Goods(title="gift", requests=100), count=1, by="operator")
    (code,) = (await make_codes(books.store, books.env, SECRET, order)).codes
    taken: list[Redemption | RedeemFailure] = []

    async def take(number: int) -> None:
        who = books.account if number % 2 else other
        typed = code.lower().replace("-", " ") if number % 3 else code
        taken.append(await redeem_code(books.store, books.env, SECRET, who, typed))

    async with create_task_group() as tasks:
        for number in range(AT_ONCE):
            tasks.start_soon(take, number)
    given = [one for one in taken if isinstance(one, Redemption)]
    assert len([one for one in given if not one.before]) == 1
    assert len(given) == AT_ONCE // 2
    assert {one for one in taken if not isinstance(one, Redemption)} == {RedeemFailure.USED}
    assert (await books.store.audit()).granted == 100


async def test_a_code_that_is_none_or_has_expired_gives_nothing(stand: ShopStand) -> None:
    """One letter off, unknown, or too late."""
    books = stand.books
    order = CodeOrder(
        goods=Goods(title="gift", requests=5), count=3, by="x", expires_at_ms=books.env.now_ms() + HOUR_MS
    )
    made = await make_codes(books.store, books.env, SECRET, order)

    async def redeem(typed: str, secret: bytes = SECRET) -> Redemption | RedeemFailure:
        return await redeem_code(books.store, books.env, secret, books.account, typed)

    wrong = made.codes[0][:-1] + ("0" if made.codes[0][-1] != "0" else "1")
    assert await redeem(wrong) is RedeemFailure.UNKNOWN
    assert await redeem("") is RedeemFailure.UNKNOWN
    assert await redeem(made.codes[0], b"another secret") is RedeemFailure.UNKNOWN
    assert isinstance(await redeem(made.codes[0]), Redemption)
    books.env.pass_s(3600)
    assert await redeem(made.codes[1]) is RedeemFailure.EXPIRED
    (batch,) = await books.store.shop.list_batches(10)
    assert (batch.codes, batch.redeemed) == (3, 1)
    rows = await books.store.shop.batch_codes(batch.id)
    assert [row.email for row in rows] == ["customer@example.org", None, None]


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"amount_kopecks": 9_999}, Problem.AMOUNT),
        ({"currency": "USD"}, Problem.CURRENCY),
        ({"shop": "shop-2"}, Problem.SHOP),
        ({"test": True}, Problem.TEST),
        ({"provider_id": "p9"}, Problem.PROVIDER_ID),
    ],
)
async def test_what_does_not_match_is_never_credited(
    stand: ShopStand, facts: dict[str, object], problem: Problem
) -> None:
    """Its reason is kept for the operator; once it matches, it is."""
    payment = await stand.begin(await stand.pack(100))
    right = stand.provider.payments[payment.reference]
    stand.provider.says(payment.reference, state=ProviderState.PAID, **facts)
    body = f"{payment.provider_id} {payment.reference}".encode()
    assert await stand.cashier.notified("scripted", SIGNED, body, "127.0.0.1") is not None
    assert await stand.books.balance() == 0
    assert (await stand.payment(payment.id)).problem == problem
    paid = msgspec.structs.replace(right, state=ProviderState.PAID)
    stand.provider.payments[payment.reference] = paid
    assert await stand.cashier.check(payment.id) is Checked.CREDITED
    assert (await stand.payment(payment.id)).problem == ""


async def test_a_notice_that_is_not_authentic_has_nobody_asked(stand: ShopStand) -> None:
    """Nor does one of a provider that is not there."""
    payment = await stand.begin(await stand.pack())
    body = stand.provider.notice(payment.reference)
    assert await stand.cashier.notified("scripted", {}, body, "127.0.0.1") is None
    assert await stand.cashier.notified("nobody", SIGNED, body, "127.0.0.1") is None
    assert stand.provider.asked == 0


async def test_a_lost_notice_is_made_up_for_by_asking(stand: ShopStand) -> None:
    """Asked soon at first, then more rarely; a provider that is away is asked again."""
    payment = await stand.begin(await stand.pack(100))
    stand.provider.silent = True
    stand.books.env.pass_s(20)
    assert await stand.cashier.reconcile() == {Checked.UNAVAILABLE: 1}
    assert await stand.cashier.reconcile() == {}
    stand.provider.silent = False
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    stand.books.env.pass_s(3600)
    assert await stand.cashier.reconcile() == {Checked.CREDITED: 1}
    assert await stand.books.balance() == 100


async def test_a_notice_while_the_provider_is_away_is_wanted_again(stand: ShopStand) -> None:
    """Its sender is not told that all is well."""
    payment = await stand.begin(await stand.pack())
    stand.provider.silent = True
    assert await stand.notify(payment) == 503
    stand.provider.silent = False
    assert await stand.notify(payment) == 200


async def test_what_nobody_pays_is_given_up_and_still_credited_later(stand: ShopStand) -> None:
    """After 72 hours, with some dozens of questions; late money finds its order."""
    payment = await stand.begin(await stand.pack(100))
    while (await stand.payment(payment.id)).check_after_ms is not None:
        stand.books.env.pass_s(15)
        due = (await stand.payment(payment.id)).check_after_ms or 0
        stand.books.env.pass_s(max(0, due - stand.books.env.now_ms()) / 1000)
        await stand.cashier.reconcile()
    assert 20 < stand.provider.asked < 100
    assert stand.books.env.now_ms() - payment.created_at_ms < 75 * HOUR_MS
    assert (await stand.payment(payment.id)).state is ProviderState.CANCELLED
    assert (await stand.order(payment.order_id)).state is OrderState.CANCELLED
    stand.books.env.pass_s(5 * DAY_MS / 1000)
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    assert await stand.notify(payment) == 200
    assert await stand.books.balance() == 100
    assert (await stand.order(payment.order_id)).state is OrderState.PAID


async def test_a_cancelled_payment_leaves_its_order_to_another(stand: ShopStand) -> None:
    """A second try may pay it; the first one may even come back to life, and is paid twice."""
    order = await stand.pack(100)
    first = await stand.begin(order)
    stand.provider.says(first.reference, state=ProviderState.CANCELLED)
    assert await stand.cashier.check(first.id) is Checked.CANCELLED
    second = await stand.begin(await stand.order(order.id))
    assert second.id != first.id
    for payment in (second, first):
        stand.provider.says(payment.reference, state=ProviderState.PAID)
        assert await stand.notify(payment) == 200
    assert await stand.books.balance() == 100
    assert (await stand.payment(first.id)).problem == Problem.PAID_TWICE
    refunded = await stand.cashier.refund(first.id, 10_000, "paid twice", "operator")
    assert not isinstance(refunded, str)
    assert await stand.books.balance() == 100
    assert (await stand.payment(first.id)).state is ProviderState.REFUNDED


async def test_a_lost_answer_to_the_beginning_begins_nothing_twice(stand: ShopStand) -> None:
    """The next click finds the payment that the provider has made; an invoice is one, too."""
    order = await stand.pack()
    account = await stand.account()
    stand.provider.loses_answers = True
    said = await stand.desk.begin(account, order.id, "scripted", "ru")
    assert said is CheckoutFailure.UNAVAILABLE
    stand.provider.loses_answers = False
    payment = await stand.begin(order)
    assert (await stand.begin(order)).id == payment.id
    assert len(stand.provider.payments) == 1
    assert await stand.desk.invoice(account, order.id) == await stand.desk.invoice(account, order.id)
    assert len(await stand.shop.order_payments(order.id)) == 2


async def test_what_is_not_sold_is_not_ordered(stand: ShopStand) -> None:
    """Nor does anybody pay another's order, an unknown one, or a paid one once more."""
    account = await stand.account()
    assert await stand.desk.order_pack(account, 99) is CheckoutFailure.NOT_ON_SALE
    assert await stand.desk.order_plan(account, "Plan") is CheckoutFailure.NOT_ON_SALE
    order = await stand.pack()
    books = stand.books
    await books.store.add_account("other@example.org", "Plan", False, books.env.now_ms())
    other = await books.store.find_account("other@example.org")
    assert other is not None
    assert await stand.desk.begin(other, order.id, "scripted", "ru") is CheckoutFailure.NO_ORDER
    assert await stand.desk.begin(account, order.id, "nobody", "ru") is CheckoutFailure.NO_PROVIDER
    await stand.buy(order)
    paid = await stand.order(order.id)
    assert await stand.desk.begin(account, paid.id, "scripted", "ru") is CheckoutFailure.PAID_ALREADY


async def test_the_price_that_was_promised_counts(stand: ShopStand) -> None:
    """An order is paid as it was made, whatever the price list says by then."""
    order = await stand.pack(100, 10_000, valid_days=30)
    await stand.pack(100, 20_000)
    payment = await stand.buy(order)
    assert payment.amount_kopecks == 10_000
    (row,) = await stand.books.store.account_packs(stand.books.account)
    assert row.expires_at_ms == stand.books.env.now_ms() + 30 * DAY_MS
    (entry,) = await stand.books.store.account_entries(stand.books.account, 10)
    assert entry.reason == f"order {order.id}"


async def test_an_invoice_is_confirmed_once(stand: ShopStand) -> None:
    """By the operator, with a reason; nobody else's payment can be."""
    order = await stand.pack(100)
    payment = await stand.desk.invoice(await stand.account(), order.id)
    assert not isinstance(payment, CheckoutFailure)
    said = [await stand.cashier.confirm(payment.id, "statement of 22 November", "operator") for _ in "12"]
    assert said == [Credited.NOW, Credited.BEFORE]
    assert await stand.books.balance() == 100
    kept = await stand.payment(payment.id)
    assert (kept.reason, kept.confirmed_by) == ("statement of 22 November", "operator")
    online = await stand.begin(await stand.pack())
    assert await stand.cashier.confirm(online.id, "I say so", "operator") is None
    assert isinstance(await stand.order(online.order_id), Order)


async def test_a_clock_that_was_far_ahead_puts_no_question_off(stand: ShopStand) -> None:
    """It was put back: what was asked under it is asked again."""
    payment = await stand.begin(await stand.pack(100))
    stand.books.env.jump_ms(400 * DAY_MS)
    claimed = await stand.shop.claim_check(payment, stand.books.env.now_ms() + HOUR_MS)
    assert claimed
    stand.books.env.jump_ms(-400 * DAY_MS)
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    assert await stand.cashier.reconcile() == {Checked.CREDITED: 1}
