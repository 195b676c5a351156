"""Whether a notification is its provider's: secrets compared in constant time, addresses in addition."""

import hmac
import ipaddress


def same(claimed: str, right: str) -> bool:
    """Whether two signatures are one, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(claimed.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


class Networks:
    """The networks that a provider's notifications come from, between commas; none named: any address."""

    def __init__(self, named: str) -> None:
        names = [name.strip() for name in named.split(",") if name.strip()]
        self._networks = tuple(ipaddress.ip_network(name, strict=False) for name in names)

    def hold(self, address: str) -> bool:
        """Whether the address is in one of them; an IPv4 address within IPv6 counts as what it is."""
        if not self._networks:
            return True
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)
