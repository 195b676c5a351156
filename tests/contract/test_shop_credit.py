"""Money that comes is credited once, however often and in whatever order it is told of."""

import pytest
from anyio import create_task_group
from tests.books import Books
from tests.contract.conftest import OpenBooks
from tests.scripted_provider import SIGNED
from tests.shop_stand import ShopStand

from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import Credited, OrderState, Payment
from slovomat.usecases.codes import CodeOrder, make_codes, redeem_code
from slovomat.usecases.payment_truth import Problem
from slovomat.usecases.payments import Checked
from slovomat.ports.shop import Goods, Redemption, RedeemFailure

pytestmark = pytest.mark.anyio
SECRET = b"s" * 32
AT_ONCE = 100


@pytest.fixture
def stand(books: Books) -> ShopStand:
    """The shop."""
    return ShopStand(books)


async def test_one_payment_notified_a_hundred_times_at_once_is_credited_once(stand: ShopStand) -> None:
    """Out of order, doubled, and checked by the operator in between."""
    payment = await stand.begin(await stand.pack(100))
    assert await stand.notify(payment) == 200
    assert await stand.books.balance() == 0
    stand.provider.says(payment.reference, state=ProviderState.PAID)
    statuses: list[int] = []

    async def tell() -> None:
        statuses.append(await stand.notify(payment))

    async with create_task_group() as tasks:
        for number in range(AT_ONCE):
            tasks.start_soon(
                tell if number % 4 else stand.cashier.check, *(() if number % 4 else (payment.id,))
            )
    assert set(statuses) == {200}
    assert await stand.books.balance() == 100
    assert (await stand.payment(payment.id)).state is ProviderState.PAID
    assert (await stand.order(payment.order_id)).state is OrderState.PAID
