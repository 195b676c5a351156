"""The desk of all providers: payments are paid, cancelled and given back here, and the shop is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import RLock
from urllib.parse import urlsplit

from slovomat.testing.fakepay.faults import Faults
from slovomat.testing.fakepay.notices import Notice
from slovomat.testing.fakepay.payments import NotPossibleError, Payment, Payments, Refunded, State
from slovomat.testing.fakepay.wire import Answer


@dataclass
class Desk:
    """What all providers share. Whoever touches it holds `lock`: the server has a thread of its own."""

    now_s: Callable[[], int]
    notify_url: str
    return_url: str
    address: str = ""
    payments: Payments = field(default_factory=Payments)
    faults: Faults = field(default_factory=Faults)
    pending: list[Notice] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)
    _numbers: Iterator[int] | None = None
    _answers: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def number(self) -> int:
        """The next of all numbers; they begin at the time, so that no earlier run had the same."""
        if self._numbers is None:
            self._numbers = iter(range(self.now_s() * 10, 1 << 62))
        return next(self._numbers)

    def notify_address(self, provider: str, event: str) -> str:
        """Where the shop's cabinet says that notifications go."""
        return self.notify_url.replace("{provider}", provider).replace("{event}", event)

    def return_address(self, provider: str) -> str:
        """Where buyers go back to when their payment does not say."""
        return self.return_url.replace("{provider}", provider)

    def checkout_address(self, payment: Payment) -> str:
        """Where the buyer pays."""
        return f"{self.address}/checkout/{payment.provider}/{payment.id}"

    def begin(self, payment: Payment) -> Payment:
        """A new payment."""
        payment.return_url = payment.return_url or self.return_address(payment.provider)
        self.payments.add(payment)
        self.faults.take_for_payment(payment.provider, payment.id)
        return payment

    def pay(self, payment: Payment, events: tuple[str, ...]) -> None:
        """The buyer paid. Raises NotPossibleError."""
        require(payment, payment.state is State.PENDING, "оплатить можно только новый платёж")
        payment.state = State.HELD if payment.two_stages else State.PAID
        payment.paid_s = self.now_s()
        self.tell(payment, *events)

    def capture(self, payment: Payment, amount_kopecks: int, events: tuple[str, ...]) -> None:
        """The shop takes what was held, or less of it. Raises NotPossibleError."""
        possible = payment.state is State.HELD and 0 < amount_kopecks <= payment.amount_kopecks
        require(payment, possible, "эту сумму нельзя списать")
        payment.state, payment.amount_kopecks = State.PAID, amount_kopecks
        self.tell(payment, *events)

    def cancel(self, payment: Payment, events: tuple[str, ...]) -> None:
        """Nobody pays any more. Raises NotPossibleError."""
        require(payment, payment.state in {State.PENDING, State.HELD}, "платёж уже нельзя отменить")
        payment.state = State.CANCELLED
        self.tell(payment, *events)

    def refund(self, payment: Payment, amount_kopecks: int, key: str, events: tuple[str, ...]) -> Refunded:
        """Money goes back. Raises NotPossibleError."""
        require(payment, 0 < amount_kopecks <= payment.left_kopecks, "столько вернуть нельзя")
        refunded = Refunded(self.number(), amount_kopecks, self.now_s(), key)
        payment.refunds = (*payment.refunds, refunded)
        self.tell(payment, *events)
        return refunded

    def tell(self, payment: Payment, *events: str) -> None:
        """Puts notifications in line, with the payment as it is now."""
        as_now = replace(payment, facts=dict(payment.facts))
        self.pending.extend(Notice(event, as_now, self.number()) for event in events)

    def once(self, provider: str, key: str, answer: Callable[[], Answer]) -> Answer:
        """The same answer for the same key; without a key, a new one each time."""
        if not key:
            return answer()
        if (provider, key) not in self._answers:
            self._answers[provider, key] = answer()
        return self._answers[provider, key]

    def clear(self) -> None:
        """Forgets all payments and what is still to be sent."""
        self.payments.clear()
        self.faults.clear()
        self.pending.clear()
        self._answers.clear()


def require(payment: Payment, holds: bool, otherwise: str) -> None:
    """Raises NotPossibleError."""
    if not holds:
        raise NotPossibleError(f"{otherwise} ({payment.provider} {payment.id}: {payment.state})")


def origin(url: str) -> str:
    """The scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
