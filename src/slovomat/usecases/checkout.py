"""From the price list to the provider's page: an order, and a payment begun for it."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from slovomat.domain.ids import OrderId
from slovomat.ports.env import Env
from slovomat.ports.payments import (
    Checkout,
    PaymentProvider,
    ProviderFault,
    ProviderState,
    ProviderUnavailableError,
)
from slovomat.ports.shop import INVOICE, Goods, NewOrder, NewPayment, Order, OrderState, Payment
from slovomat.ports.store import Account, PackOffer, Store
from slovomat.usecases.receipts import ReceiptRules, receipt_of

_FIRST_CHECK_MS = 15_000
_FRESH_MS = 15 * 60_000
"""A provider's page is shown again for so long; then a new payment is begun."""
_REFERENCE_DIGITS = 15


class CheckoutRules(msgspec.Struct, frozen=True, kw_only=True):
    """What things are sold in; `receipt` None: without fiscal receipts."""

    currency: str = "RUB"
    receipt: ReceiptRules | None = None


class CheckoutFailure(StrEnum):
    """Why nothing was begun."""

    NOT_ON_SALE = "not_on_sale"
    NO_ORDER = "no_order"
    PAID_ALREADY = "paid_already"
    NO_PROVIDER = "no_provider"
    REFUSED = "refused"
    """The provider said no."""
    UNAVAILABLE = "unavailable"
    """The provider does not answer: try again."""


def pack_title(offer: PackOffer) -> str:
    """A pack's name as receipts and papers can bear it: a bare number says nothing there."""
    return f"Пакет запросов: {offer.name}" if offer.name.isdecimal() else offer.name


class CheckoutDesk:
    """Takes orders. `site` is the public URL without a slash at its end."""

    def __init__(
        self,
        store: Store,
        env: Env,
        providers: Mapping[str, PaymentProvider],
        rules: CheckoutRules,
        site: Callable[[], str],
    ) -> None:
        self._store = store
        self._shop = store.shop
        self._env = env
        self._providers = providers
        self._rules = rules
        self._site = site

    async def order_pack(self, account: Account, offer_id: int, buyer: str = "") -> Order | CheckoutFailure:
        """An order of a pack on the price list."""
        offers = await self._store.list_pack_offers()
        offer = next((one for one in offers if one.id == offer_id and one.on_sale), None)
        if offer is None or offer.price_kopecks == 0:
            return CheckoutFailure.NOT_ON_SALE
        goods = Goods(title=pack_title(offer), requests=offer.requests, valid_days=offer.valid_days)
        return await self._order(account, goods, offer.price_kopecks, buyer)

    async def order_plan(self, account: Account, plan: str, buyer: str = "") -> Order | CheckoutFailure:
        """An order of a plan's period, by the terms of this moment."""
        terms = await self._shop.plan_terms(plan)
        if terms is None or not terms.on_sale or terms.price_kopecks == 0:
            return CheckoutFailure.NOT_ON_SALE
        goods = Goods(
            title=terms.name,
            plan_id=terms.plan_id,
            version_id=terms.version_id,
            period_days=terms.period_days,
        )
        return await self._order(account, goods, terms.price_kopecks, buyer)

    async def begin(
        self, account: Account, order_id: OrderId, provider: str, language: str
    ) -> str | CheckoutFailure:
        """Where the buyer pays: the provider's page. A second click finds the first one's payment."""
        order = await self._shop.find_order(order_id)
        there = self._providers.get(provider)
        if order is None or order.account_id != account.id:
            return CheckoutFailure.NO_ORDER
        if there is None or order.currency not in there.currencies:
            return CheckoutFailure.NO_PROVIDER
        payment = await self._begun_lately(order, provider) or await self._write(order, there)
        if payment is None:
            return CheckoutFailure.PAID_ALREADY
        return payment.url or await self._ask(there, payment, account, order, language)

    async def invoice(self, account: Account, order_id: OrderId) -> Payment | CheckoutFailure:
        """A bank transfer is expected for the order; the operator will confirm it."""
        order = await self._shop.find_order(order_id)
        if order is None or order.account_id != account.id:
            return CheckoutFailure.NO_ORDER
        known = [one for one in await self._pending(order) if one.provider == INVOICE]
        payment = known[0] if known else await self._write(order, None)
        return payment or CheckoutFailure.PAID_ALREADY

    async def _order(
        self, account: Account, goods: Goods, amount_kopecks: int, buyer: str
    ) -> Order | CheckoutFailure:
        new = NewOrder(
            account_id=account.id,
            goods=goods,
            amount_kopecks=amount_kopecks,
            currency=self._rules.currency,
            now_ms=self._env.now_ms(),
            buyer=buyer,
        )
        made = await self._shop.find_order(await self._shop.add_order(new))
        return made or CheckoutFailure.NO_ORDER

    async def _pending(self, order: Order) -> list[Payment]:
        if order.state is not OrderState.NEW:
            return []
        payments = await self._shop.order_payments(order.id)
        return [one for one in payments if one.state is ProviderState.PENDING]

    async def _begun_lately(self, order: Order, provider: str) -> Payment | None:
        since_ms = self._env.now_ms() - _FRESH_MS
        for payment in await self._pending(order):
            if payment.provider == provider and payment.created_at_ms > since_ms:
                return payment
        return None

    async def _write(self, order: Order, there: PaymentProvider | None) -> Payment | None:
        """Before the provider hears of it, so that its first word about it finds it here."""
        now_ms = self._env.now_ms()
        number = int.from_bytes(self._env.random_bytes(8), "big") % 10**_REFERENCE_DIGITS
        new = NewPayment(
            order_id=order.id,
            provider=there.name if there else INVOICE,
            reference=str(number + 10**_REFERENCE_DIGITS),
            once=self._env.random_bytes(16).hex(),
            shop=there.shop if there else "",
            test=there.test if there else False,
            now_ms=now_ms,
            check_after_ms=now_ms + _FIRST_CHECK_MS if there else None,
        )
        return await self._shop.add_payment(new)

    async def _ask(
        self, there: PaymentProvider, payment: Payment, account: Account, order: Order, language: str
    ) -> str | CheckoutFailure:
        try:
            begun = await there.begin(self._wording(payment, account.email, order, language))
        except ProviderUnavailableError:
            return CheckoutFailure.UNAVAILABLE
        if isinstance(begun, ProviderFault):
            url = await self._shop.not_begun(payment.id, begun.message, self._env.now_ms())
            return url or CheckoutFailure.REFUSED
        url = await self._shop.begun(payment.id, begun.provider_id, begun.url)
        return url or CheckoutFailure.UNAVAILABLE

    def _wording(self, payment: Payment, email: str, order: Order, language: str) -> Checkout:
        site, rules = self._site(), self._rules.receipt
        title = order.goods.title
        return Checkout(
            reference=payment.reference,
            key=payment.once,
            amount_kopecks=payment.amount_kopecks,
            currency=payment.currency,
            title=title,
            email=email,
            language=language,
            return_url=f"{site}/pay/{payment.provider}/return?order={order.id}",
            notify_url=f"{site}/pay/{payment.provider}/notify",
            receipt=receipt_of(rules, email, title, payment.amount_kopecks) if rules else None,
        )
