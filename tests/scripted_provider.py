"""A payment provider in memory, which does as a test says: pays, forgets, lies, falls silent."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from slovomat.ports.payments import (
    Begun,
    Checkout,
    Closing,
    Notice,
    ProviderFault,
    ProviderPayment,
    ProviderState,
    ProviderUnavailableError,
    Refund,
    RefundsTold,
    Reply,
)

SIGNED = {"signature": "good"}


class ScriptedProvider:
    """The PaymentProvider port. Each payment is a row that the test may change."""

    name = "scripted"
    shop = "shop-1"
    test = False
    currencies = frozenset({"RUB"})
    refund_key_ms = 24 * 3_600_000
    closing_key_ms = 24 * 3_600_000

    def __init__(self) -> None:
        self.payments: dict[str, ProviderPayment] = {}
        self.given: dict[str, list[int]] = {}
        """What each refund gave back, by our number of the payment."""
        self.keys: dict[str, Begun] = {}
        self.refunds: dict[str, int] = {}
        self.last_refund: Refund | None = None
        self.closings: dict[str, list[Closing]] = {}
        """The receipts that it was asked to print, by key."""
        self.asked = 0
        self.silent = False
        """It does not answer, and nothing has happened."""
        self.loses_answers = False
        """It does as told, and its answer is lost."""
        self.refuses = ""
        self.forgets_keys = False
        """A refund that is repeated is another refund."""
        self.refunds_told = RefundsTold.SUM
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        """Happens once, before the next answer is given."""

    async def begin(self, checkout: Checkout) -> Begun | ProviderFault:
        """Once for each key."""
        self._answer()
        if self.refuses:
            return ProviderFault(self.refuses)
        if checkout.key not in self.keys:
            provider_id = f"p{len(self.payments) + 1}"
            self.payments[checkout.reference] = ProviderPayment(
                provider_id=provider_id,
                reference=checkout.reference,
                state=ProviderState.PENDING,
                amount_kopecks=checkout.amount_kopecks,
                currency=checkout.currency,
                shop=self.shop,
                test=self.test,
            )
            self.keys[checkout.key] = Begun(provider_id, f"https://pay.example/{provider_id}")
        begun = self.keys[checkout.key]
        await self._wait()
        self._lose()
        return begun

    async def ask(self, provider_id: str, reference: str) -> ProviderPayment | None:
        """By either name."""
        self.asked += 1
        self._answer()
        for payment in self.payments.values():
            if reference == payment.reference or (not reference and provider_id == payment.provider_id):
                return self._told(payment)
        return None

    async def refund(self, refund: Refund) -> ProviderFault | None:
        """Once for each key."""
        self._answer()
        if self.refuses:
            return ProviderFault(self.refuses)
        self.last_refund = refund
        if refund.key not in self.refunds or self.forgets_keys:
            self.refunds[refund.key] = self.refunds.get(refund.key, 0) + refund.amount_kopecks
            self.gives_back(refund.reference, refund.amount_kopecks)
        await self._wait()
        self._lose()
        return None

    async def close_receipt(self, closing: Closing) -> ProviderFault | None:
        """Keeps what it is asked for, every time."""
        self._answer()
        if self.refuses:
            return ProviderFault(self.refuses)
        self.closings.setdefault(closing.key, []).append(closing)
        await self._wait()
        self._lose()
        return None

    def read_notice(
        self,
        headers: Mapping[str, str],
        body: bytes,
        address: str,  # noqa: ARG002 - the port's form
        now_ms: int,  # noqa: ARG002 - the port's form
    ) -> Notice | None:
        """`id reference`, signed."""
        if headers.get("signature") != "good":
            return None
        provider_id, _, reference = body.decode().partition(" ")
        return Notice(provider_id, reference)

    def reply(self, notice: Notice) -> Reply:  # noqa: ARG002 - the port's form
        """OK."""
        return Reply(b"OK")

    async def close(self) -> None:
        """There is nothing to close."""

    def says(self, reference: str, **facts: object) -> None:
        """From now on it tells this of the payment."""
        known = self.payments[reference]
        self.payments[reference] = msgspec.structs.replace(known, **facts)

    def gives_back(self, reference: str, amount_kopecks: int) -> None:
        """Money is refunded, by whomever."""
        known = self.payments[reference]
        self.given.setdefault(reference, []).append(amount_kopecks)
        total = known.refunded_kopecks + amount_kopecks
        whole = total >= known.amount_kopecks
        state = ProviderState.REFUNDED if whole else ProviderState.PAID
        self.says(reference, refunded_kopecks=total, state=state)

    def notice(self, reference: str) -> bytes:
        """The body of a notification."""
        return f"{self.payments[reference].provider_id} {reference}".encode()

    def _told(self, payment: ProviderPayment) -> ProviderPayment:
        """As much of its refunds as it tells."""
        if payment.state is ProviderState.REFUNDED:
            return payment
        given = self.given.get(payment.reference, [])
        told = self.refunds_told if given or self.refunds_told is RefundsTold.NOTHING else RefundsTold.SUM
        known = {RefundsTold.SUM: sum(given), RefundsTold.LAST: sum(given[-1:])}.get(told, 0)
        return msgspec.structs.replace(payment, refunded_kopecks=known, refunds_told=told)

    async def _wait(self) -> None:
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()

    def _answer(self) -> None:
        if self.silent:
            raise ProviderUnavailableError("silent")

    def _lose(self) -> None:
        if self.loses_answers:
            raise ProviderUnavailableError("the answer was lost")
