"""The cashier: turns money that has come into what was bought, once, and gives money back."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from slovomat.domain.ids import PaymentId, RefundId
from slovomat.ports.env import Env
from slovomat.ports.payments import (
    Notice,
    PaymentProvider,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    Reply,
)
from slovomat.ports.shop import INVOICE, Credited, NewRefund, Paid, Payment, RefundRow, RefundState
from slovomat.ports.store import Store
from slovomat.usecases.payment_truth import Problem, mismatch, next_check_ms
from slovomat.usecases.receipts import ReceiptRules
from slovomat.usecases.refunds import Refunds

_BATCH = 50
_SOON_MS = 60_000
_LATER_MS = 3_600_000
_UNHEARD_MS = 30 * 24 * 3_600_000
"""A payment is not given up before its provider was heard; one that is never heard, after so long."""
_AGAIN = Reply(b"", status=503)
"""The provider, when it cannot be asked right now, tells again."""


class CashierRules(msgspec.Struct, frozen=True, kw_only=True):
    """`pending_ms`: how long a payment that nobody has paid is asked about.

    `genuine`: the providers that are asked at their own addresses, not at a stand-in's.
    """

    pending_ms: int = 72 * 3_600_000
    genuine: frozenset[str] = frozenset()
    receipt: ReceiptRules | None = None


class Checked(StrEnum):
    """What came of asking a provider about a payment."""

    CREDITED = "credited"
    UNCHANGED = "unchanged"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    MISMATCH = "mismatch"
    """Money may have come, but not as it was asked for: nothing is credited; the payment says why."""
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    """There is no such payment here, or nobody to be asked about it."""


def proven_by(provider: str) -> str:
    """The instance's fact that a payment has gone through at the provider's own address; its value: when."""
    return f"payment_proven_{provider}"


class RefundFailure(StrEnum):
    """Why nothing is given back."""

    UNKNOWN = "unknown"
    NO_PROVIDER = "no_provider"
    TOO_MUCH = "too_much"


class Cashier:
    """What a provider tells is a hint: what counts is its answer, asked by us."""

    def __init__(
        self, store: Store, env: Env, providers: Mapping[str, PaymentProvider], rules: CashierRules
    ) -> None:
        self._store = store
        self._shop = store.shop
        self._env = env
        self._providers = providers
        self._rules = rules
        self._refunds = Refunds(store.shop, env, rules.receipt)

    async def notified(
        self, provider: str, headers: Mapping[str, str], body: bytes, address: str
    ) -> Reply | None:
        """The answer to a notification; None for one that is not authentic, or of no provider of ours."""
        there = self._providers.get(provider)
        if there is None:
            return None
        notice = there.read_notice(headers, body, address, self._env.now_ms())
        if notice is None:
            return None
        try:
            payment = await self._named(there, notice)
        except ProviderUnavailableError:
            return _AGAIN
        if payment is not None:
            outcome = await self._check(there, payment, notice.provider_id)
            if outcome is Checked.UNAVAILABLE:
                await self._shop.ask_soon(payment.id, self._env.now_ms() + _SOON_MS)
                return _AGAIN
        return there.reply(notice)

    async def check(self, payment_id: PaymentId) -> Checked:
        """Asks the provider now, whatever is thought of the payment here."""
        payment = await self._shop.find_payment(payment_id)
        there = self._providers.get(payment.provider) if payment else None
        if payment is None or there is None:
            return Checked.UNKNOWN
        return await self._check(there, payment)

    async def reconcile(self) -> dict[Checked, int]:
        """Asks about what is due, each once among all nodes; what came of it, counted."""
        counted: dict[Checked, int] = {}
        for payment in await self._shop.due_payments(self._env.now_ms(), _BATCH):
            outcome = await self._reconciled(payment)
            if outcome is not None:
                counted[outcome] = counted.get(outcome, 0) + 1
        return counted

    async def confirm(self, payment_id: PaymentId, reason: str, by: str) -> Credited | None:
        """The operator has seen the money of an invoice; None: it is no invoice."""
        payment = await self._shop.find_payment(payment_id)
        if payment is None or payment.provider != INVOICE:
            return None
        paid = Paid(payment_id=payment_id, now_ms=self._env.now_ms(), by=by, reason=reason)
        return await self._shop.credit_payment(paid)

    async def refund(
        self, payment_id: PaymentId, amount_kopecks: int, reason: str, by: str, once: str = ""
    ) -> RefundRow | RefundFailure:
        """Gives money back, and takes what it had bought. `once` makes a repeat find the first call's row.

        The row says what became of it: ASKED means that the provider did not answer, and is asked again.
        """
        payment = await self._shop.find_payment(payment_id)
        if payment is None:
            return RefundFailure.UNKNOWN
        there = self._providers.get(payment.provider)
        if there is None and payment.provider != INVOICE:
            return RefundFailure.NO_PROVIDER
        now_ms = self._env.now_ms()
        wanted = NewRefund(
            payment_id=payment_id,
            once=once or self._env.random_bytes(16).hex(),
            amount_kopecks=amount_kopecks,
            reason=reason,
            by=by,
            now_ms=now_ms,
            check_after_ms=now_ms + _SOON_MS if there else None,
        )
        row = await self._shop.open_refund(wanted)
        if row is None or row.payment_id != payment_id:
            return RefundFailure.TOO_MUCH
        if there is not None and row.before and row.state is RefundState.ASKED:
            await self._check(there, payment)
            return await self._refunds.told(row)
        return await self._refunds.give_back(there, payment, row)

    async def settle_refund(self, refund_id: RefundId, *, given: bool) -> RefundState | None:
        """The operator has looked at the provider's whether a refund without an answer was given.

        None: there is no such refund.
        """
        return await self._refunds.settle(refund_id, given=given)

    async def _named(self, there: PaymentProvider, notice: Notice) -> Payment | None:
        """The payment that a notice speaks of. One that has only the provider's id may be new to us."""
        if notice.reference:
            return await self._shop.payment_by_reference(there.name, notice.reference)
        known = await self._shop.payment_by_provider_id(there.name, notice.provider_id)
        if known is not None:
            return known
        found = await there.ask(notice.provider_id, "")
        return await self._shop.payment_by_reference(there.name, found.reference) if found else None

    async def _reconciled(self, payment: Payment) -> Checked | None:
        """None: another node asks."""
        next_ms = next_check_ms(payment, self._env.now_ms(), self._rules.pending_ms)
        gives_up = next_ms is None and payment.state is ProviderState.PENDING
        later_ms = self._env.now_ms() + _LATER_MS
        if not await self._shop.claim_check(payment, later_ms if gives_up else next_ms):
            return None
        there = self._providers.get(payment.provider)
        outcome = Checked.UNKNOWN if there is None else await self._check(there, payment)
        unheard = outcome is Checked.UNAVAILABLE and self._env.now_ms() - payment.created_at_ms < _UNHEARD_MS
        if gives_up and outcome is not Checked.CREDITED and not unheard:
            await self._shop.cancel_payment(payment.id, self._env.now_ms())
            return Checked.CANCELLED
        return outcome

    async def _check(self, there: PaymentProvider, payment: Payment, told_id: str = "") -> Checked:
        try:
            found = await there.ask(payment.provider_id or told_id, payment.reference)
        except ProviderUnavailableError:
            return Checked.UNAVAILABLE
        if found is None:
            await self._shop.checked(payment.id, self._env.now_ms())
            return Checked.UNCHANGED
        if problem := mismatch(payment, found) or await self._of_another(payment, found):
            if found.state is not ProviderState.CANCELLED:
                await self._note(payment, problem)
            return Checked.MISMATCH
        return await self._believe(there, payment, found)

    async def _of_another(self, payment: Payment, found: ProviderPayment) -> Problem | None:
        """A provider's payment pays one of ours."""
        if payment.provider_id:
            return None
        known = await self._shop.payment_by_provider_id(payment.provider, found.provider_id)
        return None if known is None or known.id == payment.id else Problem.PROVIDER_ID

    async def _believe(self, there: PaymentProvider, payment: Payment, found: ProviderPayment) -> Checked:
        match found.state:
            case ProviderState.PAID:
                outcome = await self._credit(payment, found)
            case ProviderState.REFUNDED if payment.paid_at_ms is not None:
                outcome = Checked.UNCHANGED
            case ProviderState.CANCELLED | ProviderState.REFUNDED:
                cancelled = await self._shop.cancel_payment(payment.id, self._env.now_ms())
                if payment.paid_at_ms is not None:
                    await self._note(payment, Problem.CANCELLED_LATER)
                return Checked.CANCELLED if cancelled else Checked.UNCHANGED
            case ProviderState.PENDING:
                await self._shop.checked(payment.id, self._env.now_ms())
                return Checked.UNCHANGED
        returned = await self._refunds.found(there, payment, found)
        return Checked.REFUNDED if returned else outcome

    async def _note(self, payment: Payment, problem: Problem) -> None:
        await self._shop.note_problem(payment.id, problem, self._env.now_ms())

    async def _credit(self, payment: Payment, found: ProviderPayment) -> Checked:
        now_ms = self._env.now_ms()
        if payment.paid_at_ms is not None:
            await self._shop.checked(payment.id, now_ms)
            return Checked.UNCHANGED
        first = msgspec.structs.replace(payment, paid_at_ms=now_ms)
        paid = Paid(
            payment_id=payment.id,
            provider_id=found.provider_id,
            now_ms=now_ms,
            check_after_ms=next_check_ms(first, now_ms, self._rules.pending_ms),
        )
        credited = await self._shop.credit_payment(paid)
        if credited is Credited.NOW and payment.provider in self._rules.genuine:
            await self._store.set_instance_value(proven_by(payment.provider), str(now_ms))
        return Checked.CREDITED if credited is Credited.NOW else Checked.UNCHANGED
