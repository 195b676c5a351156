"""The payments of all providers, as they really stand, whatever is told about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID


class State(StrEnum):
    """Where a payment stands. HELD: the money is reserved, and the shop has yet to take it."""

    PENDING = "pending"
    HELD = "held"
    PAID = "paid"
    CANCELLED = "cancelled"


class NotPossibleError(Exception):
    """The payment does not stand so that this could be done; the message is for people."""


@dataclass(frozen=True)
class Refunded:
    """Money that was given back. `number` is its own among all that the provider counts."""

    number: int
    amount_kopecks: int
    created_s: int
    key: str = ""


@dataclass(kw_only=True)
class Payment:
    """One payment. `number` is the provider's own count; `facts` is what only its provider knows of."""

    provider: str
    id: str
    number: int
    reference: str
    amount_kopecks: int
    currency: str
    title: str
    shop: str
    test: bool
    created_s: int
    email: str = ""
    language: str = ""
    return_url: str = ""
    fail_url: str = ""
    notify_url: str = ""
    two_stages: bool = False
    state: State = State.PENDING
    paid_s: int = 0
    refunds: tuple[Refunded, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def refunded_kopecks(self) -> int:
        """How much was given back."""
        return sum(one.amount_kopecks for one in self.refunds)

    @property
    def left_kopecks(self) -> int:
        """How much can still be given back."""
        return self.amount_kopecks - self.refunded_kopecks if self.state is State.PAID else 0


@dataclass
class Payments:
    """All of them, by provider and id."""

    _all: dict[tuple[str, str], Payment] = field(default_factory=dict)

    def add(self, payment: Payment) -> None:
        """A new one."""
        self._all[payment.provider, payment.id] = payment

    def of(self, provider: str) -> Iterator[Payment]:
        """One provider's, newest first."""
        return (one for one in reversed(self._all.values()) if one.provider == provider)

    def all(self) -> list[Payment]:
        """Everyone's, newest first."""
        return list(reversed(self._all.values()))

    def by_id(self, provider: str, provider_id: str) -> Payment | None:
        """The one of that id."""
        return self._all.get((provider, provider_id))

    def named(self, name: str) -> Payment:
        """The newest whose id, number or reference that is, whoever's it is. Raises KeyError."""
        for payment in self.all():
            if name in {payment.id, str(payment.number), payment.reference}:
                return payment
        raise KeyError(name)

    def clear(self) -> None:
        """Forgets them."""
        self._all.clear()


def decimal(kopecks: int, places: int = 2) -> str:
    """`19900` -> `199.00`: money leaves as text, and never was a float."""
    return f"{kopecks // 100}.{kopecks % 100:02d}".ljust(places + len(str(kopecks // 100)) + 1, "0")


def kopecks(text: object) -> int:
    """`199`, `199.0` or `199.000000` -> `19900`. Raises ValueError for what is no sum of kopecks."""
    whole, _, rest = str(text).strip().partition(".")
    hundredths = rest.rstrip("0").ljust(2, "0")
    if not whole.isascii() or not whole.isdigit() or len(hundredths) != 2 or not hundredths.isdigit():
        raise ValueError(f"no sum of money: {text}")
    return int(whole) * 100 + int(hundredths)


def guid(*parts: object) -> str:
    """An id that looks drawn by lot and is the same for the same parts."""
    return str(UUID(bytes=sha256(":".join(map(str, parts)).encode()).digest()[:16], version=4))


def letters(length: int, *parts: object) -> str:
    """The same, as letters and digits."""
    return sha256(":".join(map(str, parts)).encode()).hexdigest()[:length]
