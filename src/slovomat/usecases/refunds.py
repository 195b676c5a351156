"""Money on its way back: asked for, found out about, and never asked for twice where that would pay twice."""

from slovomat.domain.ids import RefundId
from slovomat.ports.closing_receipts import ClosingState
from slovomat.ports.env import Env
from slovomat.ports.payments import (
    PaymentProvider,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    Refund,
    RefundsTold,
)
from slovomat.ports.shop import Payment, RefundRow, RefundState, Shop
from slovomat.usecases.payment_truth import Problem, refunded_kopecks
from slovomat.usecases.receipts import ReceiptRules, delivered, receipt_of

_SOON_MS = 60_000
"""A refund that was asked for just now may still be on its way to the provider."""


class Refunds:
    """What the cashier does about refunds. `receipt` None: without fiscal receipts."""

    def __init__(self, shop: Shop, env: Env, receipt: ReceiptRules | None) -> None:
        self._shop = shop
        self._env = env
        self._receipt = receipt

    async def give_back(self, there: PaymentProvider | None, payment: Payment, row: RefundRow) -> RefundRow:
        """Asks the provider for it, and takes what the money had bought; `there` None: by hand."""
        if row.state is not RefundState.ASKED:
            return row
        if there is not None:
            try:
                fault = await there.refund(await self._wording(payment, row))
            except ProviderUnavailableError:
                return row
            if fault is not None:
                await self._shop.refuse_refund(row.id, fault.message, self._env.now_ms())
                return await self.told(row)
        return await self._shop.finish_refund(row.id, self._env.now_ms()) or row

    async def found(self, there: PaymentProvider, payment: Payment, found: ProviderPayment) -> bool:
        """What was given back there meanwhile; what we asked for and have no answer to is asked for again.

        Whether anything turned out to be given back.
        """
        noted = await self._noted(payment, found)
        rows = await self._shop.refunds_of(payment.id)
        before_ms = self._env.now_ms() - _SOON_MS
        for row in rows:
            if row.state is RefundState.ASKED and row.created_at_ms <= before_ms:
                if self._may_repeat(there, found, row):
                    noted.append(await self.give_back(there, payment, row))
                elif payment.problem != Problem.REFUND_UNKNOWN:
                    await self._unknown(payment)
        if found.refunds_told is RefundsTold.SOME and not any(_may_be(row) for row in rows):
            await self._unknown(payment)
        return any(row.state is RefundState.DONE for row in noted)

    async def settle(self, refund_id: RefundId, *, given: bool) -> RefundState | None:
        """What the operator found out about a refund that has no answer; None: there is none."""
        now_ms = self._env.now_ms()
        if not given:
            await self._shop.refuse_refund(refund_id, "not given, as the operator found", now_ms)
            row = await self._shop.find_refund(refund_id)
        else:
            row = await self._shop.finish_refund(refund_id, now_ms)
        return row.state if row else None

    async def told(self, row: RefundRow) -> RefundRow:
        """The row as it is now."""
        return await self._shop.find_refund(row.id) or row

    async def _noted(self, payment: Payment, found: ProviderPayment) -> list[RefundRow]:
        now_ms = self._env.now_ms()
        refunded = refunded_kopecks(found)
        if not refunded:
            return []
        if found.refunds_told is RefundsTold.LAST and found.state is not ProviderState.REFUNDED:
            return await self._shop.note_last_refund(payment.id, refunded, now_ms)
        return await self._shop.note_refunded(payment.id, refunded, now_ms)

    def _may_repeat(self, there: PaymentProvider, found: ProviderPayment, row: RefundRow) -> bool:
        """Whether a repeat finds the first one, or the provider's sum says that there was none."""
        age_ms = self._env.now_ms() - row.created_at_ms
        return found.refunds_told is RefundsTold.SUM or age_ms < there.refund_key_ms

    async def _unknown(self, payment: Payment) -> None:
        await self._shop.note_problem(payment.id, Problem.REFUND_UNKNOWN, self._env.now_ms())

    async def _wording(self, payment: Payment, row: RefundRow) -> Refund:
        whose = await self._shop.payment_row(payment.id)
        receipt = None
        if whose is not None and self._receipt is not None:
            closed = await self._shop.find_closing(payment.id)
            prepaid = closed is None or closed.state is ClosingState.REFUSED
            rules = self._receipt if prepaid else delivered(self._receipt)
            receipt = receipt_of(rules, whose.email, whose.title, row.amount_kopecks)
        return Refund(
            provider_id=payment.provider_id,
            reference=payment.reference,
            key=row.once,
            amount_kopecks=row.amount_kopecks,
            currency=payment.currency,
            receipt=receipt,
        )


def _may_be(row: RefundRow) -> bool:
    return row.state is not RefundState.REFUSED
