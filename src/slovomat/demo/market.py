"""What the made-up people buy, and how it goes: through the real desk and cashier, at providers that are "
"fake."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.people import CUSTOMER, FINANCE, OPERATOR, OWING
from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.ids import OrderId, PaymentId, PlanId
from slovomat.ports.journal import Actor
from slovomat.ports.shop import INVOICE, Order
from slovomat.ports.store import Account, PackOffer, PlanOffer, Store
from slovomat.testing.fakepay import FakePay
from slovomat.till import Till
from slovomat.usecases.accounts import FULL_PLAN, ensure_price_list
from slovomat.usecases.journal import note_of

WORKSHOP_PLAN = "Мастерская"
PAID, LEFT, WAITS = "paid", "left", "waits"
TO_PAY_MS = 95_000
_A_DAY_MS = 86_400_000


class Purchase(msgspec.Struct, frozen=True):
    """Somebody buys a plan or a pack on a day. `end`: it is paid, nobody pays, or it waits still.

    `back_kopecks`: refunded so many days later, by the finance desk.
    """

    day: int
    hour: int
    email: str
    goods: str
    provider: str
    end: str = PAID
    back_kopecks: int = 0
    back_days: int = 0
    why: str = ""


def _all(*lines: str) -> list[Purchase]:
    """`day hour name goods provider`, the goods without spaces."""
    found = [line.split() for line in lines]
    return [
        Purchase(int(day), int(hour), f"{name}@example.org", goods, provider)
        for day, hour, name, goods, provider in found
    ]


PURCHASES: tuple[Purchase, ...] = (
    Purchase(0, 12, CUSTOMER, "500", "yookassa"),
    Purchase(4, 19, CUSTOMER, FULL_PLAN, "tkassa"),
    Purchase(18, 21, CUSTOMER, "100", "robokassa", LEFT),
    Purchase(18, 21, CUSTOMER, "500", "cloudpayments"),
    Purchase(26, 11, CUSTOMER, "100", "stripe", PAID, 9_900, 1, "купила по ошибке дважды"),
    Purchase(30, 0, CUSTOMER, "2000", "yookassa", WAITS),
    *_all(
        f"0 11 zakaz.teplyi-dom {WORKSHOP_PLAN} {INVOICE}",
        f"1 10 lavka.chaya 2000 {INVOICE}",
        f"28 11 zakaz.teplyi-dom {WORKSHOP_PLAN} {INVOICE}",
        "2 14 desk.northwind 2000 stripe",
        f"3 13 red.vestnik-zdorovya {WORKSHOP_PLAN} {INVOICE}",
        "9 12 seo.parus 2000 tkassa",
        "12 15 catalog.paperboat 2000 stripe",
        "14 10 lavka.chaya 2000 yookassa",
        "17 12 desk.northwind 2000 stripe",
        "20 16 seo.parus 2000 cloudpayments",
        "25 11 catalog.paperboat 500 stripe",
        f"0 19 maria.lebedeva {FULL_PLAN} yookassa",
        f"2 20 timur.galiev {FULL_PLAN} tkassa",
        f"3 18 emily.carter {FULL_PLAN} stripe",
        "4 21 ekaterina.sokolova 500 robokassa",
        f"6 20 pavel.orlov {FULL_PLAN} yookassa",
        "8 13 nina.zaitseva 100 cloudpayments",
        f"11 19 ruslan.akhmetov {FULL_PLAN} robokassa",
        "13 17 george.whitfield 500 stripe",
        f"15 20 vera.kuznetsova {FULL_PLAN} yookassa",
        f"21 18 priya.natarajan {FULL_PLAN} stripe",
        "22 21 nina.zaitseva 500 yookassa",
        f"24 20 sofia.belova {FULL_PLAN} tkassa",
        f"27 19 maria.lebedeva {FULL_PLAN} yookassa",
        "1 23 danila.sever 500 yookassa",
        "5 22 jonas.lindqvist 100 stripe",
        "7 23 artyom.baikov 100 robokassa",
        "14 22 yulia.gromova 500 tkassa",
        "16 23 mei.tanaka 500 stripe",
        "19 23 artyom.baikov 500 robokassa",
        "22 23 lev.abramov 100 cloudpayments",
        "11 21 zhenya.sinitsyna 100 yookassa",
        "23 20 inga.petrenko 100 tkassa",
        "28 0 jonas.lindqvist 500 stripe",
        "29 10 lida.frolova 30 yookassa",
        "30 0 danila.sever 500 robokassa",
        "30 9 dasha.kotova 100 tkassa",
        "30 11 catalog.paperboat 2000 stripe",
    ),
    Purchase(19, 20, OWING, "100", "yookassa", PAID, 9_900, 7, "просит вернуть: «не то, чего ждал»"),
    Purchase(
        10, 18, "pavel.orlov@example.org", "500", "tkassa", PAID, 20_000, 3, "часть пакета, по договорённости"
    ),
    Purchase(16, 15, "oleg.tarasov@example.org", "100", "tkassa", LEFT),
    Purchase(29, 16, "zakaz.teplyi-dom@example.org", "2000", INVOICE, WAITS),
)
_COMPANIES = {
    "zakaz.teplyi-dom@example.org": "ООО «Тёплый дом», ИНН 7700000016, КПП 770001001",
    "lavka.chaya@example.org": "ИП Чабрецов Савелий Мятович, ИНН 770000000020",
    "red.vestnik-zdorovya@example.org": "АНО «Вестник здоровья», ИНН 7800000038, КПП 780001001",
}


async def set_prices(store: Store) -> None:
    """The price list of a new instance, a plan for companies, and a small pack that expires."""
    await ensure_price_list(store)
    workshop = Plan(
        id=PlanId(0),
        name=WORKSHOP_PLAN,
        daily_requests=400,
        dialects=frozenset(DIALECTS),
        api_allowance=True,
        rpm=3_000,
        price_kopecks=149_000,
    )
    await store.save_plan(PlanOffer(plan=workshop, on_sale=True))
    await store.save_pack_offer(PackOffer(name="30", requests=30, price_kopecks=3_900, valid_days=30))


class Market:
    """Buys as customers do, pays at the fake as they would, and counts the money as the cashier does."""

    def __init__(
        self,
        store: Store,
        env: DemoEnv,
        till: Till,
        fake: FakePay,
        open_page: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store = store
        self._env = env
        self._till = till
        self._fake = fake
        self._open_page = open_page
        self._later: list[tuple[int, Callable[[], Awaitable[None]]]] = []
        self._staff: Mapping[str, Actor] = {}

    def hire(self, staff: Mapping[str, Actor]) -> None:
        """Those who confirm invoices and give money back."""
        self._staff = staff

    async def buy(self, purchase: Purchase, account: Account, language: str, at_ms: int) -> None:
        """One purchase, up to its end."""
        self._env.time_ms = at_ms
        order = await self._order(account, purchase)
        if purchase.provider == INVOICE:
            await self._invoice(account, order, purchase)
        else:
            await self._pay(account, order, purchase, language)

    async def _order(self, account: Account, purchase: Purchase) -> Order:
        desk, buyer = self._till.desk, _COMPANIES.get(account.email, "")
        offers = {one.name: one.id for one in await self._store.list_pack_offers()}
        if purchase.goods in offers:
            made = await desk.order_pack(account, offers[purchase.goods], buyer)
        else:
            made = await desk.order_plan(account, purchase.goods, buyer)
        if not isinstance(made, Order):
            raise AssertionError(f"{purchase}: {made}")
        return made

    async def _pay(self, account: Account, order: Order, purchase: Purchase, language: str) -> None:
        url = await self._till.desk.begin(account, order.id, purchase.provider, language)
        if not url.startswith("http"):
            raise AssertionError(f"{purchase}: {url}")
        await self._open_page(url)
        payment_id, reference = await self._newest(order.id)
        if purchase.end == WAITS:
            return
        self._env.time_ms += TO_PAY_MS
        if purchase.end == PAID:
            self._fake.pay(reference)
        else:
            self._fake.cancel(reference)
        await self._till.cashier.check(payment_id)
        if purchase.end == LEFT:
            await self._store.shop.cancel_payment(payment_id, self._env.now_ms())
        if purchase.back_kopecks:
            self._refund_later(payment_id, purchase)

    async def _newest(self, order_id: OrderId) -> tuple[PaymentId, str]:
        payment = (await self._store.shop.order_payments(order_id))[-1]
        return payment.id, payment.reference

    async def _invoice(self, account: Account, order: Order, purchase: Purchase) -> None:
        await self._till.desk.invoice(account, order.id)
        payment_id, _ = await self._newest(order.id)
        if purchase.end == PAID:
            reason = f"пришло по счёту № {order.id}"
            self._do_at(
                self._env.now_ms() + 3_600_000,
                lambda: self._till.cashier.confirm(payment_id, reason, OPERATOR),
                (OPERATOR, "confirm_invoice", reason, payment_id),
            )

    def _refund_later(self, payment_id: PaymentId, purchase: Purchase) -> None:
        amount, why = purchase.back_kopecks, purchase.why
        self._do_at(
            self._env.now_ms() + purchase.back_days * _A_DAY_MS,
            lambda: self._till.cashier.refund(payment_id, amount, why, FINANCE),
            (FINANCE, "refund", why, payment_id),
        )

    def _do_at(
        self, at_ms: int, deed: Callable[[], Awaitable[object]], line: tuple[str, str, str, PaymentId]
    ) -> None:
        """With its line for the journal: who, what, why, and of which payment."""
        who, action, why, payment_id = line

        async def done() -> None:
            self._env.time_ms = at_ms
            target = ("payment", str(payment_id))
            note = note_of(self._staff[who], at_ms, action, why, target=target)
            await self._store.journal.note(note)
            await deed()

        self._later.append((at_ms, done))

    async def catch_up(self, until_ms: int) -> bool:
        """Does what was put off until then; whether there was anything."""
        due = sorted((one for one in self._later if one[0] < until_ms), key=lambda one: one[0])
        self._later = [one for one in self._later if one[0] >= until_ms]
        for _, deed in due:
            await deed()
        return bool(due)


def of_hour(purchases: Sequence[Purchase], day: int, hour: int) -> list[Purchase]:
    """Those of one hour of the history."""
    return [one for one in purchases if (one.day, one.hour) == (day, hour)]
