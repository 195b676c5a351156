"""Payments at the desk: asked about, confirmed, given back once; and what the figures say of it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import msgspec
import pytest

from slovomat.domain.role import Role
from slovomat.ports.payments import PaymentProvider, ProviderState, RefundsTold
from slovomat.ports.shop import Order, Payment
from slovomat.usecases.checkout import CheckoutDesk, CheckoutFailure, CheckoutRules
from slovomat.usecases.payments import Cashier, CashierRules
from tests.people_stand import PASSWORD, People, people_at
from tests.scripted_provider import ScriptedProvider

pytestmark = pytest.mark.anyio
SITE = "http://127.0.0.1:8080"
FINANCE, BOB = "fin@example.org", "bob@example.org"


class Till:
    """What takes money, with a provider that does as the test says."""

    def __init__(self, people: People) -> None:
        self.provider = ScriptedProvider()
        self.providers: dict[str, PaymentProvider] = {self.provider.name: self.provider}
        store, env = people.store, people.env
        self.cashier = Cashier(store, env, self.providers, CashierRules())
        self.desk = CheckoutDesk(store, env, self.providers, CheckoutRules(), lambda: SITE)

    def title(self, provider: str, language: str) -> str:
        """Its name."""
        return f"{provider} {language}"


class Shop:
    """Bob's shop, and a browser of the one who looks after money."""

    def __init__(self, people: People, till: Till, browser: httpx2.AsyncClient) -> None:
        self.people = people
        self.till = till
        self.browser = browser

    async def payment(self, provider: str | None = None) -> Payment:
        """Bob orders the pack of 500 and begins to pay, by an invoice or by the provider."""
        bob = await self.people.store.find_account(BOB)
        assert bob is not None
        offers = await self.people.store.list_pack_offers()
        order = await self.till.desk.order_pack(bob, next(one.id for one in offers if one.name == "500"))
        assert isinstance(order, Order)
        if provider is None:
            assert not isinstance(await self.till.desk.invoice(bob, order.id), CheckoutFailure)
        else:
            assert isinstance(await self.till.desk.begin(bob, order.id, provider, "en"), str)
        return (await self.people.store.shop.order_payments(order.id))[-1]

    async def send(self, payment: Payment, deed: str, **fields: str) -> httpx2.Response:
        """A form of the payment's page; with a key of its own unless one is given."""
        page = f"/admin/payments/{payment.id}"
        if "key" not in fields:
            fields["key"] = await self.key()
        return await self.browser.post(f"{page}/{deed}", data=fields)

    async def key(self) -> str:
        """A fresh key."""
        found = re.search(r'name="key" value="(\w{32})"', (await self.browser.get("/admin/codes")).text)
        assert found is not None
        return found[1]

    async def packs(self) -> int:
        """What Bob has in packs."""
        bob = await self.people.store.find_account(BOB)
        assert bob is not None
        return sum(pack.available for pack in await self.people.store.account_packs(bob.id))


@asynccontextmanager
async def open_shop(folder: Path) -> AsyncIterator[Shop]:
    """An instance that sells."""
    async with people_at(folder, {"host": "127.0.0.1"}, SITE) as plain:
        till = Till(plain)
        selling = msgspec.structs.replace(plain.backstage, till=till)
        people = People(plain.store, plain.env, selling)
        for email in (FINANCE, BOB):
            async with people.browser("127.0.0.1") as browser:
                await people.sign_up(browser, email)
        person = await people.store.people.by_email(FINANCE)
        assert person is not None
        await people.store.people.set_role(person.account.id, Role.FINANCE, people.env.now_ms())
        async with people.browser("127.0.0.1") as browser:
            await browser.post("/admin/login", data={"email": FINANCE, "password": PASSWORD})
            yield Shop(people, till, browser)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """The shop and its desk."""
    async with open_shop(tmp_path) as opened:
        yield opened


async def test_an_invoice_is_confirmed_once(shop: Shop) -> None:
    """With a reason; the second confirmation gives nothing more."""
    payment = await shop.payment()
    assert (await shop.send(payment, "confirm", reason="")).status_code == 422
    assert await shop.packs() == 0
    done = await shop.send(payment, "confirm", reason="order 17 of the bank")
    assert done.headers["location"].endswith("said=admin_confirmed")
    assert (await shop.send(payment, "confirm", reason="again")).status_code == 422
    assert await shop.packs() == 500
    kept = await shop.people.store.shop.find_payment(payment.id)
    assert kept is not None
    assert (kept.confirmed_by, kept.reason) == (FINANCE, "order 17 of the bank")


async def test_money_goes_back_once_however_often_the_form_is_sent(shop: Shop) -> None:
    """A part, with what it had bought; more than was paid cannot be given back."""
    payment = await shop.payment(shop.till.provider.name)
    shop.till.provider.says(payment.reference, state=ProviderState.PAID)
    checked = await shop.send(payment, "check")
    assert checked.headers["location"].endswith("said=admin_checked_credited")
    assert await shop.packs() == 500
    key = await shop.key()
    for _ in range(2):
        done = await shop.send(payment, "refund", key=key, amount="199,50", reason="half of it")
        assert done.headers["location"].endswith("said=admin_refund_done"), done.text
    assert list(shop.till.provider.refunds.values()) == [19_950]
    assert await shop.packs() == 250
    assert (await shop.send(payment, "refund", amount="200", reason="more")).status_code == 422
    assert (await shop.send(payment, "refund", amount="1e3", reason="more")).status_code == 422
    shown = (await shop.browser.get(f"/admin/payments/{payment.id}")).text
    assert "half of it" in shown
    assert "199.50" in shown
    shop.people.env.pass_s(6)
    assert "199.50" in (await shop.browser.get("/admin")).text
    journal = (await shop.browser.get("/admin/journal?action=refund")).text
    assert journal.count("half of it") == 1


async def test_a_refund_without_an_answer_is_settled_by_who_looked(shop: Shop) -> None:
    """Only where the provider cannot be asked, with a reason, once; and it stands in the journal."""
    provider = shop.till.provider
    payment = await shop.payment(provider.name)
    provider.says(payment.reference, state=ProviderState.PAID)
    await shop.send(payment, "check")
    provider.refund_key_ms, provider.refunds_told, provider.loses_answers = 0, RefundsTold.NOTHING, True
    asked = await shop.send(payment, "refund", amount="199,50", reason="half of it")
    assert asked.headers["location"].endswith("said=admin_refund_asked")
    (row,) = await shop.people.store.shop.refunds_of(payment.id)
    early = await shop.send(payment, "settle", refund=str(row.id), given="yes", reason="too early")
    assert early.status_code == 422
    shop.people.env.pass_s(61)
    await shop.send(payment, "check")
    assert provider.given[payment.reference] == [19_950]
    assert 'value="yes"' in (await shop.browser.get(f"/admin/payments/{payment.id}")).text
    for _ in range(2):
        await shop.send(payment, "settle", refund=str(row.id), given="yes", reason="seen in the cabinet")
    assert await shop.packs() == 250
    assert 'value="yes"' not in (await shop.browser.get(f"/admin/payments/{payment.id}")).text
    journal = (await shop.browser.get("/admin/journal?action=settle_refund")).text
    assert journal.count("seen in the cabinet") == 1


async def test_what_a_provider_refuses_is_told(shop: Shop) -> None:
    """Nothing is taken from the customer, and the page says why."""
    payment = await shop.payment(shop.till.provider.name)
    shop.till.provider.says(payment.reference, state=ProviderState.PAID)
    await shop.send(payment, "check")
    shop.till.provider.refuses = "too late for that"
    done = await shop.send(payment, "refund", amount="399", reason="wants it back")
    assert done.headers["location"].endswith("said=admin_refund_refused")
    assert "too late for that" in (await shop.browser.get(f"/admin/payments/{payment.id}")).text
    assert await shop.packs() == 500


async def test_payments_are_filtered(shop: Shop) -> None:
    """By state and by who took the money; a filter that makes no sense is none."""
    invoice, card = await shop.payment(), await shop.payment(shop.till.provider.name)
    await shop.send(invoice, "confirm", reason="seen")

    async def listed(query: str) -> set[int]:
        text = (await shop.browser.get(f"/admin/payments?{query}")).text
        return {int(one) for one in re.findall(r'href="/admin/payments/(\d+)"', text)}

    assert await listed("") == {invoice.id, card.id}
    assert await listed("state=paid") == {invoice.id}
    assert await listed("provider=scripted") == {card.id}
    assert await listed("troubled=yes") == set()
    assert await listed("state=nonsense") == {invoice.id, card.id}
    assert await listed(f"before={card.id}") == {invoice.id}
