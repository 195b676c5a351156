"""What an operator does with a payment: each deed stands in the journal before it is begun."""

import msgspec

from slovomat.domain.ids import PaymentId, RefundId
from slovomat.ports.env import Env
from slovomat.ports.journal import Refused
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import INVOICE, Payment, RefundRow, RefundState
from slovomat.ports.store import Store
from slovomat.usecases.journal import Deed, mark, note_of
from slovomat.usecases.payment_truth import Problem
from slovomat.usecases.payments import Cashier, Checked, RefundFailure

_TARGET = "payment"


class Confirmed(msgspec.Struct, frozen=True):
    """An invoice was paid, now or before."""


class PaymentDesk:
    """Asks again, gives back, confirms."""

    def __init__(self, store: Store, env: Env, cashier: Cashier) -> None:
        self._store = store
        self._env = env
        self._cashier = cashier

    async def check(self, deed: Deed, payment_id: PaymentId) -> Checked:
        """Asks the provider now; a reason is welcome."""
        outcome = await self._cashier.check(payment_id)
        note = note_of(
            deed.actor,
            self._env.now_ms(),
            "check_payment",
            deed.reason,
            target=(_TARGET, str(payment_id)),
            details={"outcome": outcome.value},
        )
        await self._store.journal.note(note)
        return outcome

    async def refund(
        self, deed: Deed, payment: Payment, amount_kopecks: int
    ) -> RefundRow | RefundFailure | Refused:
        """Gives money back. The same form again finds what came of it the first time."""
        facts: dict[str, str | int] = {"kopecks": amount_kopecks, "currency": payment.currency}
        said = await mark(
            self._store, self._env, deed, "refund", target=(_TARGET, str(payment.id)), details=facts
        )
        if isinstance(said, Refused):
            return said
        return await self._cashier.refund(
            payment.id, amount_kopecks, deed.reason, deed.actor.email, once=f"desk {deed.key}"
        )

    async def settle(
        self, deed: Deed, payment: Payment, refund_id: RefundId, *, given: bool
    ) -> RefundState | Refused:
        """What the operator saw in the provider's cabinet of a refund that has no answer."""
        row = await self._store.shop.find_refund(refund_id)
        if row is None or row.payment_id != payment.id or payment.problem != Problem.REFUND_UNKNOWN:
            return Refused("wrong_state")
        facts: dict[str, str | int] = {
            "refund": refund_id,
            "kopecks": row.amount_kopecks,
            "given": int(given),
        }
        said = await mark(
            self._store, self._env, deed, "settle_refund", target=(_TARGET, str(payment.id)), details=facts
        )
        if isinstance(said, Refused):
            return said
        return await self._cashier.settle_refund(refund_id, given=given) or Refused("wrong_state")

    async def confirm(self, deed: Deed, payment: Payment) -> Confirmed | Refused:
        """The money of an invoice has come."""
        if payment.provider != INVOICE or payment.state not in {
            ProviderState.PENDING,
            ProviderState.CANCELLED,
        }:
            return Refused("wrong_state")
        facts: dict[str, str | int] = {"kopecks": payment.amount_kopecks, "currency": payment.currency}
        said = await mark(
            self._store, self._env, deed, "confirm_invoice", target=(_TARGET, str(payment.id)), details=facts
        )
        if isinstance(said, Refused):
            return said
        await self._cashier.confirm(payment.id, deed.reason, deed.actor.email)
        return Confirmed()
