"""The official clients of YooKassa and Stripe find the fake to be what they were written for."""

from collections.abc import Iterator

import pytest
import stripe
import yookassa  # type: ignore[import-untyped]
from yookassa.domain.exceptions import BadRequestError, NotFoundError, UnauthorizedError  # type: ignore[import-untyped]
from yookassa.domain.notification import WebhookNotificationFactory  # type: ignore[import-untyped]

from slovomat.testing.fakepay import FakePay, Fault, State
from tests.wire.fakepay_listener import ListeningShop

ASKED = {
    "amount": {"value": "199.00", "currency": "RUB"},
    "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1/back"},
    "capture": True,
    "description": "100 запросов",
    "metadata": {"payment": "17"},
}


@pytest.fixture(scope="module")
def shop() -> Iterator[ListeningShop]:
    """Who is told."""
    with ListeningShop() as shop:
        yield shop


@pytest.fixture(scope="module")
def fake(shop: ListeningShop) -> Iterator[FakePay]:
    """The providers, with the clients pointed at them."""
    with FakePay(notify_url=shop.notify_url) as fake:
        configure(fake, fake.shop("yookassa").secret_key)
        stripe.api_base, stripe.max_network_retries = fake.url("stripe"), 0
        stripe.api_key = fake.shop("stripe").secret_key
        yield fake


@pytest.fixture(autouse=True)
def nothing_happened_yet(fake: FakePay) -> None:
    """Each test begins with no payments."""
    fake.clear()


def configure(fake: FakePay, secret: str) -> None:
    """Points YooKassa's client."""
    yookassa.Configuration.configure("100500", secret, api_url=f"{fake.url('yookassa')}/v3")


def session(**more: object) -> stripe.checkout.Session:
    """A session of Stripe, begun by its client."""
    price = {"currency": "rub", "unit_amount": 9950, "product_data": {"name": "100 запросов"}}
    asked = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 2}],
        "success_url": "http://127.0.0.1/back?id={CHECKOUT_SESSION_ID}",
        "client_reference_id": "18",
        "payment_intent_data": {"metadata": {"payment": "18"}},
    }
    return stripe.checkout.Session.create(**(asked | more))  # type: ignore[arg-type]


def test_yookassa_pays_and_gives_back(fake: FakePay, shop: ListeningShop) -> None:
    """Created, paid, told, asked, given back in two parts, by its own client all the way."""
    payment = yookassa.Payment.create(ASKED, "key-pays")
    assert (payment.status, payment.paid, payment.test) == ("pending", False, True)
    assert payment.confirmation.confirmation_url.startswith(fake.address)
    fake.pay(payment.id)
    (sent,) = fake.deliver()
    told = WebhookNotificationFactory().create(shop.json())
    assert (sent.accepted, told.event, told.object.id) == (True, "payment.succeeded", payment.id)
    asked = yookassa.Payment.find_one(payment.id)
    assert (asked.status, asked.amount.value, asked.recipient.account_id) == ("succeeded", 199, "100500")
    for number, value in enumerate(("50.00", "149.00")):
        money = {"value": value, "currency": "RUB"}
        refund = yookassa.Refund.create({"payment_id": payment.id, "amount": money}, f"back-{number}")
        assert yookassa.Refund.find_one(refund.id).status == "succeeded"
    assert yookassa.Payment.find_one(payment.id).refunded_amount.value == 199
    assert [one.event for one in fake.deliver()] == ["refund.succeeded"] * 2


def test_yookassa_answers_a_repeated_key_with_the_first_payment(fake: FakePay) -> None:
    """One key, one payment; another key, another."""
    names = [yookassa.Payment.create(ASKED, key).id for key in ("same", "same", "other")]
    assert names[0] == names[1] != names[2]


def test_yookassa_holds_and_captures(fake: FakePay) -> None:
    """Two stages, and the cancelling of the second."""
    taken, given_up = (yookassa.Payment.create(ASKED | {"capture": False}, key) for key in ("t", "g"))
    for one in (taken, given_up):
        fake.pay(one.id)
    assert yookassa.Payment.capture(taken.id, idempotency_key="t2").status == "succeeded"
    cancelled = yookassa.Payment.cancel(given_up.id, "g2")
    assert (cancelled.status, cancelled.cancellation_details.party) == ("canceled", "merchant")
    assert [one.id for one in yookassa.Payment.list({"status": "canceled"}).items] == [given_up.id]


def test_yookassa_takes_a_closing_receipt(fake: FakePay) -> None:
    """After a prepayment."""
    payment = yookassa.Payment.create(ASKED, "with-receipt")
    fake.pay(payment.id)
    money = {"value": "199.00", "currency": "RUB"}
    item = {"description": "100 запросов", "quantity": "1.000", "amount": money, "vat_code": 1}
    item |= {"payment_mode": "full_payment", "payment_subject": "service"}
    settlement = {"type": "prepayment", "amount": money}
    asked = {"type": "payment", "payment_id": payment.id, "send": True, "items": [item]}
    asked |= {"settlements": [settlement], "customer": {"email": "a@example.com"}}
    receipt = yookassa.Receipt.create(asked, "receipt")
    assert yookassa.Receipt.find_one(receipt.id).status == "succeeded"


def test_yookassa_refuses_as_the_client_expects(fake: FakePay) -> None:
    """A wrong secret, an unknown payment, more than was paid."""
    with pytest.raises(NotFoundError):
        yookassa.Payment.find_one("0" * 36)
    payment = yookassa.Payment.create(ASKED, "refused")
    with pytest.raises(BadRequestError):
        yookassa.Refund.create({"payment_id": payment.id, "amount": ASKED["amount"]}, "too-early")
    configure(fake, "test_another")
    with pytest.raises(UnauthorizedError):
        yookassa.Payment.find_one(payment.id)
    configure(fake, fake.shop("yookassa").secret_key)


def test_stripe_pays_and_gives_back(fake: FakePay, shop: ListeningShop) -> None:
    """Created, paid, told with a signature that its client proves, asked, given back."""
    begun = session()
    assert (begun.status, begun.payment_status, begun.payment_intent) == ("open", "unpaid", None)
    assert begun.amount_total == 19900
    fake.pay(begun.id)
    assert [one.accepted for one in fake.deliver()] == [True]
    headers, body = shop.heard[-1]
    event = stripe.Webhook.construct_event(body, headers["stripe-signature"], "whsec_slovomat")
    assert (event.type, event.data.object.id) == ("checkout.session.completed", begun.id)
    asked = stripe.checkout.Session.retrieve(begun.id, expand=["payment_intent.latest_charge"])
    intent = asked.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (asked.payment_status, intent.amount_received, intent.latest_charge.amount) == (
        "paid",
        19900,
        19900,
    )
    refund = stripe.Refund.create(payment_intent=intent.id, amount=9900)
    assert refund.status == "succeeded"
    again = stripe.PaymentIntent.retrieve(intent.id, expand=["latest_charge"])
    assert again.latest_charge.amount_refunded == 9900  # type: ignore[union-attr]
    found = stripe.checkout.Session.list(payment_intent=intent.id)
    assert [one.id for one in found.data] == [begun.id]


@pytest.mark.parametrize("fault", [Fault.FORGED, Fault.OLD])
def test_the_client_of_stripe_disproves_a_bad_signature(
    fake: FakePay, shop: ListeningShop, fault: Fault
) -> None:
    """Forged, or ten minutes old."""
    begun = session()
    fake.faults.on("stripe", begun.id, fault)
    fake.pay(begun.id)
    fake.deliver()
    headers, body = shop.heard[-1]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["stripe-signature"], "whsec_slovomat")


def test_stripe_refuses_as_its_client_expects(fake: FakePay) -> None:
    """An unknown session, a wrong key, another question under the same key."""
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        stripe.checkout.Session.retrieve("cs_test_none")
    assert unknown.value.code == "resource_missing"
    with pytest.raises(stripe.AuthenticationError):
        stripe.checkout.Session.retrieve("cs_test_none", api_key="sk_test_wrong")
    first = session(idempotency_key="k")
    assert session(idempotency_key="k").id == first.id
    with pytest.raises(stripe.IdempotencyError):
        session(idempotency_key="k", client_reference_id="another")


def test_stripe_expires_a_session(fake: FakePay) -> None:
    """Nobody can pay it then."""
    begun = session()
    assert stripe.checkout.Session.expire(begun.id).status == "expired"
    assert fake.payment(begun.id).state is State.CANCELLED
