"""A running shop with all five fake providers behind it, and people who buy there in a browser."""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from anyio.from_thread import BlockingPortal, start_blocking_portal

from slovomat.domain.ids import AccountId, OrderId
from slovomat.env import SystemEnv
from slovomat.instance import load_secret
from slovomat.ports.shop import Payment
from slovomat.ports.store import PackOffer, Store
from slovomat.storage.open import make_store
from slovomat.testing.fakepay import FakePay, State
from slovomat.testing.fakepay import Payment as ThereAtTheFake
from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.provider import Provider
from slovomat.usecases.sessions import Browser, SessionRules, Sessions
from tests.wire.service import Service

NAMES = ("cloudpayments", "robokassa", "stripe", "tkassa", "yookassa")
_TIMEOUT_S = 20
_DAY_MS = 86_400_000
_numbers = itertools.count(1)


def settings_for(fake: FakePay, names: tuple[str, ...] = NAMES) -> dict[str, object]:
    """The credentials that the fake knows, and its addresses in place of the providers'."""
    shops = {name: fake.shop(name) for name in NAMES}
    made: dict[str, object] = {f"{name}_url": fake.url(name) for name in names}
    made |= {f"{name}_networks": "" for name in names}
    made |= {
        "yookassa_url": f"{fake.url('yookassa')}/v3",
        "yookassa_shop_id": shops["yookassa"].shop_id,
        "yookassa_secret_key": shops["yookassa"].secret_key,
        "tkassa_terminal_key": shops["tkassa"].terminal_key,
        "tkassa_password": shops["tkassa"].password,
        "robokassa_refund_url": fake.url("robokassa"),
        "robokassa_receipt_url": fake.url("robokassa"),
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
    return {key: value for key, value in made.items() if key.partition("_")[0] in names}


class Buyer:
    """Somebody signed in, with a browser."""

    def __init__(self, shop: "Shop", account_id: AccountId, token: str) -> None:
        self.shop = shop
        self.account_id = account_id
        self._browser = requests.Session()
        self._browser.cookies.set("slovomat_session", token)
        self._browser.headers.update({"Accept-Language": "ru", "Sec-Fetch-Site": "same-origin"})

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser sends along."""
        return dict(self._browser.cookies)

    def get(self, path: str, **more: Any) -> requests.Response:
        """A page."""
        return self._browser.get(urljoin(self.shop.url, path), timeout=_TIMEOUT_S, **more)

    def post(self, path: str, **fields: str) -> requests.Response:
        """A form; follows where it leads."""
        return self._browser.post(urljoin(self.shop.url, path), data=fields, timeout=_TIMEOUT_S)

    def order(self) -> int:
        """Orders the shop's pack; the order's number."""
        page = self.post("/buy", offer=self.shop.offer)
        found = re.search(r"/orders/(\d+)$", page.url)
        assert found, page.text
        return int(found[1])

    def begin(self, order: int, provider: str) -> ThereAtTheFake:
        """Chooses a way to pay, and follows the link of the page; the payment as the fake has it."""
        page = self.post(f"/orders/{order}/pay", provider=provider)
        assert page.status_code == 200, page.text
        found = re.search(rf'href="({re.escape(self.shop.fake.address)}[^"]+)"', page.text)
        assert found, page.text
        assert requests.get(unescape(found[1]), timeout=_TIMEOUT_S).status_code == 200
        return next(one for one in self.shop.fake.payments if one.provider == provider)

    def buys(self, provider: str) -> tuple[int, ThereAtTheFake]:
        """An order whose buyer stands on the provider's page."""
        order = self.order()
        return order, self.begin(order, provider)


class Shop:
    """The service, the fake, and the books behind both."""

    def __init__(self, service: Service, fake: FakePay, portal: BlockingPortal, store: Store) -> None:
        self.service = service
        self.fake = fake
        self.url = service.url
        self.store = store
        self.call = portal.call
        self.env = SystemEnv()
        self.secret = load_secret(service.data, self.env)
        pack = PackOffer(name="500 запросов", requests=500, price_kopecks=19_900)
        self.offer = f"pack:{self.call(store.save_pack_offer, pack)}"

    def buyer(self) -> Buyer:
        """Somebody new."""
        return self.call(self._welcome, f"buyer-{os.getpid()}-{next(_numbers)}@example.org")

    async def _welcome(self, email: str) -> Buyer:
        day = dict.fromkeys(("cabinet_ms", "cabinet_idle_ms", "desk_ms", "desk_idle_ms"), _DAY_MS)
        account = await self.store.add_account(email, "Бесплатный", False, self.env.now_ms())
        assert account is not None
        sessions = Sessions(self.store.people, self.env, self.secret, SessionRules(**day))
        token = await sessions.begin(account, "cabinet", Browser("127.0.0.1"), second_factor=False)
        return Buyer(self, account, token)

    def payments(self, order: int) -> list[Payment]:
        """The tries to pay it, the oldest first."""
        return self.call(self.store.shop.order_payments, OrderId(order))

    def ask_now(self, order: int) -> None:
        """Makes the question about its payment due."""
        self.call(self.store.shop.ask_soon, self.payments(order)[-1].id, self.env.now_ms())

    def check(self, order: int) -> None:
        """Has the operator ask the provider about its payment."""
        self.service.command("payments", "check", str(self.payments(order)[-1].id))

    def notice(self, there: ThereAtTheFake, event: str = "", provider: Provider | None = None) -> Outgoing:
        """What the provider would tell of the payment now; of one not yet paid, as if it were."""
        house = self.fake.house
        told = provider or house.of(there)
        with house.desk.lock:
            as_paid = replace(there, state=State.PAID, paid_s=there.paid_s or house.desk.now_s())
            last = event or told.events_of_pay(there)[-1]
            return told.write(Notice(last, as_paid, house.desk.number()))

    def tell(self, notice: Outgoing, provider: str) -> requests.Response:
        """Sends it to the provider's address here."""
        url = f"{self.url}/pay/{provider}/notify"
        return requests.post(url, data=notice.body, headers=dict(notice.headers), timeout=_TIMEOUT_S)

    def grants(self, buyer: Buyer) -> list[int]:
        """What the buyer was given, gift by gift."""
        entries = self.call(self.store.account_entries, buyer.account_id, 1_000)
        return [entry.available_change for entry in entries if entry.kind == "grant"]

    def problem(self, order: int) -> str:
        """Why money that came for an order was not credited."""
        return self.payments(order)[-1].problem

    def left(self, buyer: Buyer) -> int:
        """All that the buyer may spend."""
        entries = self.call(self.store.account_entries, buyer.account_id, 1_000)
        return sum(entry.available_change for entry in entries)


@contextmanager
def shop_with_all(folder: Path, **settings: object) -> Iterator[Shop]:
    """A shop with all five providers, impatient with them; notifications go out when a test says so."""
    with FakePay(notify_url="http://127.0.0.1:1/{provider}") as fake:
        told = {**settings_for(fake), "payments_timeout_s": 1, **settings}
        with shop_at(folder, fake, **told) as shop:
            there = f"{shop.url}/pay/{{provider}}"
            fake.set_targets(f"{there}/notify", f"{there}/return")
            yield shop


@contextmanager
def shop_at(folder: Path, fake: FakePay, **settings: object) -> Iterator[Shop]:
    """A service of its own whose shop is at the fake; its books are proved in the end. `upstream`: a URL."""
    upstream_url = str(settings.pop("upstream", "http://127.0.0.1:9/v1"))
    with Service(folder / "data", upstream_url, **settings) as service:
        store = make_store(service.data / "slovomat.db")
        with start_blocking_portal("asyncio") as portal:
            portal.call(store.open)
            try:
                yield Shop(service, fake, portal, store)
                assert portal.call(store.audit).violations == ()
            finally:
                portal.call(store.close_store)
