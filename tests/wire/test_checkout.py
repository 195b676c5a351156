"""A pack bought over HTTP through each provider: the page, the provider's page, the notice, the balance."""

from collections.abc import Iterator

import pytest

from slovomat.testing.fakepay import FakePay
from tests.wire.checkout_stand import NAMES, Shop, settings_for, shop_at


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with all five providers; notifications go out when a test says so."""
    with (
        FakePay(notify_url="http://127.0.0.1:1/{provider}") as fake,
        shop_at(tmp_path_factory.mktemp("shop"), fake, **settings_for(fake)) as running,
    ):
        fake.set_targets(f"{running.url}/pay/{{provider}}/notify", f"{running.url}/pay/{{provider}}/return")
        yield running


@pytest.mark.parametrize("provider", NAMES)
def test_bought_through_each_provider(shop: Shop, provider: str) -> None:
    """Ordered, paid there, told of, credited once; the page says so and leads on."""
    buyer = shop.buyer()
    order, there = buyer.buys(provider)
    assert shop.grants(buyer) == []
    shop.fake.pay(there.id)
    told = shop.fake.deliver()
    assert all(one.accepted for one in told), told
    assert told
    assert shop.grants(buyer) == [500]
    page = buyer.get(f"/orders/{order}").text
    assert "Оплачено" in page
    assert 'href="/keys"' in page
