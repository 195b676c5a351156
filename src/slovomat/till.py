"""What takes orders and money, put together of the settings."""

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING

from slovomat.ports.env import Env
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.usecases.checkout import CheckoutDesk, CheckoutRules
from slovomat.usecases.closing_receipts import ClosingReceipts
from slovomat.usecases.payments import Cashier, CashierRules
from slovomat.usecases.receipts import ReceiptRules

if TYPE_CHECKING:
    from slovomat.payments.http import ProviderHTTP
    from slovomat.ports.payments import PaymentProvider

_RECONCILE_S = 10.0
_CLOSE_RECEIPTS_S = 600.0
_HOUR_MS = 3_600_000


class Till:
    """The desk that takes orders and the cashier. Providers are loaded at the first use."""

    def __init__(self, settings: Settings, env: Env, store: Store, site: Callable[[], str]) -> None:
        self._settings = settings
        self._env = env
        self._store = store
        self._site = site

    @cached_property
    def providers(self) -> "dict[str, PaymentProvider]":
        """Those whose secrets are there, by name."""
        from slovomat.payments.registry import open_providers

        return open_providers(dict(self._settings), self._http)

    @cached_property
    def desk(self) -> CheckoutDesk:
        """Takes orders."""
        rules = CheckoutRules(currency=self._settings.currency, receipt=receipt_rules(self._settings))
        return CheckoutDesk(self._store, self._env, self.providers, rules, self._site)

    @cached_property
    def cashier(self) -> Cashier:
        """Takes money, and gives it back."""
        rules = CashierRules(
            pending_ms=self._settings.payments_check_hours * _HOUR_MS,
            genuine=frozenset(name for name in self.providers if is_genuine(self._settings, name)),
            receipt=receipt_rules(self._settings),
        )
        return Cashier(self._store, self._env, self.providers, rules)

    def title(self, provider: str, language: str) -> str:
        """What buyers know a provider as; of one that this version has no file for, its name."""
        from slovomat.payments.registry import all_kinds

        kind = next((one for one in all_kinds() if one.name == provider), None)
        if kind is None:
            return provider
        return kind.title_ru if language == "ru" else kind.title_en

    def rounds(self) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
        """Steps, and the seconds between them."""
        return [(_RECONCILE_S, self._reconcile), (_CLOSE_RECEIPTS_S, self._close_receipts)]

    async def _reconcile(self) -> None:
        if await self._store.shop.due_payments(self._env.now_ms(), 1):
            await self.cashier.reconcile()

    async def _close_receipts(self) -> None:
        rules = receipt_rules(self._settings)
        if rules is not None and rules.prepaid:
            days = self._settings.receipts_close_days
            await ClosingReceipts(self._store, self._env, self.providers, rules, days).step()

    async def close(self) -> None:
        """Closes the connections to providers."""
        if "providers" in vars(self):
            for provider in self.providers.values():
                await provider.close()
            await self._http.close()

    @cached_property
    def _http(self) -> "ProviderHTTP":
        from slovomat.payments.http import ProviderHTTP

        return ProviderHTTP(self._settings.payments_timeout_s)


def is_genuine(settings: Settings, provider: str) -> bool:
    """Whether a provider is asked at its own address, and not at that of a stand-in."""
    name = f"{provider}_url"
    return bool(getattr(settings, name) == Settings.model_fields[name].default)


def receipt_rules(settings: Settings) -> ReceiptRules | None:
    """What fiscal receipts say of the seller; None: there are none."""
    if not settings.receipts_enabled:
        return None
    return ReceiptRules(
        tax_system=settings.receipts_tax_system,
        vat=settings.receipts_vat,
        payment_mode=settings.receipts_payment_mode,
        payment_subject=settings.receipts_payment_subject,
    )
