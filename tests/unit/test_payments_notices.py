"""Notifications: the right one is taken, and every forgery of it is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import pytest
import stripe as official_stripe
from tests.payments_stand import NAMES, SECRETS, THERE, adapters

from slovomat.payments.http import ProviderHTTP
from slovomat.payments.registry import all_kinds
from slovomat.payments.tkassa import token
from slovomat.ports.payments import ClosesReceipts, Notice, PaymentProvider

NOW_MS = 1_800_000_000_000


@dataclass(frozen=True)
class Arrived:
    """A notification as it arrives."""

    name: str
    body: bytes
    expected: Notice
    headers: dict[str, str] = field(default_factory=dict)
    address: str = THERE


def read(one: Arrived, **changed: object) -> Notice | None:
    """What its adapter makes of it."""
    return provider(one.name, **changed).read_notice(one.headers, one.body, one.address, NOW_MS)


def provider(name: str, **changed: object) -> PaymentProvider:
    """One adapter."""
    return adapters(ProviderHTTP(1), **changed)[name]


def yookassa(shop: str = "54401", event: str = "payment.succeeded", **of_object: object) -> Arrived:
    """As its documentation has it, shortened."""
    subject = {
        "id": "22d6d597-000f-5000-9000-145f6df21d6f",
        "status": "succeeded",
        "amount": {"value": "123.45", "currency": "RUB"},
        "recipient": {"account_id": shop, "gateway_id": "100700"},
        "metadata": {"reference": "17"},
        **of_object,
    }
    body = json.dumps({"type": "notification", "event": event, "object": subject}).encode()
    return Arrived("yookassa", body, Notice("22d6d597-000f-5000-9000-145f6df21d6f", "17"))


def tkassa(signed_with: str = "usaf8fw8fsw21g", **changed: object) -> Arrived:
    """With nested objects, which the Token leaves out."""
    told = {
        "TerminalKey": "MerchantTerminalKey",
        "OrderId": "17",
        "Success": True,
        "Status": "CONFIRMED",
        "PaymentId": 8742591,
        "ErrorCode": "0",
        "Amount": 12_345,
        "Pan": "430000******0777",
        **changed,
    }
    scalars = {name: str(value).lower() if value is True else str(value) for name, value in told.items()}
    signed = {**told, "Data": {"Route": "ACQ"}, "Token": token(scalars, signed_with)}
    return Arrived("tkassa", json.dumps(signed).encode(), Notice("8742591", "17"))


def robokassa(signed_with: str = "second", hash_name: str = "sha256", **more: str) -> Arrived:
    """With a sum of six digits, and fields of the shop's own in no order."""
    ours = {"Shp_b": "2", "Shp_a": "1"}
    signed = f"123.450000:17:{signed_with}:Shp_a=1:Shp_b=2"
    mark = hashlib.new(hash_name, signed.encode()).hexdigest().upper()
    told = {"OutSum": "123.450000", "InvId": "17", "Fee": "0.00", "SignatureValue": mark, **ours, **more}
    return Arrived("robokassa", urlencode(told).encode(), Notice("", "17"))


def cloudpayments(signed_with: str = "cloud-secret", header: str = "content-hmac", **changed: str) -> Arrived:
    """A form, signed as it came."""
    told = {"TransactionId": "504", "Amount": "123.45", "InvoiceId": "17", "TestMode": "0"} | changed
    body = urlencode({**told, "Name": "Иван Иванов"}).encode()
    mark = base64.b64encode(hmac.digest(signed_with.encode(), body, "sha256")).decode()
    return Arrived("cloudpayments", body, Notice("504", "17"), {header: mark})


def stripe(
    signed_with: str = "whsec_slovomat", at_s: int = NOW_MS // 1000, *, livemode: bool = False
) -> Arrived:
    """Signed by Stripe's own library."""
    session = {"id": "cs_test_1", "object": "checkout.session", "client_reference_id": "17"}
    event = {"id": "evt_1", "object": "event", "livemode": livemode, "data": {"object": session}}
    body = json.dumps(event)
    mark = official_stripe.WebhookSignature.generate_signature_header(body, signed_with, at_s)
    return Arrived("stripe", body.encode(), Notice("cs_test_1", "17"), {"stripe-signature": mark})


DEEP = b'{"a":' + b"[" * 99_999
MAKERS: tuple[Callable[[], Arrived], ...] = (yookassa, tkassa, robokassa, cloudpayments, stripe)
SIGNED = MAKERS[1:]


@pytest.mark.parametrize("make", MAKERS)
def test_the_right_one_is_taken_again_and_again(make: Callable[[], Arrived]) -> None:
    """A repeat is the same hint; what it may do is decided by the answer of the provider."""
    one = make()
    assert read(one) == one.expected
    assert read(one) == one.expected


@pytest.mark.parametrize("make", MAKERS)
def test_one_from_elsewhere_is_refused(make: Callable[[], Arrived]) -> None:
    """The networks are a condition besides the signature; without any, it alone decides."""
    one = make()
    for address in ("198.51.100.1", "", "2001:db8::1", "not an address"):
        assert read(replace(one, address=address)) is None
    assert read(replace(one, address="::ffff:192.0.2.9")) == one.expected
    assert read(replace(one, address="198.51.100.1"), **{f"{one.name}_networks": ()}) == one.expected


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{", b"a=b", b"=&=&=", b'{"object":1}', b"[" * 99_999, DEEP],
)
def test_anything_else_is_refused(make: Callable[[], Arrived], body: bytes) -> None:
    """Junk is no notification, and no crash."""
    assert read(replace(make(), body=body)) is None


@pytest.mark.parametrize("make", SIGNED)
def test_one_signed_with_another_secret_is_refused(make: Callable[..., Arrived]) -> None:
    """Also one signed with an empty one."""
    assert read(make("another")) is None
    assert read(make("")) is None


@pytest.mark.parametrize("make", SIGNED)
def test_one_that_was_changed_after_it_was_signed_is_refused(make: Callable[[], Arrived]) -> None:
    """Wherever our number stands, another in its place."""
    one = make()
    assert read(replace(one, body=one.body.replace(b"17", b"18"))) is None


@pytest.mark.parametrize("make", [cloudpayments, stripe])
@pytest.mark.parametrize("mark", ["", "é", "t=1", "t=,v1=", "v1=1", "t=1800000000,v1=", "t=9" + "9" * 5_000])
def test_one_without_a_signature_is_refused(make: Callable[[], Arrived], mark: str) -> None:
    """Or with something else in its place."""
    one = make()
    assert read(replace(one, headers={})) is None
    assert read(replace(one, headers=dict.fromkeys(one.headers, mark))) is None


@pytest.mark.parametrize("offset_s", [-301, 301, -86_400])
def test_an_old_or_future_event_of_stripe_is_refused(offset_s: int) -> None:
    """Beyond five minutes; within them it is taken."""
    assert read(stripe(at_s=NOW_MS // 1000 + offset_s)) is None
    assert read(stripe(at_s=NOW_MS // 1000 + offset_s // 302)) is not None


def test_stripe_may_sign_twice() -> None:
    """While a secret is being replaced; one right signature is enough."""
    one = stripe()
    mark = one.headers["stripe-signature"].replace(",v1=", ",v1=00,v0=11,v1=")
    assert read(replace(one, headers={"stripe-signature": mark})) == one.expected


def test_a_notification_of_another_shop_is_refused() -> None:
    """Even with a right signature."""
    assert read(yookassa(shop="54402")) is None
    assert read(tkassa(TerminalKey="AnotherTerminal")) is None


def test_a_test_is_no_payment_and_a_payment_no_test() -> None:
    """Where the notification tells: the mark of the test is not signed at Robokassa, so it must fit ours."""
    assert read(robokassa(IsTest="1")) is None
    assert read(robokassa(), robokassa_test=True) is None
    assert read(robokassa(IsTest="1"), robokassa_test=True) == Notice("", "17")
    assert read(cloudpayments(TestMode="1")) is None
    assert read(cloudpayments(TestMode="1"), cloudpayments_test=True) == Notice("504", "17")
    assert read(stripe(livemode=True)) is None


def test_the_sum_of_robokassa_is_signed_as_it_came() -> None:
    """The same sum written otherwise has another signature; a field twice is nobody's."""
    one = robokassa()
    assert read(replace(one, body=one.body.replace(b"123.450000", b"123.45"))) is None
    assert read(replace(one, body=one.body + b"&InvId=17")) is None
    assert read(robokassa(hash_name="md5")) is None
    assert read(robokassa(hash_name="md5"), robokassa_hash="md5") == one.expected


def test_refunds_are_told_too() -> None:
    """Each provider names the payment in its own way."""
    refund = yookassa(event="refund.succeeded", id="216749f7", payment_id="22d6d597", metadata={})
    assert read(refund) == Notice("22d6d597", "")
    assert read(cloudpayments(PaymentTransactionId="503")) == Notice("503", "17")
    charge = {"id": "ch_1", "object": "charge", "metadata": {"reference": "17"}}
    body = json.dumps({"id": "evt_2", "livemode": False, "data": {"object": charge}})
    mark = official_stripe.WebhookSignature.generate_signature_header(body, "whsec_slovomat", NOW_MS // 1000)
    assert read(Arrived("stripe", body.encode(), Notice("", "17"), {"stripe-signature": mark})) == Notice(
        "", "17"
    )


def test_what_is_nothing_of_ours_is_passed_over() -> None:
    """Payouts, deals, customers."""
    assert read(yookassa(event="payout.succeeded")) is None
    body = json.dumps({"livemode": False, "data": {"object": {"id": "cus_1", "object": "customer"}}})
    mark = official_stripe.WebhookSignature.generate_signature_header(body, "whsec_slovomat", NOW_MS // 1000)
    assert read(Arrived("stripe", body.encode(), Notice("", ""), {"stripe-signature": mark})) is None


def test_cloudpayments_signs_the_decoded_form_too() -> None:
    """In the other header; and notifications may be JSON."""
    one = cloudpayments()
    decoded = "TransactionId=504&Amount=123.45&InvoiceId=17&TestMode=0&Name=Иван Иванов".encode()
    mark = base64.b64encode(hmac.digest(b"cloud-secret", decoded, "sha256")).decode()
    assert read(replace(one, headers={"x-content-hmac": mark})) == one.expected
    body = b'{"TransactionId":504,"InvoiceId":"17","TestMode":false,"Data":null}'
    mark = base64.b64encode(hmac.digest(b"cloud-secret", body, "sha256")).decode()
    assert read(replace(one, body=body, headers={"content-hmac": mark})) == one.expected


def test_the_token_of_tkassa_is_its_documentations() -> None:
    """Both examples: a request and a notification."""
    request = {
        "TerminalKey": "MerchantTerminalKey",
        "Amount": "19200",
        "OrderId": "21090",
        "Description": "Подарочная карта на 1000 рублей",
    }
    right = "0024a00af7c350a3a67ca168ce06502aa72772456662e38696d48b56ee9c97d9"
    assert token(request, "usaf8fw8fsw21g") == right
    told = {
        "TerminalKey": "1321054611234DEMO",
        "OrderId": "201709",
        "Success": True,
        "Status": "AUTHORIZED",
        "PaymentId": 8742591,
        "ErrorCode": "0",
        "Amount": 9855,
        "CardId": 322264,
        "Pan": "430000******0777",
        "ExpDate": "1122",
        "RebillId": 101709,
        "Token": "b906d28e76c6428e37b25fcf86c0adc52c63d503013fdd632e300593d165766b",
    }
    notice = Arrived("tkassa", json.dumps(told).encode(), Notice("8742591", "201709"))
    named = {"tkassa_terminal_key": "1321054611234DEMO", "tkassa_password": "Dfsfh56dgKl"}
    assert read(notice, **named) == notice.expected


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("yookassa", b""),
        ("tkassa", b"OK"),
        ("robokassa", b"OK17"),
        ("cloudpayments", b'{"code":0}'),
        ("stripe", b""),
    ],
)
def test_each_hears_what_it_wants_to(name: str, body: bytes) -> None:
    """To the letter, with status 200."""
    reply = provider(name).reply(Notice("", "17"))
    assert (reply.status, reply.body) == (200, body)


@pytest.mark.parametrize(
    "missing", [name for name in SECRETS if name not in {"robokassa_password3", "seller_inn", "site"}]
)
def test_a_provider_without_its_secret_does_not_exist(missing: str) -> None:
    """Whichever of them is missing; the others stay."""
    left = adapters(ProviderHTTP(1), **{missing: ""})
    assert sorted(left) == [name for name in NAMES if name != missing.partition("_")[0]]


def test_every_kind_is_found_and_says_whether_money_is_real() -> None:
    """By the key, the terminal, or a setting."""
    assert tuple(kind.name for kind in all_kinds()) == NAMES
    live = {"yookassa_secret_key": "live_k", "stripe_secret_key": "sk_live_k"}
    tests = {"tkassa_terminal_key": "1DEMO", "robokassa_test": True, "cloudpayments_test": True}
    http = ProviderHTTP(1)
    assert not any(one.test for one in adapters(http, **live).values())
    assert all(one.test for one in adapters(http, **tests).values())
    closing = [name for name, one in adapters(http).items() if isinstance(one, ClosesReceipts)]
    assert closing == ["cloudpayments", "robokassa", "tkassa", "yookassa"]
