"""Proofs under the instance's secret: keyed hashes of what only a browser has, and tickets that it carries.

A ticket says something in the open, for a purpose and a time; whoever changes it voids it.
"""

import base64
import binascii
import hashlib
import hmac

_MARK_BYTES = 32


def keyed_hash(secret: bytes, purpose: str, text: str) -> bytes:
    """What is stored of a token, or stands for an e-mail: 32 bytes, other ones for each purpose."""
    return hmac.digest(secret, f"{purpose}\0{text}".encode(), hashlib.sha256)


def token_of(randomness: bytes) -> str:
    """Unpredictable bytes as they stand in a cookie or a link."""
    return base64.urlsafe_b64encode(randomness).rstrip(b"=").decode()


def ticket(secret: bytes, purpose: str, says: str, until_ms: int) -> str:
    """A ticket that says so until then."""
    body = f"{until_ms}.{says}".encode()
    return token_of(keyed_hash(secret, f"ticket {purpose}", body.decode()) + body)


def read_ticket(secret: bytes, purpose: str, text: str, now_ms: int) -> str | None:
    """What a ticket of ours says; None when it is not one, or over."""
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body = raw[_MARK_BYTES:].decode()
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(raw[:_MARK_BYTES], keyed_hash(secret, f"ticket {purpose}", body)):
        return None
    until, _, says = body.partition(".")
    return says if int(until) > now_ms else None
