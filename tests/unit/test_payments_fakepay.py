"""The adapters against the fake providers, which were built from the same documentation by other hands."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import msgspec
import pytest
import yarl
from tests.payments_stand import CHECKOUT, NAMES, NETWORKS, URLS, adapters, closing_of, refund_of

from slovomat.payments.http import ProviderHTTP
from slovomat.ports.payments import (
    Begun,
    ClosesReceipts,
    PaymentProvider,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
)
from slovomat.testing.fakepay import FakePay, Fault, Sent

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake() -> Iterator[FakePay]:
    """The fake; its notifications go nowhere and are read from its list."""
    with FakePay(notify_url="http://127.0.0.1:1/{provider}") as running:
        yield running


@pytest.fixture
async def providers(fake: FakePay) -> AsyncIterator[dict[str, PaymentProvider]]:
    """The adapters, with the fake's credentials."""
    http = ProviderHTTP(1)
    shops = {name: fake.shop(name) for name in NAMES}
    settings: dict[str, object] = {
        name: fake.url(name.removesuffix("_url").partition("_")[0]) for name in URLS
    }
    settings |= {"yookassa_url": f"{fake.url('yookassa')}/v3"}
    settings |= {
        "yookassa_shop_id": shops["yookassa"].shop_id,
        "yookassa_secret_key": shops["yookassa"].secret_key,
        "tkassa_terminal_key": shops["tkassa"].terminal_key,
        "tkassa_password": shops["tkassa"].password,
        "robokassa_login": shops["robokassa"].login,
        "robokassa_password1": shops["robokassa"].password1,
        "robokassa_password2": shops["robokassa"].password2,
        "robokassa_password3": shops["robokassa"].password3,
        "robokassa_hash": shops["robokassa"].algorithm,
        "robokassa_test": True,
        "cloudpayments_public_id": shops["cloudpayments"].public_id,
        "cloudpayments_secret": shops["cloudpayments"].api_secret,
        "cloudpayments_test": True,
        "stripe_secret_key": shops["stripe"].secret_key,
        "stripe_webhook_secret": shops["stripe"].webhook_secret,
    }
    yield adapters(http, **{**settings, **dict.fromkeys(NETWORKS, ())})
    await http.close()


async def begun(fake: FakePay, one: PaymentProvider) -> tuple[str, str]:
    """A payment whose buyer stands on its page: its id as the adapter knows it, and as the fake does."""
    told = await one.begin(msgspec.structs.replace(CHECKOUT, key=f"once-{one.name}"))
    assert isinstance(told, Begun), told
    async with aiohttp.ClientSession() as buyer, buyer.get(yarl.URL(told.url, encoded=True)) as page:
        assert page.status == 200
    return told.provider_id, next(payment.id for payment in fake.payments if payment.provider == one.name)


async def asked(one: PaymentProvider, provider_id: str) -> ProviderPayment:
    """The payment, which is there."""
    told = await one.ask(provider_id, "17")
    assert told is not None
    return told


async def delivered(fake: FakePay) -> list[Sent]:
    """The notifications so far."""
    return await asyncio.to_thread(fake.deliver)


@pytest.mark.parametrize("name", NAMES)
async def test_a_payment_from_its_beginning_to_its_refund(
    fake: FakePay, providers: dict[str, PaymentProvider], name: str
) -> None:
    """Begun, paid, told of, asked after, closed by a receipt, given back in part."""
    one = providers[name]
    provider_id, there = await begun(fake, one)
    waiting = await one.ask(provider_id, "17")
    assert waiting is None or waiting.state is ProviderState.PENDING
    fake.pay(there)
    notes = await delivered(fake)
    now_ms = int(notes[-1].headers.get("Stripe-Signature", "t=0").partition(",")[0][2:]) * 1000
    for note in notes:
        headers = {header.lower(): value for header, value in note.headers.items()}
        notice = one.read_notice(headers, note.body, "127.0.0.1", now_ms)
        assert notice is not None
        assert notice.reference in {"17", ""}
    told = await asked(one, provider_id)
    assert (told.state, told.amount_kopecks, told.currency) == (ProviderState.PAID, 12_345, "RUB")
    assert (told.reference, told.shop, told.test) == ("17", one.shop, one.test)
    if isinstance(one, ClosesReceipts) and name in {"tkassa", "yookassa"}:
        assert await one.close_receipt(closing_of(told.provider_id)) is None
    assert await one.refund(refund_of(provider_id or told.provider_id)) is None
    assert fake.payment(there).refunded_kopecks == 5_000
    after = await asked(one, provider_id)
    assert after.state is ProviderState.PAID
    assert after.refunded_kopecks == (0 if name in {"tkassa", "robokassa"} else 5_000)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.CUT, Fault.ERROR, Fault.ERROR_AFTER, Fault.JUNK])
async def test_an_answer_that_goes_wrong_says_nothing(
    fake: FakePay, providers: dict[str, PaymentProvider], name: str, fault: Fault
) -> None:
    """And the next one says it. A GET that is cut off is asked once more at once."""
    one = providers[name]
    provider_id, there = await begun(fake, one)
    fake.pay(there)
    fake.faults.next_call(fault, name)
    if fault is not Fault.CUT or name in {"cloudpayments", "tkassa"}:
        with pytest.raises(ProviderUnavailableError):
            await one.ask(provider_id, "17")
    assert (await asked(one, provider_id)).state is ProviderState.PAID


@pytest.mark.parametrize("name", [name for name in NAMES if name != "yookassa"])
async def test_a_forged_notification_is_refused(
    fake: FakePay, providers: dict[str, PaymentProvider], name: str
) -> None:
    """Signed with another key."""
    one = providers[name]
    _, there = await begun(fake, one)
    fake.faults.on(name, there, Fault.FORGED)
    fake.pay(there)
    for note in await delivered(fake):
        headers = {header.lower(): value for header, value in note.headers.items()}
        now_ms = int(headers.get("stripe-signature", "t=0").partition(",")[0][2:]) * 1000
        assert one.read_notice(headers, note.body, "127.0.0.1", now_ms) is None
