"""What providers tell the shop unasked: built when it is sent, so that a signature carries that time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from slovomat.testing.fakepay.payments import Payment

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
TIMEOUT_S = 10
ANSWER_LIMIT = 65_536


@dataclass(frozen=True)
class Notice:
    """Something happened to a payment; `payment` is as it was then. `number` is the event's own."""

    event: str
    payment: Payment
    number: int


@dataclass(frozen=True)
class Outgoing:
    """A notification on the wire."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Sent:
    """A notification that was sent, and what was answered: `status` None when nobody did."""

    provider: str
    provider_id: str
    event: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int | None
    answer: bytes
    accepted: bool


def send(outgoing: Outgoing) -> tuple[int | None, bytes]:
    """Posts it to this machine, and to no other."""
    parts = urlsplit(outgoing.url)
    if parts.hostname not in LOOPBACK or parts.scheme != "http":
        return None, b"not an address of this machine"
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT_S)
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", target, outgoing.body, dict(outgoing.headers))
        response = connection.getresponse()
        return response.status, response.read(ANSWER_LIMIT)
    except (OSError, HTTPException) as fault:
        return None, str(fault).encode()
    finally:
        connection.close()
