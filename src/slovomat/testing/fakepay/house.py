"""All providers under one roof: what a buyer, a cabinet or a test does, and the sending of notifications."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from slovomat.testing.fakepay.desk import Desk
from slovomat.testing.fakepay.faults import Fault
from slovomat.testing.fakepay.notices import Notice, Outgoing, Sent, send
from slovomat.testing.fakepay.payments import NotPossibleError, Payment
from slovomat.testing.fakepay.provider import Provider, kinds


def standard_shops() -> dict[str, Any]:
    """The credentials that the fake has when nobody says otherwise, by provider."""
    return {name: import_module(kind.__module__).Shop() for name, kind in kinds().items()}


@dataclass
class House:
    """The providers at their desk. `sent`: every notification that went out, with its answer."""

    desk: Desk
    shops: Mapping[str, Any]
    post: Callable[[Outgoing], tuple[int | None, bytes]] = send
    sent: list[Sent] = field(default_factory=list)
    providers: dict[str, Provider] = field(init=False)

    def __post_init__(self) -> None:
        """The providers move in."""
        shops = standard_shops() | dict(self.shops)
        self.providers = {name: kind(self.desk, shops[name]) for name, kind in kinds().items()}

    def of(self, payment: Payment) -> Provider:
        """Its provider."""
        return self.providers[payment.provider]

    def pay(self, name: str) -> Payment:
        """The buyer pays; where the provider asks the shop first and hears no, raises NotPossibleError."""
        payment = self.desk.payments.named(name)
        asked = self.of(payment).agreed(payment)
        if asked and not self._send(asked).accepted:
            raise NotPossibleError("магазин не согласен")
        with self.desk.lock:
            self.desk.pay(payment, self.of(payment).events_of_pay(payment))
        return payment

    def cancel(self, name: str) -> Payment:
        """The buyer does not pay. Raises NotPossibleError."""
        payment = self.desk.payments.named(name)
        with self.desk.lock:
            self.desk.cancel(payment, self.of(payment).events_of_cancel(payment))
        return payment

    def refund(self, name: str, amount_kopecks: int | None = None) -> Payment:
        """Money goes back from the provider's own cabinet, all of it or a part. Raises NotPossibleError."""
        payment = self.desk.payments.named(name)
        with self.desk.lock:
            amount = payment.left_kopecks if amount_kopecks is None else amount_kopecks
            self.desk.refund(payment, amount, "", self.of(payment).events_of_refund(payment, amount))
        return payment

    def deliver(self) -> list[Sent]:
        """Sends what is in line; what is not answered as it should be stays there for the next time."""
        with self.desk.lock:
            waiting, self.desk.pending[:] = self._in_order(), []
        done: list[Sent] = []
        for notice in waiting:
            faults = self.desk.faults.of(notice.payment.provider, notice.payment.id)
            if Fault.LOST in faults:
                continue
            tries = [self._send(notice) for _ in range(1 + (Fault.DOUBLED in faults))]
            done += tries
            if not tries[-1].accepted:
                with self.desk.lock:
                    self.desk.pending.append(notice)
        return done

    def _in_order(self) -> list[Notice]:
        """Those in line; each reversed payment's at its own places, the last one first."""
        line = list(self.desk.pending)
        for payment in {(one.payment.provider, one.payment.id) for one in line}:
            if Fault.REVERSED in self.desk.faults.of(*payment):
                places = [
                    i for i, one in enumerate(line) if (one.payment.provider, one.payment.id) == payment
                ]
                turned = [line[place] for place in reversed(places)]
                for place, notice in zip(places, turned, strict=True):
                    line[place] = notice
        return line

    def _send(self, notice: Notice) -> Sent:
        provider = self.of(notice.payment)
        with self.desk.lock:
            outgoing = provider.write(notice)
        status, body = self.post(outgoing)
        accepted = status is not None and provider.content_with(notice, status, body)
        names = (provider.name, notice.payment.id, notice.event, outgoing.url)
        sent = Sent(*names, outgoing.headers, outgoing.body, status, body, accepted)
        self.sent.append(sent)
        return sent

    def clear(self) -> None:
        """Forgets everything that happened."""
        with self.desk.lock:
            self.desk.clear()
            self.sent.clear()
