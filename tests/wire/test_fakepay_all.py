"""Every fake provider goes through a payment's life over HTTP, well and badly."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from slovomat.testing.fakepay import FakePay, Fault, State
from slovomat.testing.fakepay.payments import NotPossibleError
from slovomat.testing.fakepay.provider import kinds
from slovomat.testing.fakepay.providers import cloudpayments
from tests.wire.fakepay_buyers import BACK, BUYERS, Buyer, CloudPayments, Seen, TKassa
from tests.wire.fakepay_listener import ListeningShop

REFERENCE = "1017"
GIVEN_BACK = {
    "yookassa": ("succeeded", "199.00"),
    "tkassa": ("REFUNDED", ""),
    "robokassa": ("60", ""),
    "cloudpayments": ("Completed", "True"),
    "stripe": ("paid", "19900"),
}


@pytest.fixture(scope="module")
def shop() -> Iterator[ListeningShop]:
    """Who is told, and answers each as it likes."""
    with ListeningShop() as shop:
        for kind in BUYERS:
            shop.answers[kind.name] = (200, kind.content)
        shop.answers["robokassa"] = (200, f"OK{REFERENCE}".encode())
        yield shop


@pytest.fixture(scope="module")
def house(shop: ListeningShop) -> Iterator[FakePay]:
    """The providers."""
    with FakePay(notify_url=shop.notify_url, return_url=BACK) as fake:
        yield fake


@pytest.fixture
def fake(house: FakePay, shop: ListeningShop) -> FakePay:
    """The same, with nothing in them."""
    house.clear()
    shop.heard.clear()
    return house


@pytest.fixture(params=BUYERS, ids=lambda kind: kind.name)
def buyer(request: pytest.FixtureRequest, fake: FakePay) -> Buyer:
    """A client of each."""
    made: Buyer = request.param(fake)
    return made


def press(page: str, button: str) -> requests.Response:
    """What a browser does without JavaScript."""
    return requests.post(page, {"do": button}, timeout=5, allow_redirects=False)


def test_there_is_a_client_for_every_provider() -> None:
    """Who adds a provider adds a witness."""
    assert {kind.name for kind in BUYERS} == kinds().keys()


def test_a_payment_lives_from_its_page_to_its_refund(buyer: Buyer, shop: ListeningShop) -> None:
    """Begun, paid on its page, told, asked, given back."""
    page = buyer.begin(REFERENCE)
    assert buyer.ask() != buyer.paid
    back = press(page, "pay")
    assert (back.status_code, back.headers["Location"].split("?")[0]) == (303, BACK)
    assert shop.heard == []
    sent = buyer.fake.deliver()
    assert ([one.event for one in sent], all(one.accepted for one in sent)) == (buyer.events, True)
    assert buyer.ask() == buyer.paid
    buyer.give_back()
    seen = buyer.ask()
    assert (seen.state, seen.given_back) == GIVEN_BACK[buyer.name]
    assert buyer.fake.payment(REFERENCE).refunded_kopecks == 19900


def test_a_buyer_may_think_better_of_it(buyer: Buyer) -> None:
    """Cancelled on its page, and not to be paid after."""
    page = buyer.begin(REFERENCE)
    assert press(page, "cancel").status_code == 303
    assert buyer.fake.payment(REFERENCE).state is State.CANCELLED
    with pytest.raises(NotPossibleError):
        buyer.fake.pay(REFERENCE)
    assert buyer.ask() != buyer.paid


def test_money_can_go_back_from_the_providers_cabinet(buyer: Buyer) -> None:
    """In parts, and never more than was paid."""
    buyer.begin(REFERENCE)
    buyer.fake.pay(REFERENCE)
    buyer.fake.refund(REFERENCE, 5000)
    buyer.fake.refund(REFERENCE)
    with pytest.raises(NotPossibleError):
        buyer.fake.refund(REFERENCE, 1)
    assert [one.amount_kopecks for one in buyer.fake.payment(REFERENCE).refunds] == [5000, 14900]


def test_what_is_not_answered_right_is_sent_again(buyer: Buyer, shop: ListeningShop) -> None:
    """It stays in line until then, and goes only when it is told to."""
    buyer.begin(REFERENCE)
    buyer.fake.pay(REFERENCE)
    right, shop.answers[buyer.name] = shop.answers[buyer.name], (500, b"not now")
    try:
        assert [one.accepted for one in buyer.fake.deliver()] == [False] * len(buyer.events)
    finally:
        shop.answers[buyer.name] = right
    assert [one.accepted for one in buyer.fake.deliver()] == [True] * len(buyer.events)
    assert buyer.fake.deliver() == []


def test_notifications_come_twice_or_never(buyer: Buyer) -> None:
    """As the fault says."""
    buyer.begin(REFERENCE)
    payment = buyer.fake.payment(REFERENCE)
    buyer.fake.faults.on(buyer.name, payment.id, Fault.DOUBLED)
    buyer.fake.pay(REFERENCE)
    assert [one.event for one in buyer.fake.deliver()] == [name for name in buyer.events for _ in range(2)]
    buyer.fake.faults.on(buyer.name, payment.id, Fault.LOST)
    buyer.fake.refund(REFERENCE)
    assert buyer.fake.deliver() == buyer.fake.deliver() == []


def test_notifications_come_in_the_wrong_order(fake: FakePay) -> None:
    """The refund before the payment."""
    TKassa(fake).begin(REFERENCE)
    fake.faults.on("tkassa", fake.payment(REFERENCE).id, Fault.REVERSED)
    fake.pay(REFERENCE)
    fake.refund(REFERENCE)
    assert [one.event for one in fake.deliver()] == ["REFUNDED", "CONFIRMED", "AUTHORIZED"]


@pytest.mark.parametrize("fault", [Fault.WRONG_AMOUNT, Fault.OTHER_SHOP, Fault.OTHER_CURRENCY, Fault.TEST])
def test_a_payment_can_be_told_of_falsely(buyer: Buyer, fault: Fault) -> None:
    """Another sum, shop or currency, or a test: in what is told and in what is answered."""
    silent = {("tkassa", Fault.OTHER_CURRENCY), ("robokassa", Fault.TEST)}
    buyer.begin(REFERENCE)
    buyer.fake.pay(REFERENCE)
    buyer.fake.faults.on(buyer.name, buyer.fake.payment(REFERENCE).id, fault)
    assert (buyer.ask() == buyer.paid) == ((buyer.name, fault) in silent)
    buyer.fake.faults.clear()
    assert buyer.ask() == buyer.paid


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.CUT])
def test_an_answer_can_get_lost_after_the_effect(buyer: Buyer, fault: Fault) -> None:
    """The caller hears nothing, and the payment is begun."""
    buyer.patience_s = 0.3
    buyer.fake.faults.next_call(fault, buyer.name)
    with pytest.raises(requests.RequestException):
        buyer.begin(REFERENCE)
    assert buyer.fake.payment(REFERENCE).state is State.PENDING
    buyer.begin(REFERENCE)


def test_an_answer_can_be_nonsense(buyer: Buyer) -> None:
    """500 with or without an effect, and junk."""
    for fault, begun in ((Fault.ERROR, 0), (Fault.ERROR_AFTER, 1), (Fault.JUNK, 2)):
        buyer.fake.faults.next_call(fault)
        with pytest.raises((requests.RequestException, KeyError)):
            buyer.begin(f"{REFERENCE}{begun}")
        assert len(buyer.fake.payments) == begun


def test_a_payments_own_faults_last_until_they_are_switched_off(buyer: Buyer) -> None:
    """Each question about it goes wrong; about others, none."""
    buyer.begin(REFERENCE)
    buyer.fake.pay(REFERENCE)
    payment = buyer.fake.payment(REFERENCE)
    buyer.fake.faults.on(buyer.name, payment.id, Fault.CUT)
    for _ in range(2):
        with pytest.raises(requests.RequestException):
            buyer.ask()
    type(buyer)(buyer.fake).begin("2034")
    buyer.fake.faults.off(buyer.name, payment.id)
    assert buyer.ask() == buyer.paid


def test_a_stranger_is_turned_away(buyer: Buyer) -> None:
    """Each in its provider's own way; nothing is begun."""
    with FakePay(shops={buyer.name: type(buyer.fake.shop(buyer.name))(*["another"] * 2)}) as other:
        stranger = type(buyer)(other)
        with pytest.raises((requests.RequestException, KeyError)):
            stranger.begin(REFERENCE)
        assert other.payments == []


def test_cloudpayments_asks_the_shop_first(shop: ListeningShop) -> None:
    """Where its cabinet says so: a no leaves the payment unpaid."""
    asking = {"cloudpayments": cloudpayments.Shop(asks_first=True)}
    with FakePay(notify_url=shop.notify_url.replace("notify", "{event}"), shops=asking) as fake:
        CloudPayments(fake).begin(REFERENCE)
        shop.answers["cloudpayments"] = (200, b'{"code":13}')
        with pytest.raises(NotPossibleError):
            fake.pay(REFERENCE)
        shop.answers["cloudpayments"] = (200, b'{"code":0}')
        fake.pay(REFERENCE)
        fake.deliver()
        assert [one.event for one in fake.sent] == ["check", "check", "pay"]
        assert shop.paths[-3:] == ["/pay/cloudpayments/check"] * 2 + ["/pay/cloudpayments/pay"]


def test_another_process_has_the_same_levers(buyer: Buyer) -> None:
    """Over HTTP, in JSON."""

    def pull(lever: str, **order: object) -> requests.Response:
        return requests.post(f"{buyer.fake.address}/control/{lever}", json=order, timeout=5)

    buyer.begin(REFERENCE)
    assert pull("pay", payment=REFERENCE).json()["state"] == "paid"
    assert pull("pay", payment=REFERENCE).status_code == 400
    assert pull("pay", payment="nobody's").status_code == 404
    assert pull("faults", fault="wrong_amount", payment=REFERENCE).status_code == 200
    assert buyer.ask() != buyer.paid
    pull("faults", fault="wrong_amount", payment=REFERENCE, off=True)
    assert buyer.ask() == buyer.paid
    assert pull("faults", fault="wrong_amount", at="next_call").status_code == 400
    assert [one["event"] for one in pull("deliver").json()] == buyer.events
    assert pull("refund", payment=REFERENCE, amount_kopecks=100).json()["refunded_kopecks"] == 100
    listed = requests.get(f"{buyer.fake.address}/control/payments", timeout=5).json()
    assert [one["reference"] for one in listed] == [REFERENCE]
    assert pull("clear").status_code == 200
    assert requests.get(f"{buyer.fake.address}/control/sent", timeout=5).json() == []


def test_the_checkout_page_is_plain_and_strict(buyer: Buyer) -> None:
    """No script, nothing from elsewhere, both languages; the form may lead back to the shop."""
    page = buyer.begin(REFERENCE)
    texts = [requests.get(page, params={"lang": name}, timeout=5) for name in ("ru", "en")]
    for text, word, lang in zip(texts, ("Оплатить", ">Pay<"), ("ru", "en"), strict=True):
        assert word in text.text
        assert f'<html lang="{lang}">' in text.text
        assert not any(bad in text.text for bad in ("<script", "style=", "onclick", "https://"))
        policy = text.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "form-action 'self' http://127.0.0.1:9" in policy
    assert requests.get(f"{buyer.fake.address}/fakepay.css", timeout=5).status_code == 200


def test_the_cabinet_gives_back_and_sets_faults(buyer: Buyer) -> None:
    """By its forms."""
    buyer.begin(REFERENCE)
    buyer.fake.pay(REFERENCE)
    payment = buyer.fake.payment(REFERENCE)
    at = f"{buyer.fake.address}/cabinet/{buyer.name}/{payment.id}"
    requests.post(f"{at}/refund", {"amount": "50,00"}, timeout=5)
    requests.post(f"{at}/faults", {"fault": ["lost", "cut"]}, timeout=5)
    assert payment.refunded_kopecks == 5000
    assert buyer.fake.faults.of(buyer.name, payment.id) == {Fault.LOST, Fault.CUT}
    assert requests.post(f"{at}/refund", {"amount": "500"}, timeout=5).status_code == 400
    assert payment.id in requests.get(buyer.fake.address, timeout=5).text


def test_notifications_go_to_this_machine_only(buyer: Buyer) -> None:
    """Whatever the cabinet or the payment says."""
    buyer.begin(REFERENCE)
    payment = buyer.fake.payment(REFERENCE)
    buyer.fake.pay(REFERENCE)
    notice = buyer.fake.pending[0]
    notice.payment.notify_url = "http://192.0.2.1/notify"
    before, buyer.fake.house.desk.notify_url = buyer.fake.house.desk.notify_url, "http://192.0.2.1/notify"
    try:
        assert {one.status for one in buyer.fake.deliver()[:1]} == {None}
    finally:
        buyer.fake.house.desk.notify_url = before
    assert payment.state is State.PAID


def test_it_runs_by_itself() -> None:
    """`python -m slovomat.testing.fakepay` says where it listens."""
    command = [sys.executable, "-m", "slovomat.testing.fakepay", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            assert "Платежей пока нет" in requests.get(address, timeout=5).text
        finally:
            process.terminate()


def test_nothing_is_seen_of_an_unpaid_order(fake: FakePay) -> None:
    """CloudPayments knows no transaction before the buyer pays."""
    buyer = CloudPayments(fake)
    buyer.begin(REFERENCE)
    assert buyer.ask() == Seen("none", "")
