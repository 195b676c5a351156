"""What an operator does with a payment: each deed stands in the journal before it is begun."""

import msgspec

from slovomat.domain.ids import PaymentId
from slovomat.ports.env import Env
from slovomat.ports.journal import Refused
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import INVOICE, Payment, RefundRow
from slovomat.ports.store import Store
from slovomat.usecases.journal import Deed, mark, note_of
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
