"""Who calls: an account, its plan, and what the key in hand may do."""

import ipaddress

import msgspec

from slovomat.domain.ids import AccountId, KeyId, PlanId

DIALECTS = ("textbot", "chatinfo", "openai")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an account bought: requests a day, dialects, limits.

    `rpm`: creates a minute; None is the service's setting, 0 no limit.
    `api_allowance`: whether the daily requests may be spent through the API.
    """

    id: PlanId
    name: str
    daily_requests: int
    dialects: frozenset[str]
    api_allowance: bool
    rpm: int | None = None
    price_kopecks: int = 0
    period_days: int = 30


class KeyPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What one key may do. Empty sets allow everything; None is no cap and no expiry."""

    id: KeyId
    expires_at_ms: int | None = None
    cap_day: int | None = None
    cap_total: int | None = None
    modes: frozenset[str] = frozenset()
    dialects: frozenset[str] = frozenset()
    networks: tuple[str, ...] = ()
    reads_balance: bool = True

    @property
    def capped(self) -> bool:
        """Whether spending with this key is counted against a cap."""
        return self.cap_day is not None or self.cap_total is not None

    def allows_address(self, address: str) -> bool:
        """Whether the peer's IP address lies in an allowed network."""
        if not self.networks:
            return True
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in ipaddress.ip_network(network) for network in self.networks)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was recognised, with all that admission asks about it.

    `debt_requests`: refunded after they had been spent; who owes cannot spend.
    """

    account_id: AccountId
    plan: Plan
    key: KeyPolicy
    debt_requests: int = 0
