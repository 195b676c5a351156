"""A shop over real books: somebody who buys, a provider that is scripted, a cashier."""

import itertools

from slovomat.domain.ids import OrderId, PaymentId
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import Order, Payment
from slovomat.ports.store import Account, PackOffer
from slovomat.usecases.checkout import CheckoutDesk, CheckoutFailure, CheckoutRules
from slovomat.usecases.payments import Cashier, CashierRules, Checked
from tests.books import Books, plan
from tests.scripted_provider import SIGNED, ScriptedProvider

MONTHLY, YEARLY = "Monthly", "Yearly"


class ShopStand:
    """The customer of some books, at the shop."""

    def __init__(self, books: Books, email: str = "customer@example.org") -> None:
        self.books = books
        self.email = email
        self.shop = books.store.shop
        self.provider = ScriptedProvider()
        providers = {self.provider.name: self.provider}
        self.cashier = Cashier(books.store, books.env, providers, CashierRules())
        self.desk = CheckoutDesk(
            books.store, books.env, providers, CheckoutRules(), lambda: "https://slovomat.example"
        )
        self._numbers = itertools.count(1)

    async def account(self) -> Account:
        """The customer's."""
        account = await self.books.store.find_account(self.email)
        assert account is not None
        return account

    async def pack(self, requests: int = 100, kopecks: int = 10_000, valid_days: int | None = None) -> Order:
        """An order of a pack."""
        offer = PackOffer(
            name=f"{requests} ({next(self._numbers)})",
            requests=requests,
            price_kopecks=kopecks,
            valid_days=valid_days,
        )
        offer_id = await self.books.store.save_pack_offer(offer)
        order = await self.desk.order_pack(await self.account(), offer_id)
        assert isinstance(order, Order)
        return order

    async def plan(
        self, name: str = MONTHLY, kopecks: int = 30_000, days: int = 30, daily: int = 50
    ) -> Order:
        """An order of a plan's period, at these terms."""
        offer = plan(name, daily, price_kopecks=kopecks, period_days=days)
        await self.books.store.save_plan(offer)
        order = await self.desk.order_plan(await self.account(), name)
        assert isinstance(order, Order)
        return order

    async def begin(self, order: Order) -> Payment:
        """A payment, begun at the provider."""
        url = await self.desk.begin(await self.account(), order.id, self.provider.name, "ru")
        assert not isinstance(url, CheckoutFailure)
        return (await self.shop.order_payments(order.id))[-1]

    async def buy(self, order: Order) -> Payment:
        """Paid, and credited."""
        payment = await self.begin(order)
        self.provider.says(payment.reference, state=ProviderState.PAID)
        assert await self.cashier.check(payment.id) is Checked.CREDITED
        return await self.payment(payment.id)

    async def payment(self, payment_id: PaymentId) -> Payment:
        """As it is now."""
        payment = await self.shop.find_payment(payment_id)
        assert payment is not None
        return payment

    async def order(self, order_id: OrderId) -> Order:
        """As it is now."""
        order = await self.shop.find_order(order_id)
        assert order is not None
        return order

    async def notify(self, payment: Payment) -> int:
        """The provider tells of the payment; the status of the answer."""
        reply = await self.cashier.notified(
            self.provider.name, SIGNED, self.provider.notice(payment.reference), "127.0.0.1"
        )
        assert reply is not None
        return reply.status
