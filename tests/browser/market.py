"""A service that sells: fake providers, an upstream that does as it is told, and letters in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from anyio.from_thread import BlockingPortal, start_blocking_portal

from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.env import SystemEnv
from slovomat.instance import load_secret
from slovomat.ports.people import Desk
from slovomat.ports.store import Credit, Store
from slovomat.storage.open import make_store
from slovomat.testing.fakepay import FakePay
from slovomat.usecases.accounts import KeyRules, create_key
from slovomat.usecases.passwords import Passwords
from slovomat.usecases.sessions import Browser, SessionRules, Sessions
from tests.browser.letters import letter_in, link_in
from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.deadline import until
from tests.wire.service import Service

PROVIDERS = ("cloudpayments", "robokassa", "stripe", "tkassa", "yookassa")
PASSWORD = "correct horse battery"
FREE, PAID = "Бесплатный", "Престиж"
_SELLER = {
    "seller_name": "ООО «Словомат»",
    "seller_inn": "7707083893",
    "seller_kpp": "770701001",
    "seller_address": "101000, Москва, Мясницкая улица, д. 1",
    "seller_bank_name": "Банк «Пример»",
    "seller_bank_bik": "044525225",
    "seller_bank_account": "40702810938000000001",
    "seller_bank_correspondent": "30101810400000000225",
    "seller_signer": "директор И. И. Иванов",
}
_HOUR_MS = 3_600_000
_LETTER_S = 15
_numbers = count(1)


@dataclass
class Market:
    """One of them, and a door to its books for what no page does."""

    service: Service
    fake: FakePay
    upstream: ChaosUpstream
    portal: BlockingPortal
    store: Store
    env: SystemEnv = field(default_factory=SystemEnv)

    @property
    def url(self) -> str:
        """Its public address."""
        return self.service.url

    @property
    def _letters(self) -> Path:
        return self.service.data / "letters"

    def someone(self, language: str, requests: int = 0, plan: str = FREE, role: Role = Role.NONE) -> str:
        """The e-mail of somebody who has signed up already; the password is PASSWORD."""
        name = f"person-{next(_numbers)}@example.org"
        self.portal.call(self._open, name, language, requests, plan, role)
        return name

    def token(self, who: str, desk: Desk = "cabinet") -> str:
        """What a browser's cookie carries once they have signed in."""
        return self.portal.call(self._begin, who, desk)

    def key(self, who: str, name: str = "") -> str:
        """An API key of theirs."""
        return self.portal.call(self._key, who, name)

    def letter(self, to: str, kind: str) -> str:
        """The text of the letter of that kind that they got last; it comes within a second."""
        return until(lambda: letter_in(self._letters, kind, to), _LETTER_S, f"a letter {kind} to {to}")

    def link(self, to: str, kind: str) -> str:
        """Where that letter leads."""
        self.letter(to, kind)
        link = link_in(self._letters, kind, to)
        assert link is not None
        return link

    def account(self, who: str) -> AccountId:
        """Whose books to look into."""
        found = self.portal.call(self.store.find_account, who)
        assert found is not None, who
        return found.id

    def belongings(self, who: str) -> tuple[object, ...]:
        """All that somebody's forms could change."""
        return self.portal.call(self._belongings, who)

    def violations(self) -> tuple[object, ...]:
        """What is wrong with the books."""
        return tuple(self.portal.call(self.store.audit).violations)

    async def _open(self, name: str, language: str, requests: int, plan: str, role: Role) -> None:
        now_ms, people = self.env.now_ms(), self.store.people
        account = await self.store.add_account(name, plan, False, now_ms)
        assert account is not None, plan
        await people.set_password(account, await Passwords().hash(PASSWORD), now_ms, 0)
        await people.set_language(account, language, now_ms)
        if role:
            await people.set_role(account, role, now_ms)
        if requests:
            order = Credit(account_id=account, requests=requests, title="Старт", reason="test", now_ms=now_ms)
            await self.store.credit(order)

    async def _belongings(self, who: str) -> tuple[object, ...]:
        person = await self.store.people.by_email(who)
        assert person is not None, who
        account = person.account.id
        return (
            person,
            await self.store.list_keys(account),
            await self.store.account_entries(account, 100),
            await self.store.shop.account_orders(account, 100),
            await self.store.shop.list_batches(100),
        )

    async def _begin(self, who: str, desk: Desk) -> str:
        account = await self.store.find_account(who)
        assert account is not None, who
        rules = SessionRules(
            cabinet_ms=_HOUR_MS, cabinet_idle_ms=_HOUR_MS, desk_ms=_HOUR_MS, desk_idle_ms=_HOUR_MS
        )
        sessions = Sessions(self.store.people, self.env, self._secret(), rules)
        return await sessions.begin(account.id, desk, Browser("127.0.0.1", "Chromium"), second_factor=True)

    async def _key(self, who: str, name: str) -> str:
        account = await self.store.find_account(who)
        assert account is not None, who
        made = await create_key(self.store, self.env, self._secret(), account.id, KeyRules(name=name))
        return str(made.key)

    def _secret(self) -> bytes:
        return load_secret(self.service.data, self.env)


@contextmanager
def open_market(data: Path, **settings: object) -> Iterator[Market]:
    """A running one; its books are in order at the end."""
    with (
        chaos_upstream() as upstream,
        FakePay(at_once=True) as fake,
        Service(data, upstream.url, **_providers(fake), **_SELLER, **settings) as service,
        start_blocking_portal("asyncio") as portal,
    ):
        pay = f"{service.url}/pay/{{provider}}"
        fake.set_targets(f"{pay}/notify", f"{pay}/return")
        store = make_store(data / "slovomat.db")
        portal.call(store.open)
        market = Market(service, fake, upstream, portal, store)
        yield market
        violations = market.violations()
        portal.call(store.close_store)
        assert violations == ()


def _providers(fake: FakePay) -> dict[str, object]:
    """The settings of a shop that is known to all five."""
    return {
        **{f"{name}_url": fake.url(name) for name in PROVIDERS},
        **{f"{name}_networks": "" for name in PROVIDERS},
        "yookassa_url": f"{fake.url('yookassa')}/v3",
        "robokassa_refund_url": fake.url("robokassa"),
        "robokassa_receipt_url": fake.url("robokassa"),
        "yookassa_shop_id": fake.shop("yookassa").shop_id,
        "yookassa_secret_key": fake.shop("yookassa").secret_key,
        "tkassa_terminal_key": fake.shop("tkassa").terminal_key,
        "tkassa_password": fake.shop("tkassa").password,
        "robokassa_login": fake.shop("robokassa").login,
        "robokassa_password1": fake.shop("robokassa").password1,
        "robokassa_password2": fake.shop("robokassa").password2,
        "robokassa_password3": fake.shop("robokassa").password3,
        "robokassa_hash": fake.shop("robokassa").algorithm,
        "robokassa_test": True,
        "cloudpayments_public_id": fake.shop("cloudpayments").public_id,
        "cloudpayments_secret": fake.shop("cloudpayments").api_secret,
        "cloudpayments_test": True,
        "stripe_secret_key": fake.shop("stripe").secret_key,
        "stripe_webhook_secret": fake.shop("stripe").webhook_secret,
    }
