"""A prepayment that is used up gets its closing receipt (54-FZ), and never two."""

from collections.abc import Mapping

from slovomat.ports.closing_receipts import ClosingRow, ClosingSearch, ClosingState
from slovomat.ports.env import Env
from slovomat.ports.payments import ClosesReceipts, Closing, PaymentProvider, ProviderUnavailableError
from slovomat.ports.store import Store
from slovomat.usecases.receipts import ReceiptRules, delivered, receipt_of

SINCE = "closing_receipts_since"
"""Since when the instance closes receipts; what was sold before may have none to close."""
_DAY_MS = 24 * 3_600_000
_LATE_MS = 30 * _DAY_MS
"""For so long after its time one is looked for: an instance that was down, a refund that was under way."""
_TRY_AGAIN_MS = 5 * 60_000
_AT_ONCE = 100


class ClosingReceipts:
    """Asks providers that have a cash register; `rules` are those of the first receipts."""

    def __init__(
        self,
        store: Store,
        env: Env,
        providers: Mapping[str, PaymentProvider],
        rules: ReceiptRules,
        close_days: int,
    ) -> None:
        self._store = store
        self._shop = store.shop
        self._env = env
        self._providers = providers
        self._rules = delivered(rules)
        self._after_ms = close_days * _DAY_MS

    async def step(self) -> None:
        """Closes what is due, and asks again where a repeat is harmless."""
        since_ms = await self._since_ms()
        for there in self._providers.values():
            if isinstance(there, ClosesReceipts):
                await self._repeat(there, there)
                await self._close_due(there, there, since_ms)

    async def _since_ms(self) -> int:
        known = await self._store.instance_value(SINCE)
        if known is not None:
            return int(known)
        now_ms = self._env.now_ms()
        await self._store.set_instance_value(SINCE, str(now_ms))
        return now_ms

    async def _close_due(self, there: PaymentProvider, register: ClosesReceipts, since_ms: int) -> None:
        used_up_ms = self._env.now_ms() - self._after_ms
        which = _search(there, max(since_ms, used_up_ms - _LATE_MS), used_up_ms)
        for payment_id in await self._shop.closings_due(which):
            once = self._env.random_bytes(16).hex()
            row = await self._shop.open_closing(payment_id, once, self._env.now_ms())
            if row is not None:
                await self._ask(register, row)

    async def _repeat(self, there: PaymentProvider, register: ClosesReceipts) -> None:
        """While the provider knows the key of the first call, and not at all where it takes none."""
        now_ms = self._env.now_ms()
        which = _search(there, now_ms - register.closing_key_ms, now_ms)
        if not register.closing_key_ms:
            return
        for row in await self._shop.closings_unheard(which, now_ms - _TRY_AGAIN_MS):
            if await self._shop.closing_again(row, now_ms):
                await self._ask(register, row)

    async def _ask(self, register: ClosesReceipts, row: ClosingRow) -> None:
        try:
            fault = await register.close_receipt(await self._wording(row))
        except ProviderUnavailableError as error:
            await self._shop.note_closing(row.payment_id, f"no answer: {error}")
            return
        state = ClosingState.REFUSED if fault else ClosingState.DONE
        await self._shop.end_closing(
            row.payment_id, state, fault.message if fault else "", self._env.now_ms()
        )

    async def _wording(self, row: ClosingRow) -> Closing:
        sold = await self._shop.payment_row(row.payment_id)
        if sold is None:
            raise LookupError(f"payment {row.payment_id} has a receipt to close, and is gone")
        return Closing(
            provider_id=sold.payment.provider_id,
            reference=sold.payment.reference,
            key=row.once,
            amount_kopecks=row.amount_kopecks,
            currency=sold.payment.currency,
            receipt=receipt_of(self._rules, sold.email, sold.title, row.amount_kopecks),
        )


def _search(there: PaymentProvider, from_ms: int, to_ms: int) -> ClosingSearch:
    return ClosingSearch(provider=there.name, shop=there.shop, from_ms=from_ms, to_ms=to_ms, limit=_AT_ONCE)
