"""Whose address a request has when it comes through a proxy."""

import contextlib
import ipaddress

_FORWARDED = b"x-forwarded-for"


class Proxies:
    """The operator's own proxies: what they say of their clients is believed, and nobody else."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._networks = tuple(ipaddress.ip_network(network, strict=False) for network in trusted)

    def client_of(self, peer: str, headers: list[tuple[bytes, bytes]]) -> str:
        """The nearest address that is no trusted proxy; the peer's own when it is not one itself.

        Each proxy adds its client at the end of X-Forwarded-For, so the list is read from there; what
        stands before the first stranger is that stranger's word, and counts for nothing.
        """
        if not self._networks or not self._trusts(peer):
            return peer
        listed = b",".join(value for name, value in headers if name == _FORWARDED).decode("latin-1")
        nearest = peer
        for entry in reversed(listed.split(",")):
            address = _address(entry)
            if address is None:
                break
            nearest = address
            if not self._trusts(address):
                break
        return nearest

    def _trusts(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address) if address else None
        mapped = getattr(parsed, "ipv4_mapped", None)
        return parsed is not None and any((mapped or parsed) in network for network in self._networks)


def _address(entry: str) -> str | None:
    """An IP address out of `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1`, `[2001:db8::1]:5678`."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(text))
    return None
