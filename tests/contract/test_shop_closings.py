"""A prepayment that is used up is closed by one receipt, whoever asks, and whatever was not heard."""

import asyncio

import pytest
from tests.books import Books
from tests.played_env import DAY_MS, HOUR_MS
from tests.shop_stand import ShopStand

from slovomat.domain.ids import PaymentId
from slovomat.ports.closing_receipts import ClosingRow, ClosingState
from slovomat.ports.payments import Closing
from slovomat.ports.shop import Payment
from slovomat.settings import Settings
from slovomat.testing.fakepay import FakePay
from slovomat.till import Till
from slovomat.usecases.closing_receipts import ClosingReceipts
from slovomat.usecases.payments import Cashier, CashierRules
from slovomat.usecases.receipts import ReceiptRules

pytestmark = pytest.mark.anyio
RULES = ReceiptRules(
    tax_system="osn", vat="22/122", payment_mode="full_prepayment", payment_subject="service"
)


@pytest.fixture
async def stand(books: Books) -> ShopStand:
    """A shop that has closed receipts from its first day on."""
    stand = ShopStand(books)
    await node(stand).step()
    return stand


def node(stand: ShopStand) -> ClosingReceipts:
    """What a node does about them."""
    providers = {stand.provider.name: stand.provider}
    return ClosingReceipts(stand.books.store, stand.books.env, providers, RULES, 30)


def pass_days(stand: ShopStand, days: int) -> None:
    """Time goes by."""
    stand.books.env.pass_s(days * DAY_MS / 1000)


def asked(stand: ShopStand) -> list[Closing]:
    """All calls that came to the provider."""
    return [one for calls in stand.provider.closings.values() for one in calls]


async def row(stand: ShopStand, payment_id: PaymentId) -> ClosingRow:
    """The payment's, as it is now."""
    found = await stand.shop.find_closing(payment_id)
    assert found is not None
    return found


async def bought(stand: ShopStand, kopecks: int = 10_000) -> Payment:
    """A pack, sold 30 days ago."""
    payment = await stand.buy(await stand.pack(100, kopecks))
    pass_days(stand, 30)
    return payment


async def test_it_is_closed_when_its_time_has_come(stand: ShopStand) -> None:
    """Not a day before; as a full payment at the rate itself; once, however many nodes look."""
    payment = await stand.buy(await stand.pack(100, 12_345))
    pass_days(stand, 29)
    await node(stand).step()
    assert asked(stand) == []
    pass_days(stand, 1)
    await asyncio.gather(*(node(stand).step() for _ in range(4)))
    await node(stand).step()
    (closing,) = asked(stand)
    (line,) = closing.receipt.lines
    assert (closing.provider_id, closing.reference) == (payment.provider_id, payment.reference)
    assert (closing.amount_kopecks, line.amount_kopecks) == (12_345, 12_345)
    assert (line.payment_mode, line.vat, closing.receipt.email) == ("full_payment", "22", stand.email)
    assert (await row(stand, payment.id)).state is ClosingState.DONE


async def test_it_is_of_what_was_not_given_back(stand: ShopStand) -> None:
    """A part; of a payment that was refunded in full, none."""
    first = await stand.buy(await stand.pack(100, 10_000))
    whole = await stand.buy(await stand.pack(100, 10_000))
    await stand.cashier.refund(first.id, 3_000, "asked for it", "operator")
    await stand.cashier.refund(whole.id, 10_000, "asked for it", "operator")
    pass_days(stand, 30)
    await node(stand).step()
    assert [(one.reference, one.amount_kopecks) for one in asked(stand)] == [(first.reference, 7_000)]
    assert await stand.shop.find_closing(whole.id) is None


async def test_it_waits_for_a_refund_that_is_under_way(stand: ShopStand) -> None:
    """Nobody knows yet how much is left."""
    payment = await bought(stand)
    stand.provider.silent = True
    await stand.cashier.refund(payment.id, 3_000, "asked for it", "operator")
    stand.provider.silent = False
    await node(stand).step()
    assert asked(stand) == []
    stand.books.env.pass_s(HOUR_MS / 1000)
    await stand.cashier.reconcile()
    await node(stand).step()
    assert [one.amount_kopecks for one in asked(stand)] == [7_000]


async def test_a_lost_answer_is_asked_for_again_under_its_key(stand: ShopStand) -> None:
    """By one node of many; the key makes it find the first receipt."""
    payment = await bought(stand)
    stand.provider.loses_answers = True
    await node(stand).step()
    unheard = await row(stand, payment.id)
    assert (unheard.state, unheard.message) == (ClosingState.ASKED, "no answer: the answer was lost")
    stand.provider.loses_answers = False
    await node(stand).step()
    assert len(asked(stand)) == 1
    stand.books.env.pass_s(600)
    await asyncio.gather(*(node(stand).step() for _ in range(4)))
    assert {key: len(calls) for key, calls in stand.provider.closings.items()} == {unheard.once: 2}
    closed = await row(stand, payment.id)
    assert (closed.state, closed.message) == (ClosingState.DONE, "")


@pytest.mark.parametrize("key_ms", [0, HOUR_MS // 2])
async def test_without_a_key_that_holds_it_is_left_to_the_operator(stand: ShopStand, key_ms: int) -> None:
    """A repeat could print another receipt: it never comes."""
    payment = await bought(stand)
    stand.provider.closing_key_ms = key_ms
    stand.provider.loses_answers = True
    await node(stand).step()
    stand.provider.loses_answers = False
    for _ in range(5):
        stand.books.env.pass_s(HOUR_MS / 1000)
        await node(stand).step()
    assert len(asked(stand)) == 1
    assert (await row(stand, payment.id)).state is ClosingState.ASKED


async def test_a_refusal_is_kept_in_its_own_words(stand: ShopStand) -> None:
    """And is not asked for again."""
    payment = await bought(stand)
    stand.provider.refuses = "no cash register"
    await node(stand).step()
    stand.provider.refuses = ""
    stand.books.env.pass_s(HOUR_MS / 1000)
    await node(stand).step()
    refused = await row(stand, payment.id)
    assert (refused.state, refused.message) == (ClosingState.REFUSED, "no cash register")
    assert asked(stand) == []


async def test_what_was_sold_before_has_no_receipt_to_close(books: Books) -> None:
    """The instance closes what was sold since it first looked."""
    stand = ShopStand(books)
    await bought(stand)
    await node(stand).step()
    assert asked(stand) == []


async def test_what_is_refunded_after_it_was_closed_is_no_prepayment(stand: ShopStand) -> None:
    """Its receipt says what the closing one said."""
    payment = await bought(stand)
    providers = {stand.provider.name: stand.provider}
    cashier = Cashier(stand.books.store, stand.books.env, providers, CashierRules(receipt=RULES))
    said = []
    for _ in range(2):
        await cashier.refund(payment.id, 1_000, "asked for it", "operator")
        said.append(stand.provider.last_refund)
        await node(stand).step()
    modes = [one.receipt.lines[0].payment_mode for one in said if one and one.receipt]
    assert modes == ["full_prepayment", "full_payment"]


@pytest.mark.parametrize(("mode", "closed"), [("advance", 1), ("full_payment", 0)])
async def test_the_till_closes_prepayments_at_yookassa(books: Books, mode: str, closed: int) -> None:
    """Put together of the settings, at the fake provider: one receipt, where the first one was no last."""
    with FakePay(notify_url="http://127.0.0.1:1/{provider}") as fake:
        shop = fake.shop("yookassa")
        wanted: dict[str, object] = {
            "yookassa_url": f"{fake.url('yookassa')}/v3",
            "yookassa_shop_id": shop.shop_id,
            "yookassa_secret_key": shop.secret_key,
            "receipts_enabled": True,
            "receipts_payment_mode": mode,
        }
        till = Till(Settings.model_validate(wanted), books.env, books.store, lambda: "https://words.example")
        stand = ShopStand(books)
        _, closes = till.rounds()[-1]
        await closes()
        order = await stand.pack()
        await till.desk.begin(await stand.account(), order.id, "yookassa", "ru")
        fake.pay(fake.payments[0].id)
        await till.cashier.reconcile()
        stand.books.env.pass_s(60)
        await till.cashier.reconcile()
        pass_days(stand, 30)
        for _ in range(2):
            await closes()
        assert len(fake.payments[0].facts["receipts"]) == closed
        await till.close()
