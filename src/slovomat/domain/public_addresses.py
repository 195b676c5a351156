"""Which addresses are the open internet's: all else is somebody's inside, and never called for a customer.

What is not known to be public is refused. In IPv6 that leaves the one block that unicast addresses are given
out of, without those parts of it whose addresses carry an IPv4 address (any may be in it) or lead nowhere.
Blocks: IANA's registries of special-purpose addresses, as of November 2026.
"""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_PUBLIC_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32",  # a cloud's metadata, on an address that looks public
        ),
    )
)
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID, benchmarks
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""In the upper half of an interface's name: an IPv4 address follows."""


def is_public(address: Address) -> bool:
    """Whether it may be called for anybody."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)
    if address not in _UNICAST_6 or any(address in network for network in _NOT_PUBLIC_6):
        return False
    return (int(address) >> 32) & 0xFFFF_FFFF not in _ISATAP


def may_call(address: str, allowed: Iterable[Network], *, public: bool = True) -> bool:
    """Whether an address, as a resolver writes it, is `public` or in a network that the operator allows."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (public and is_public(found)) or any(found in network for network in allowed)
