"""Plans are bought by the period: it keeps its terms, and what was paid of it is never lost."""

import hashlib

import msgspec
import pytest
from anyio import create_task_group
from tests.books import Books, plan
from tests.played_env import DAY_MS
from tests.shop_stand import MONTHLY, YEARLY, ShopStand

from slovomat.domain.caller import Caller
from slovomat.ports.shop import Goods, Period, PeriodState, Redemption
from slovomat.usecases.codes import CodeOrder, make_codes, redeem_code

pytestmark = pytest.mark.anyio


@pytest.fixture
def stand(books: Books) -> ShopStand:
    """The shop."""
    return ShopStand(books)


async def caller(stand: ShopStand) -> Caller:
    """The customer, as admission sees him."""
    found = await stand.books.store.find_caller(hashlib.sha256(b"key").digest())
    assert found is not None
    return found


async def current(stand: ShopStand) -> Period:
    """The period that is open."""
    period = await stand.shop.current_period(stand.books.account)
    assert period is not None
    return period


async def sweep(stand: ShopStand) -> int:
    """Ends what has run out."""
    return await stand.shop.end_periods(stand.books.env.now_ms(), "Plan", 100)


def pass_days(stand: ShopStand, days: int) -> None:
    """Time goes by."""
    stand.books.env.jump_ms(days * DAY_MS)


async def test_a_plan_that_was_bought_lasts_its_period(stand: ShopStand) -> None:
    """Then the account goes back to the free one; other processes hear of both."""
    version = await stand.books.store.callers_version()
    await stand.buy(await stand.plan(MONTHLY, daily=50))
    assert (await caller(stand)).plan.daily_requests == 50
    assert await stand.books.store.callers_version() != version
    pass_days(stand, 29)
    assert await sweep(stand) == 0
    pass_days(stand, 1)
    version = await stand.books.store.callers_version()
    assert await sweep(stand) == 1
    assert await sweep(stand) == 0
    assert (await caller(stand)).plan.name == "Plan"
    assert await stand.books.store.callers_version() != version


async def test_what_was_sold_keeps_its_terms(stand: ShopStand) -> None:
    """Whatever the plan becomes meanwhile; who is on it without a period follows it at once."""
    books = stand.books
    await stand.buy(await stand.plan(MONTHLY, daily=50))
    await books.store.save_plan(plan(MONTHLY, 5, price_kopecks=90_000, rpm=1, dialects=frozenset({"openai"})))
    bought = (await caller(stand)).plan
    assert (bought.daily_requests, bought.rpm, len(bought.dialects)) == (50, None, 3)
    account = await books.store.find_account("customer@example.org")
    assert account is not None
    assert account.daily_requests == 50
    pass_days(stand, 30)
    await sweep(stand)
    await books.store.set_account_plan(books.account, MONTHLY)
    assert (await caller(stand)).plan.daily_requests == 5


async def test_the_same_plan_again_follows_the_first(stand: ShopStand) -> None:
    """Each period by the terms that it was sold at."""
    await stand.buy(await stand.plan(MONTHLY, daily=50))
    await stand.buy(await stand.plan(MONTHLY, daily=70))
    first = await current(stand)
    assert (await caller(stand)).plan.daily_requests == 50
    pass_days(stand, 31)
    assert await sweep(stand) == 1
    second = await current(stand)
    assert (second.starts_at_ms, second.ends_at_ms) == (first.ends_at_ms, first.ends_at_ms + 30 * DAY_MS)
    assert (await caller(stand)).plan.daily_requests == 70
    pass_days(stand, 30)
    assert await sweep(stand) == 1
    assert (await caller(stand)).plan.name == "Plan"


async def test_another_plan_begins_now_and_keeps_what_was_paid(stand: ShopStand) -> None:
    """Half of a month for 300 and a whole one behind it are worth 450: half a year at 900 a year."""
    await stand.buy(await stand.plan(MONTHLY, 30_000, 30, daily=50))
    await stand.buy(await stand.plan(MONTHLY, 30_000, 30, daily=50))
    pass_days(stand, 15)
    await stand.buy(await stand.plan(YEARLY, 90_000, 360, daily=500))
    period = await current(stand)
    assert period.plan == YEARLY
    assert period.ends_at_ms - stand.books.env.now_ms() == (360 + 180) * DAY_MS
    assert period.worth_kopecks == 135_000
    assert (await caller(stand)).plan.daily_requests == 500
    states = [one.state for one in await stand.shop.account_periods(stand.books.account, 9)]
    assert states == [PeriodState.OPEN, PeriodState.TURNED, PeriodState.TURNED]


async def test_a_refund_cuts_the_time_that_it_had_bought(stand: ShopStand) -> None:
    """A third of the money, a third of the time; all of it ends the period now."""
    payment = await stand.buy(await stand.plan(MONTHLY, 30_000, 30))
    pass_days(stand, 5)
    await stand.cashier.refund(payment.id, 10_000, "part", "operator")
    assert (await current(stand)).ends_at_ms == payment.created_at_ms + 20 * DAY_MS
    await stand.cashier.refund(payment.id, 20_000, "all", "operator")
    assert (await current(stand)).ends_at_ms == stand.books.env.now_ms()
    assert await sweep(stand) == 1
    assert (await caller(stand)).plan.name == "Plan"


async def test_a_refund_of_a_plan_that_became_another_cuts_that_one(stand: ShopStand) -> None:
    """By its worth; a period that waits behind it moves up."""
    monthly = await stand.buy(await stand.plan(MONTHLY, 30_000, 30))
    await stand.buy(await stand.plan(YEARLY, 90_000, 360))
    await stand.buy(await stand.plan(YEARLY, 90_000, 360))
    assert (await current(stand)).ends_at_ms == stand.books.env.now_ms() + 480 * DAY_MS
    await stand.cashier.refund(monthly.id, 30_000, "all of it", "operator")
    waiting, open_now, _ = await stand.shop.account_periods(stand.books.account, 9)
    assert open_now.ends_at_ms == stand.books.env.now_ms() + 360 * DAY_MS
    assert (waiting.starts_at_ms, waiting.state) == (open_now.ends_at_ms, PeriodState.WAITING)


async def test_a_refund_of_what_waits_takes_it_away(stand: ShopStand) -> None:
    """The open period is left alone."""
    await stand.buy(await stand.plan(MONTHLY, 30_000, 30))
    second = await stand.buy(await stand.plan(MONTHLY, 30_000, 30))
    await stand.cashier.refund(second.id, 30_000, "one is enough", "operator")
    states = [one.state for one in await stand.shop.account_periods(stand.books.account, 9)]
    assert states == [PeriodState.ENDED, PeriodState.OPEN]
    pass_days(stand, 30)
    await sweep(stand)
    assert (await caller(stand)).plan.name == "Plan"


async def test_the_operators_word_stands_beside_a_period(stand: ShopStand) -> None:
    """Put on another plan, an account stays there when its period ends; put back, it has what it bought."""
    store = stand.books.store
    await stand.buy(await stand.plan(MONTHLY, daily=50))
    await store.save_plan(plan("Guest", 7))
    await store.set_account_plan(stand.books.account, "Guest")
    assert (await caller(stand)).plan.daily_requests == 7
    await store.save_plan(plan(MONTHLY, 5, price_kopecks=30_000))
    await store.set_account_plan(stand.books.account, MONTHLY)
    assert (await caller(stand)).plan.daily_requests == 50
    await store.set_account_plan(stand.books.account, "Guest")
    pass_days(stand, 30)
    assert await sweep(stand) == 1
    assert (await caller(stand)).plan.name == "Guest"


async def test_a_code_of_a_plan_is_a_period(stand: ShopStand) -> None:
    """Behind the same plan, and worth what the list says should it become another."""
    books = stand.books
    await stand.buy(await stand.plan(MONTHLY, 30_000, 30))
    terms = await stand.shop.plan_terms(MONTHLY)
    assert terms is not None
    goods = Goods(
        title=MONTHLY, plan_id=terms.plan_id, version_id=terms.version_id, period_days=terms.period_days
    )
    made = await make_codes(books.store, books.env, b"s", CodeOrder(goods=goods, count=1, by="x"))
    taken = await redeem_code(books.store, books.env, b"s", books.account, made.codes[0])
    assert isinstance(taken, Redemption)
    waiting, running = await stand.shop.account_periods(books.account, 9)
    assert (waiting.state, running.state) == (PeriodState.WAITING, PeriodState.OPEN)
    assert waiting.worth_kopecks == 30_000
    assert [one.goods.title for one in await stand.shop.account_redemptions(books.account, 9)] == [MONTHLY]


async def test_time_without_a_price_waits_for_what_has_one(stand: ShopStand) -> None:
    """A gift cannot be measured in money: it is there when the paid time is over."""
    books = stand.books
    await books.store.save_plan(plan("Gift", 9))
    terms = await stand.shop.plan_terms("Gift")
    assert terms is not None
    goods = Goods(title="Gift", plan_id=terms.plan_id, version_id=terms.version_id, period_days=10)
    made = await make_codes(books.store, books.env, b"s", CodeOrder(goods=goods, count=2, by="x"))
    await redeem_code(books.store, books.env, b"s", books.account, made.codes[0])
    pass_days(stand, 4)
    await stand.buy(await stand.plan(MONTHLY, 30_000, 30))
    await redeem_code(books.store, books.env, b"s", books.account, made.codes[1])
    assert (await current(stand)).plan == MONTHLY
    for days, name in ((30, "Gift"), (6, "Gift"), (10, "Plan")):
        pass_days(stand, days)
        assert await sweep(stand) == 1
        assert (await caller(stand)).plan.name == name


async def test_plans_bought_at_once_are_all_there(stand: ShopStand) -> None:
    """Twenty orders of two plans, paid in the same moment: their worth is the account's."""
    orders = [await stand.plan(MONTHLY if n % 2 else YEARLY, 36_000, 30 if n % 2 else 360) for n in range(20)]
    payments = [await stand.begin(order) for order in orders]
    paid = {
        reference: msgspec.structs.replace(one, state="paid")
        for reference, one in stand.provider.payments.items()
    }
    stand.provider.payments = paid
    async with create_task_group() as tasks:
        for payment in payments:
            tasks.start_soon(stand.notify, payment)
    periods = await stand.shop.account_periods(stand.books.account, 99)
    ahead = [one for one in periods if one.state in {PeriodState.OPEN, PeriodState.WAITING}]
    assert sum(one.worth_kopecks for one in ahead) == 20 * 36_000


async def test_who_is_about_to_lose_a_plan_is_known(stand: ShopStand) -> None:
    """Unless a further period waits."""
    now_ms = stand.books.env.now_ms()
    await stand.buy(await stand.plan(MONTHLY))
    (ending,) = await stand.shop.periods_ending(now_ms, now_ms + 30 * DAY_MS, 9)
    assert ending.account_id == stand.books.account
    assert await stand.shop.periods_ending(now_ms, now_ms + 29 * DAY_MS, 9) == []
    await stand.buy(await stand.plan(MONTHLY))
    assert await stand.shop.periods_ending(now_ms, now_ms + 30 * DAY_MS, 9) == []
