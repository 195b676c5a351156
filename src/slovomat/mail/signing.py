"""What a webhook is sent: the event as JSON, under a signature that tells who sent it and when."""

import hashlib
import hmac
from datetime import UTC, datetime

import msgspec

from slovomat.ports.mail import Event

HEADER = "Slovomat-Signature"


def body_of(event: Event) -> bytes:
    """The body: the same at each attempt."""
    created = datetime.fromtimestamp(event.created_at_ms // 1000, UTC)
    return msgspec.json.encode(
        {
            "event": event.kind,
            "id": f"evt_{event.mark}",
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": event.data,
        }
    )


def signature(secret: str, body: bytes, now_s: int) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA-256 over the time, a full stop and the body."""
    signed = b"%d." % now_s + body
    return f"t={now_s},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
