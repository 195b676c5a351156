"""What every provider has: its calls, the events that it tells of, and how it tells them."""

from abc import ABC, abstractmethod
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from re import fullmatch
from typing import Any, ClassVar

from slovomat.testing.fakepay import providers
from slovomat.testing.fakepay.desk import Desk
from slovomat.testing.fakepay.faults import Fault
from slovomat.testing.fakepay.notices import Notice, Outgoing
from slovomat.testing.fakepay.payments import Payment
from slovomat.testing.fakepay.wire import Answer, Call, Route

FOREIGN_SHOP = "somebody-else"
FOREIGN_CURRENCY = "KZT"
FORGER = "the forger's own secret"
AGE_S = 600


class Provider(ABC):
    """One of them. `version` is the part of its real addresses that callers may have in their setting."""

    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[str] = ""
    names_shop: ClassVar[bool] = True
    """Whether its answers say whose a payment is; where they do not, a foreign one is not found."""

    def __init__(self, desk: Desk, shop: Any) -> None:
        self.desk = desk
        self.shop = shop
        self._routes = self.calls()

    @abstractmethod
    def calls(self) -> list[Route]:
        """What can be called."""

    def answer(self, call: Call) -> Answer:
        """What it answers to a call."""
        path = call.path.removeprefix(f"/{self.version}") if self.version else call.path
        for route in self._routes:
            found = fullmatch(route.pattern, path)
            if route.method == call.method and found:
                return self.allowed(call) or route.handler(call, *found.groups())
        return Answer(b"not found", 404, "text/plain")

    def allowed(self, call: Call) -> Answer | None:  # noqa: ARG002
        """The refusal of a caller whom it does not know; None: go on."""
        return None

    def find(self, provider_id: str) -> Payment | None:
        """A payment as it is told of: with its faults, and not at all when it is nobody's of this shop."""
        payment = self.desk.payments.by_id(self.name, provider_id)
        if payment is None:
            return None
        faults = self.desk.faults.of(self.name, provider_id)
        return None if Fault.OTHER_SHOP in faults and not self.names_shop else payment

    def told(self, payment: Payment) -> Payment:
        """The payment as it is told of: with its faults."""
        faults = self.desk.faults.of(self.name, payment.id)
        return replace(
            payment,
            amount_kopecks=payment.amount_kopecks - 100 * (Fault.WRONG_AMOUNT in faults),
            currency=FOREIGN_CURRENCY if Fault.OTHER_CURRENCY in faults else payment.currency,
            shop=FOREIGN_SHOP if Fault.OTHER_SHOP in faults else payment.shop,
            test=payment.test != (Fault.TEST in faults),
        )

    def secret(self, payment: Payment, own: str) -> str:
        """What a notification is signed with."""
        return FORGER if Fault.FORGED in self.desk.faults.of(self.name, payment.id) else own

    def signing_s(self, payment: Payment) -> int:
        """When a notification says that it was signed."""
        old = Fault.OLD in self.desk.faults.of(self.name, payment.id)
        return self.desk.now_s() - AGE_S * old

    @abstractmethod
    def events_of_pay(self, payment: Payment) -> tuple[str, ...]:
        """What it tells of when the buyer paid."""

    @abstractmethod
    def events_of_cancel(self, payment: Payment) -> tuple[str, ...]:
        """What it tells of when the payment is cancelled."""

    @abstractmethod
    def events_of_refund(self, payment: Payment, amount_kopecks: int) -> tuple[str, ...]:
        """What it tells of when that much is given back."""

    @abstractmethod
    def write(self, notice: Notice) -> Outgoing:
        """The notification as it goes over the wire."""

    @abstractmethod
    def content_with(self, notice: Notice, status: int, body: bytes) -> bool:
        """Whether that is the answer that ends its repeating."""

    def agreed(self, payment: Payment) -> Notice | None:  # noqa: ARG002
        """What it asks the shop before it takes the money; None: it does not ask."""
        return None

    def back(self, payment: Payment, paid: bool) -> str:
        """Where the buyer goes from the checkout page."""
        return payment.return_url if paid else payment.fail_url or payment.return_url


def kinds() -> dict[str, type[Provider]]:
    """Every module in `providers` has its PROVIDER: to add one is to add a file."""
    names = [module.name for module in iter_modules(providers.__path__)]
    found = [import_module(f"{providers.__name__}.{name}").PROVIDER for name in sorted(names)]
    return {kind.name: kind for kind in found}
