"""Web addresses that a customer names: a narrow grammar, so that no two parsers can read one differently."""

import ipaddress
import re

import msgspec

PORTS = frozenset({80, 443, 8000, 8080, 8443, 8888})
"""Those where people put web servers; others belong to other protocols."""
_FORM = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!-~]*)?"
)
_FORBIDDEN = re.compile(r"[\"#<>\\^`{|}]")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_CHARS = 2_000


class WebAddress(msgspec.Struct, frozen=True):
    """A URL and what it says. `literal`: its host is an IP address, not a name."""

    url: str
    secure: bool
    host: str
    port: int
    literal: bool


def web_address(url: str) -> WebAddress | None:
    """What the URL says; None when it is not one that can be called.

    Only http and https, no user or password, a name or an IP address in its usual form, no fragment.
    """
    form = _FORM.fullmatch(url) if len(url) <= _LONGEST_CHARS else None
    if form is None or _FORBIDDEN.search(form["path"] or ""):
        return None
    secure = form["scheme"] == "https"
    port = int(form["port"] or (443 if secure else 80))
    host = form["host"].lower()
    literal = _is_literal(host)
    if not 0 < port <= 65_535 or not (literal or _is_name(host)):
        return None
    return WebAddress(url, secure, host.strip("[]"), port, literal)


def _is_literal(host: str) -> bool:
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        else:
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    """A name whose last part is a number would be an IPv4 address to some resolvers (0x7f.1, 2130706433)."""
    labels = host.removesuffix(".").split(".")
    return all(_LABEL.fullmatch(label) for label in labels) and not _NUMBER.fullmatch(labels[-1])
