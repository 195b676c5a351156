"""Notifications are signed as the documentation says, and a forged one is not."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import parse_qsl, unquote_plus

import pytest

from slovomat.testing.fakepay import FakePay, Fault
from tests.wire.fakepay_buyers import Buyer, CloudPayments, Robokassa, TKassa, YooKassa
from tests.wire.fakepay_listener import ListeningShop

Heard = tuple[dict[str, str], bytes]


class Prover:
    """Whether a notification proves its origin, reckoned here anew."""

    secrets: ClassVar[dict[type[Buyer], str]] = {
        TKassa: "tkassa-password",
        Robokassa: "robokassa-password2",
        CloudPayments: "cloudpayments-secret",
    }

    def proves(self, kind: type[Buyer], heard: Heard) -> bool:
        """By the kind of its provider."""
        headers, body = heard
        if kind is TKassa:
            return self.token(json.loads(body))
        if kind is Robokassa:
            return self.hash(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        return self.codes(headers, body)

    def token(self, told: dict[str, object]) -> bool:
        """T-Kassa's."""
        mark = told.pop("Token")
        words = {name: json.dumps(value).strip('"') for name, value in told.items()}
        words["Password"] = self.secrets[TKassa]
        text = "".join(words[name] for name in sorted(words))
        return hashlib.sha256(text.encode()).hexdigest() == mark

    def hash(self, told: dict[str, str]) -> bool:
        """Robokassa's."""
        text = f"{told['OutSum']}:{told['InvId']}:{self.secrets[Robokassa]}:Shp_a=1:Shp_b=2"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() == told["SignatureValue"].lower()

    def codes(self, headers: dict[str, str], body: bytes) -> bool:
        """CloudPayments' two: of the body as it came, and of its text decoded."""
        secret = self.secrets[CloudPayments].encode()
        texts = (body, unquote_plus(body.decode()).encode())
        codes = [b64encode(hmac.digest(secret, text, "sha256")).decode() for text in texts]
        return codes == [headers["content-hmac"], headers["x-content-hmac"]] and codes[0] != codes[1]


@pytest.fixture(scope="module")
def shop() -> Iterator[ListeningShop]:
    """Who is told."""
    with ListeningShop() as shop:
        yield shop


@pytest.fixture
def fake(shop: ListeningShop) -> Iterator[FakePay]:
    """The providers."""
    with FakePay(notify_url=shop.notify_url) as fake:
        yield fake


@pytest.mark.parametrize("kind", list(Prover.secrets))
@pytest.mark.parametrize("fault", [None, Fault.FORGED])
def test_a_signature_proves_who_told(
    fake: FakePay, shop: ListeningShop, kind: type[Buyer], fault: Fault | None
) -> None:
    """The provider, and no forger."""
    kind(fake).begin("7")
    if fault:
        fake.faults.on(kind.name, fake.payment("7").id, fault)
    fake.pay("7")
    fake.deliver()
    assert Prover().proves(kind, shop.heard[-1]) == (fault is None)


def test_robokassa_tells_the_sum_with_six_places_and_of_a_test(fake: FakePay, shop: ListeningShop) -> None:
    """`IsTest` is there for a test, and absent for real money."""
    Robokassa(fake).begin("7")
    fake.pay("7")
    fake.deliver()
    told = dict(parse_qsl(shop.heard[-1][1].decode()))
    assert (told["OutSum"], told["InvId"], told["IsTest"]) == ("199.000000", "7", "1")
    fake.faults.on("robokassa", "7", Fault.TEST)
    fake.house.desk.tell(fake.payment("7"), "result")
    fake.deliver()
    assert "IsTest" not in dict(parse_qsl(shop.heard[-1][1].decode()))


def test_tkassa_tells_where_the_payment_says(fake: FakePay, shop: ListeningShop) -> None:
    """`NotificationURL` of Init goes before the cabinet's address."""
    buyer = TKassa(fake)
    url = shop.notify_url.replace("{provider}", "tkassa").replace("notify", "own")
    asked = buyer.signed(Amount=19900, OrderId="7", NotificationURL=url)
    buyer.call("/v2/Init", json=asked)
    fake.pay("7")
    fake.deliver()
    assert shop.paths[-2:] == ["/pay/tkassa/own"] * 2


def test_yookassa_signs_nothing(fake: FakePay, shop: ListeningShop) -> None:
    """So that whoever listens has to ask."""
    YooKassa(fake).begin("7")
    fake.pay("7")
    fake.deliver()
    headers, body = shop.heard[-1]
    assert not any("sign" in name or "hmac" in name for name in headers)
    assert json.loads(body)["object"]["status"] == "succeeded"
