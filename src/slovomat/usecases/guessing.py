"""Guessing is slowed per address and per account, and never in the way of the account's owner.

Strangers share an account's window. A browser that has signed in to it before carries a device's ticket and
has a window of its own, whatever strangers do; who has neither gets in by the link of a letter.
"""

import ipaddress
from enum import StrEnum

import msgspec

from slovomat.domain.tickets import keyed_hash, read_ticket, ticket, token_of
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits

_DEVICE = "device"
_DEVICE_MS = 400 * 86_400_000
_ACCOUNTS_MAX = 4
_NETWORK_BITS = 64


class Guess(StrEnum):
    """What is tried; each has windows of its own."""

    PASSWORD = "password"  # noqa: S105 - a name
    CODE = "code"
    LETTER = "letter"
    SIGN_UP = "sign_up"
    VOUCHER = "voucher"


class GuessRules(msgspec.Struct, frozen=True, kw_only=True):
    """How many tries a minute; 0: any number."""

    per_address: int
    per_account: int
    letters_per_address: int
    letters_per_account: int

    def of(self, guess: Guess) -> tuple[int, int]:
        """From one address, and for one account."""
        if guess in {Guess.LETTER, Guess.SIGN_UP}:
            return self.letters_per_address, self.letters_per_account
        return self.per_address, self.per_account


class Guessing:
    """Counts tries."""

    def __init__(self, limits: Limits, env: Env, secret: bytes, rules: GuessRules) -> None:
        self._limits = limits
        self._env = env
        self._secret = secret
        self._rules = rules

    async def wait_ms(self, guess: Guess, email: str, address: str, device: str = "") -> int:
        """0 when one more try may be made, which is counted; else until the next. `device`: its ticket."""
        of_address, of_account = self._rules.of(guess)
        who = self._mark(email)
        known = self._known(device)
        if known and who in known[1:]:
            window = await self._limits.hit(f"{guess}_device", f"{known[0]} {who}", of_account)
            return 0 if window.allowed else window.reset_ms
        from_there = await self._limits.hit(f"{guess}_address", network_of(address), of_address)
        if not from_there.allowed:
            return from_there.reset_ms
        window = await self._limits.hit(f"{guess}_account", who, of_account)
        return 0 if window.allowed else window.reset_ms

    def knows(self, device: str, email: str) -> bool:
        """Whether the browser with this ticket has signed in as that one before."""
        known = self._known(device)
        return self._mark(email) in known[1:]

    def remember(self, device: str, email: str) -> str:
        """The ticket of a browser that has just signed in, in place of the one that it had."""
        known = self._known(device) or [token_of(self._env.random_bytes(12))]
        name, *marks = known
        mark = self._mark(email)
        marks = [mark, *(one for one in marks if one != mark)][:_ACCOUNTS_MAX]
        return ticket(self._secret, _DEVICE, " ".join([name, *marks]), self._env.now_ms() + _DEVICE_MS)

    def _known(self, device: str) -> list[str]:
        """The device's name, then the accounts' marks; empty for a stranger."""
        says = read_ticket(self._secret, _DEVICE, device, self._env.now_ms()) if device else None
        return says.split() if says else []

    def _mark(self, email: str) -> str:
        return token_of(keyed_hash(self._secret, "tried", email)[:12])


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 it is the network that one customer gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _NETWORK_BITS), strict=False))
