"""What a provider can do wrong, switched on for one payment, for the next call, or for the next payment."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Each is one way in which a provider, or somebody in its name, can mislead a shop."""

    TIMEOUT = "timeout"
    """The call takes effect; its answer does not come while the caller waits."""
    CUT = "cut"
    """The call takes effect; the connection is cut instead of an answer."""
    ERROR = "error"
    """500, and nothing took effect."""
    ERROR_AFTER = "error_after"
    """500, although it took effect."""
    JUNK = "junk"
    """The call takes effect; the answer is a page that nobody can parse."""
    DOUBLED = "doubled"
    """Each notification comes twice."""
    REVERSED = "reversed"
    """The later notification comes first."""
    LOST = "lost"
    """No notification comes at all."""
    FORGED = "forged"
    """Notifications are signed with another key."""
    OLD = "old"
    """Notifications are signed ten minutes ago (where the signature carries a time)."""
    WRONG_AMOUNT = "wrong_amount"
    """The payment is of one rouble less than was asked."""
    OTHER_SHOP = "other_shop"
    """The payment is another shop's: told so where the provider names the shop, else unknown to this one."""
    OTHER_CURRENCY = "other_currency"
    """The payment is in tenge."""
    TEST = "test"
    """The payment says the opposite of the shop about being a test."""


ANSWERS = (Fault.TIMEOUT, Fault.CUT, Fault.ERROR, Fault.ERROR_AFTER, Fault.JUNK)
"""The faults of an answer; the others are of a notification, or of the payment itself."""


@dataclass
class Faults:
    """The faults that are on."""

    _of_payment: dict[tuple[str, str], set[Fault]] = field(default_factory=dict)
    _of_next_call: list[tuple[str, Fault]] = field(default_factory=list)
    _of_next_payment: list[tuple[str, Fault]] = field(default_factory=list)

    def on(self, provider: str, provider_id: str, *faults: Fault) -> None:
        """Switches them on for a payment, until they are switched off."""
        self._of_payment.setdefault((provider, provider_id), set()).update(faults)

    def off(self, provider: str, provider_id: str, *faults: Fault) -> None:
        """Switches them off for a payment; without any, all."""
        if faults:
            self.of(provider, provider_id).difference_update(faults)
        else:
            self._of_payment.pop((provider, provider_id), None)

    def of(self, provider: str, provider_id: str) -> set[Fault]:
        """What is on for a payment."""
        return self._of_payment.get((provider, provider_id), set())

    def next_call(self, fault: Fault, provider: str = "") -> None:
        """The next call to the provider (any, when it is not named) goes wrong so; several stand in line."""
        if fault not in ANSWERS:
            raise ValueError(f"{fault} is no fault of an answer")
        self._of_next_call.append((provider, fault))

    def next_payment(self, fault: Fault, provider: str = "") -> None:
        """The next payment that is begun has it."""
        self._of_next_payment.append((provider, fault))

    def take_for_call(self, provider: str) -> Fault | None:
        """The fault of this call, if one stands in line."""
        for place, (name, fault) in enumerate(self._of_next_call):
            if name in {"", provider}:
                del self._of_next_call[place]
                return fault
        return None

    def take_for_payment(self, provider: str, provider_id: str) -> None:
        """Gives a new payment what stood in line for it."""
        taken = [one for one in self._of_next_payment if one[0] in {"", provider}]
        self._of_next_payment = [one for one in self._of_next_payment if one not in taken]
        self.on(provider, provider_id, *(fault for _, fault in taken))

    def clear(self) -> None:
        """Everything goes well again."""
        self._of_payment.clear()
        self._of_next_call.clear()
        self._of_next_payment.clear()
