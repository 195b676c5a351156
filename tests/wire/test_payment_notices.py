"""What anybody can send to the address of a provider's notices, and what it brings: nothing (A11, M8)."""

import gzip
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
import requests

from slovomat.ports.payments import ProviderState
from slovomat.testing.fakepay import Fault, State
from slovomat.testing.fakepay import Payment as ThereAtTheFake
from slovomat.testing.fakepay.notices import Outgoing
from slovomat.testing.fakepay.provider import kinds
from tests.wire.checkout_stand import NAMES, Shop, settings_for, shop_at, shop_with_all

AT_ONCE = 100
SIGNED = tuple(name for name in NAMES if name != "yookassa")
"""YooKassa signs nothing: what it tells is only ever a reason to ask."""
SECRETS = {
    "cloudpayments": "api_secret",
    "robokassa": "password2",
    "stripe": "webhook_secret",
    "tkassa": "password",
}
Change = Callable[[Shop, ThereAtTheFake], Outgoing]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with all five providers."""
    with shop_with_all(tmp_path_factory.mktemp("shop")) as running:
        yield running


def with_an_empty_secret(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """As somebody signs who hopes that the secret was never set."""
    house = shop.fake.house
    emptied = replace(house.providers[there.provider].shop, **{SECRETS[there.provider]: ""})
    return shop.notice(there, provider=kinds()[there.provider](house.desk, emptied))


def with_another_secret(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """A guess."""
    shop.fake.faults.on(there.provider, there.id, Fault.FORGED)
    notice = shop.notice(there)
    shop.fake.faults.off(there.provider, there.id)
    return notice


def of_another_payment(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """Rightly signed once, for one rouble less; the sum was changed on the way."""
    shop.fake.faults.on(there.provider, there.id, Fault.WRONG_AMOUNT)
    notice = shop.notice(there)
    shop.fake.faults.off(there.provider, there.id)
    return replace(notice, body=notice.body.replace(b"198", b"199").replace(b"19800", b"19900"))


def with_nothing_in_it(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """An empty body under the right headers."""
    return replace(shop.notice(there), body=b"")


def without_a_signature(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """The right words, and no proof."""
    notice = shop.notice(there)
    headers = {"Content-Type": notice.headers["Content-Type"]}
    body = notice.body.replace(b"SignatureValue", b"Nothing").replace(b'"Token"', b'"Nothing"')
    return replace(notice, body=body, headers=headers)


def with_an_empty_signature(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """The fields are there, and empty."""
    notice = without_a_signature(shop, there)
    empty = {"Stripe-Signature": "t=,v1=", "Content-HMAC": "", "X-Content-HMAC": ""}
    body = notice.body.replace(b"Nothing=", b"SignatureValue=&Nothing=")
    body = body.replace(b'"Nothing":', b'"Token":"","Nothing":')
    return replace(notice, body=body, headers={**notice.headers, **empty})


def in_another_form(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """Compressed, which no signature is of."""
    notice = shop.notice(there)
    packed = {**notice.headers, "Content-Encoding": "gzip"}
    return replace(notice, body=gzip.compress(notice.body), headers=packed)


def longer(shop: Shop, there: ThereAtTheFake) -> Outgoing:
    """With something more behind it."""
    notice = shop.notice(there)
    return replace(notice, body=notice.body + b"&OutSum=1&Token=1&Amount=1")


FORGERIES: tuple[Change, ...] = (
    with_an_empty_secret,
    with_another_secret,
    of_another_payment,
    with_nothing_in_it,
    without_a_signature,
    with_an_empty_signature,
    in_another_form,
    longer,
)


@pytest.mark.parametrize("forge", FORGERIES)
@pytest.mark.parametrize("provider", SIGNED)
def test_what_is_not_signed_rightly_is_refused(shop: Shop, provider: str, forge: Change) -> None:
    """Even where the payment really was paid: in plain words, which say nothing about why."""
    buyer = shop.buyer()
    _, there = buyer.buys(provider)
    notice = forge(shop, there)
    shop.fake.pay(there.id)
    shop.fake.pending.clear()
    answer = shop.tell(notice, provider)
    assert (answer.status_code, answer.text) == (403, "not accepted")
    assert shop.grants(buyer) == []


@pytest.mark.parametrize("provider", NAMES)
def test_a_notice_of_what_was_not_paid_brings_nothing(shop: Shop, provider: str) -> None:
    """Signed as it should be, and untrue: the provider is asked."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.tell(shop.notice(there), provider)
    assert shop.grants(buyer) == []
    assert shop.payments(order)[-1].state is ProviderState.PENDING


WRONGS = (Fault.WRONG_AMOUNT, Fault.OTHER_CURRENCY, Fault.OTHER_SHOP, Fault.TEST)
UNSAID = {("tkassa", Fault.OTHER_CURRENCY), ("robokassa", Fault.TEST)}
"""T-Kassa knows roubles alone; whether it was a test Robokassa says in the notice only (see below)."""
PROBLEMS = {"", *(f"{what}_differs" for what in ("amount", "currency", "shop", "test", "reference"))}


@pytest.mark.parametrize(
    ("provider", "fault"),
    [(name, fault) for name in NAMES for fault in WRONGS if (name, fault) not in UNSAID],
)
def test_money_that_is_not_what_was_asked_for_is_not_credited(
    shop: Shop, provider: str, fault: Fault
) -> None:
    """Another sum, currency, shop, or play money; an operator sees why, where the provider says so."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.fake.faults.on(provider, there.id, fault)
    shop.fake.pay(there.id)
    shop.fake.deliver()
    shop.fake.pending.clear()
    assert shop.grants(buyer) == []
    assert shop.problem(order) in PROBLEMS
    assert shop.payments(order)[-1].state is ProviderState.PENDING


def test_a_test_notice_of_robokassa_is_no_money_and_the_other_way_round(shop: Shop) -> None:
    """`IsTest` that is absent means real money, which a shop on trial does not take."""
    buyer = shop.buyer()
    _, there = buyer.buys("robokassa")
    shop.fake.faults.on("robokassa", there.id, Fault.TEST)
    shop.fake.pay(there.id)
    assert {one.status for one in shop.fake.deliver()} == {403}
    shop.fake.pending.clear()
    assert shop.grants(buyer) == []


def test_an_old_signature_is_refused(shop: Shop) -> None:
    """Stripe's says when it was made: five minutes are enough."""
    buyer = shop.buyer()
    _, there = buyer.buys("stripe")
    shop.fake.faults.on("stripe", there.id, Fault.OLD)
    shop.fake.pay(there.id)
    assert {one.status for one in shop.fake.deliver()} == {403}
    shop.fake.pending.clear()
    assert shop.grants(buyer) == []


@pytest.mark.parametrize("provider", NAMES)
def test_a_notice_at_another_providers_address_is_refused(shop: Shop, provider: str) -> None:
    """Each is read by its own rules."""
    buyer = shop.buyer()
    _, there = buyer.buys(provider)
    notice = shop.notice(there)
    shop.fake.pay(there.id)
    shop.fake.pending.clear()
    for other in NAMES:
        if other != provider:
            assert shop.tell(notice, other).status_code == 403
    assert shop.grants(buyer) == []


@pytest.mark.parametrize("provider", NAMES)
def test_a_replay_brings_nothing_more(shop: Shop, provider: str) -> None:
    """The same bytes again, later, and after the refund."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    shop.fake.pay(there.id)
    sent = shop.fake.deliver()
    for once in sent:
        again = requests.post(once.url, once.body, headers=dict(once.headers), timeout=9)
        assert again.status_code == once.status
    shop.fake.refund(there.id)
    shop.fake.deliver()
    shop.check(order)
    for once in sent:
        requests.post(once.url, once.body, headers=dict(once.headers), timeout=9)
    assert (shop.grants(buyer), shop.left(buyer)) == ([500], 0)


@pytest.mark.parametrize("provider", NAMES)
def test_one_payment_notified_a_hundred_times_at_once(shop: Shop, provider: str) -> None:
    """Credited once; each of the hundred hears what the provider wants to hear."""
    buyer = shop.buyer()
    _, there = buyer.buys(provider)
    notice = shop.notice(there)
    shop.fake.pay(there.id)
    shop.fake.pending.clear()
    with ThreadPoolExecutor(20) as senders:
        answers = list(senders.map(lambda _: shop.tell(notice, provider), range(AT_ONCE)))
    assert {one.status_code for one in answers} <= {200, 503}  # 503: the provider was too busy to be asked
    shop.tell(notice, provider)
    assert shop.grants(buyer) == [500]


@pytest.mark.parametrize("provider", NAMES)
def test_junk_is_refused_and_costs_nothing(shop: Shop, provider: str) -> None:
    """Bytes, deep JSON, a form without end, another method."""
    url = f"{shop.url}/pay/{provider}/notify"
    for body in (b"\xff\xfe\0", b"[" * 30_000, b"{}", b"null", b"a=" + b"%00" * 9_000, b"=&" * 20_000):
        for media_type in ("application/json", "application/x-www-form-urlencoded"):
            answer = requests.post(url, body, headers={"Content-Type": media_type}, timeout=9)
            assert answer.status_code == 403, body[:20]
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    with suppress(requests.ConnectionError):  # the rest of it is not waited for
        assert requests.post(url, b"x" * 70_000, timeout=9).status_code == 413
    assert requests.get(url, timeout=9).status_code == 403
    assert requests.put(url, b"{}", timeout=9).status_code in {403, 405}
    assert requests.post(f"{shop.url}/pay/nobody/notify", b"{}", timeout=9).status_code == 404


def test_only_a_providers_own_network_is_heard(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> None:
    """The peer's address counts; what it writes into `X-Forwarded-For` does not, unless a proxy is named."""
    told = {**settings_for(shop.fake, ("yookassa",)), "yookassa_networks": "192.0.2.0/24"}
    forwarded = {"X-Forwarded-For": "192.0.2.7"}
    for proxies, accepted in (("", False), ("127.0.0.1", True)):
        folder = tmp_path_factory.mktemp("shop")
        with shop_at(folder, shop.fake, **told, trusted_proxies=proxies) as fenced:
            buyer = fenced.buyer()
            _, there = buyer.buys("yookassa")
            shop.fake.pay(there.id)
            shop.fake.pending.clear()
            notice = fenced.notice(there)
            assert fenced.tell(notice, "yookassa").status_code == 403
            through = replace(notice, headers={**notice.headers, **forwarded})
            assert fenced.tell(through, "yookassa").status_code == (200 if accepted else 403)
            assert fenced.grants(buyer) == ([500] if accepted else [])
            for absent in ("stripe", "tkassa", "robokassa", "cloudpayments"):
                for way in ("notify", "return"):
                    gone = buyer.post if way == "notify" else buyer.get
                    assert gone(f"/pay/{absent}/{way}").status_code == 404
                assert f'value="{absent}"' not in buyer.get(f"/orders/{buyer.order()}").text
    assert there.state is State.PAID
