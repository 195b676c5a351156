"""A pack bought over HTTP through each provider: its page, its notices, the balance, the way back."""

import re
from collections.abc import Iterator

import pytest
import requests

from slovomat.ports.payments import ProviderState
from slovomat.testing.fakepay import Fault
from tests.wire.checkout_stand import NAMES, Shop, shop_with_all
from tests.wire.deadline import until


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with all five providers."""
    with shop_with_all(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.mark.parametrize("provider", NAMES)
def test_bought_through_each_provider(shop: Shop, provider: str) -> None:
    """Ordered, paid on the provider's page, told of twice, credited once; the page leads on; a receipt."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.fake.faults.on(provider, there.id, Fault.DOUBLED)
    assert shop.grants(buyer) == []
    page = requests.post(f"{shop.fake.address}/checkout/{provider}/{there.id}", {"do": "pay"}, timeout=9)
    back = page.history[0].headers["Location"]
    assert all(one.accepted for one in shop.fake.deliver())
    assert shop.grants(buyer) == [500]
    shown = buyer.get(back)
    assert shown.url == f"{shop.url}/orders/{order}?back=1"
    assert "Оплачено" in shown.text
    assert 'href="/keys"' in shown.text
    listed = buyer.get("/topup").text
    assert re.search(r"оплачен\b", listed)
    letters = shop.service.data / "letters"

    def receipt() -> bool:
        return any(f"/orders/{order}" in one.read_text() for one in letters.glob("*.eml"))

    assert until(receipt, 10, "the receipt")


@pytest.mark.parametrize("provider", NAMES)
def test_given_back_in_the_providers_own_cabinet(shop: Shop, provider: str) -> None:
    """The requests go with the money; the buyer sees why."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.fake.pay(there.id)
    shop.fake.deliver()
    assert shop.left(buyer) == 500
    shop.fake.refund(there.id)
    shop.fake.deliver()
    if provider == "robokassa":  # it tells of no refund: somebody has to ask
        shop.check(order)
    assert shop.left(buyer) == 0
    assert shop.payments(order)[-1].state is ProviderState.REFUNDED
    assert "Деньги возвращены" in buyer.get(f"/orders/{order}").text
    assert "возвращено" in buyer.get("/topup").text


@pytest.mark.parametrize("provider", NAMES)
def test_notices_in_reverse_and_late(shop: Shop, provider: str) -> None:
    """Whatever comes first or after the refund, what counts is how the payment stands."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.fake.faults.on(provider, there.id, Fault.REVERSED)
    shop.fake.pay(there.id)
    late = shop.notice(there)
    shop.fake.deliver()
    shop.fake.refund(there.id)
    shop.fake.deliver()
    shop.check(order)
    assert shop.tell(late, provider).status_code == 200
    assert (shop.grants(buyer), shop.left(buyer)) == ([500], 0)


@pytest.mark.parametrize("provider", NAMES)
def test_a_lost_notice_is_made_up_for_when_the_buyer_is_back(shop: Shop, provider: str) -> None:
    """The way back proves nothing, but has the provider asked."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.fake.faults.on(provider, there.id, Fault.LOST)
    waits = buyer.get(f"/pay/{provider}/return?order={order}")
    assert "Ждём подтверждения" in waits.text
    assert 'hx-trigger="every' in waits.text
    assert shop.grants(buyer) == []
    shop.fake.pay(there.id)
    assert shop.fake.deliver() == []
    assert "Оплачено" in buyer.get(f"/orders/{order}?back=1").text
    assert shop.grants(buyer) == [500]


def test_a_lost_notice_is_made_up_for_when_nobody_is_back(shop: Shop) -> None:
    """The reconciler asks for all that is due."""
    buyer = shop.buyer()
    for provider in NAMES:
        order, there = buyer.buys(provider)
        shop.fake.pay(there.id)
        shop.ask_now(order)
    shop.fake.pending.clear()
    shop.service.command("payments", "reconcile")
    assert shop.grants(buyer) == [500] * 5


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.CUT, Fault.ERROR, Fault.ERROR_AFTER, Fault.JUNK])
def test_a_provider_that_fails_at_the_beginning_is_told_of_and_tried_again(shop: Shop, fault: Fault) -> None:
    """The page says that nothing was charged; the next click begins one payment, not two."""
    for provider in ("yookassa", "tkassa", "cloudpayments", "stripe"):
        buyer = shop.buyer()
        order = buyer.order()
        shop.fake.faults.next_call(fault, provider)
        failed = buyer.post(f"/orders/{order}/pay", provider=provider)
        assert failed.status_code in {200, 502, 503}, failed.text
        if failed.status_code != 200:
            assert "Деньги не списаны" in failed.text
        there = buyer.begin(order, provider)
        shop.fake.pay(there.id)
        shop.fake.deliver()
        assert shop.grants(buyer) == [500]


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.ERROR, Fault.JUNK])
@pytest.mark.parametrize("provider", NAMES)
def test_a_provider_that_cannot_be_asked_tells_again(shop: Shop, provider: str, fault: Fault) -> None:
    """Its notice is not accepted until its own word was heard."""
    buyer = shop.buyer()
    _, there = buyer.buys(provider)
    shop.fake.pay(there.id)
    shop.fake.faults.next_call(fault, provider)
    shop.fake.deliver()
    again = shop.fake.deliver()
    assert all(one.accepted for one in again)
    assert again
    assert shop.grants(buyer) == [500]


def test_two_ways_begun_and_both_paid(shop: Shop) -> None:
    """Given once; the second payment waits for its refund, with its reason."""
    buyer = shop.buyer()
    order = buyer.order()
    begun = [buyer.begin(order, provider).id for provider in ("yookassa", "stripe")]
    for there in begun:
        shop.fake.pay(there)
    shop.fake.deliver()
    assert shop.grants(buyer) == [500]
    assert sorted(one.problem for one in shop.payments(order)) == ["", "paid_twice"]
    assert buyer.post(f"/orders/{order}/pay", provider="stripe").status_code == 409


def test_a_buyer_who_turns_back(shop: Shop) -> None:
    """The payment is cancelled there: the order says so, and nothing was given."""
    buyer = shop.buyer()
    order, there = buyer.buys("yookassa")
    shop.fake.cancel(there.id)
    shop.fake.deliver()
    assert "Заказ отменён" in buyer.get(f"/orders/{order}").text
    assert shop.grants(buyer) == []


def test_anothers_order_does_not_exist(shop: Shop) -> None:
    """Not to look at, not to pay, not on the way back."""
    order = shop.buyer().order()
    stranger = shop.buyer()
    for path in (f"/orders/{order}", f"/pay/stripe/return?order={order}", "/orders/999999"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/orders/{order}/pay", provider="stripe").status_code == 404
    assert shop.payments(order) == []


def test_a_stranger_signs_in_first_and_finds_the_offer_again(shop: Shop) -> None:
    """And a price that is typed into the form changes nothing."""
    form = {"offer": shop.offer, "amount": "1", "price_kopecks": "1", "requests": "999999"}
    answer = requests.post(f"{shop.url}/buy", form, timeout=9, allow_redirects=False)
    assert answer.headers["Location"].startswith("/sign-in?next=/buy%3Foffer%3Dpack%253A")
    buyer = shop.buyer()
    order = int(buyer.post("/buy", **form).url.rsplit("/", 1)[1])
    assert "199" in buyer.get(f"/buy?offer={shop.offer}").text
    buyer.begin(order, "stripe")
    assert shop.payments(order)[0].amount_kopecks == 19_900
    for offer in ("pack:0", "pack:-1", "pack:x", "plan:1e3", "", "pack:" + "9" * 30):
        assert buyer.post("/buy", offer=offer).status_code == 404
