"""The form of an API key: `slv_`, 32 random characters, 6 of checksum.

The checksum tells a mistyped key from an unknown one without the database. What is stored is an
HMAC-SHA-256 under the instance's secret, so that a stolen database opens no account.
"""

import hashlib
import hmac
import zlib

PREFIX = "slv_"
RANDOM_CHARS = 32
CHECKSUM_CHARS = 6
SHOWN_CHARS = len(PREFIX) + 6
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = len(PREFIX) + RANDOM_CHARS + CHECKSUM_CHARS


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_CHARS)


def make_key(randomness: bytes) -> str:
    """A new key from 32 or more unpredictable bytes (62^32 keys: 190 bits of it are used)."""
    body = PREFIX + _base62(int.from_bytes(randomness[:32], "big"), RANDOM_CHARS)
    return body + _checksum(body)


def well_formed(key: str) -> bool:
    """Whether the key could be one of ours: prefix, length, checksum."""
    return (
        len(key) == _LENGTH
        and key.isascii()
        and key.startswith(PREFIX)
        and hmac.compare_digest(_checksum(key[:-CHECKSUM_CHARS]).encode(), key[-CHECKSUM_CHARS:].encode())
    )


def key_hash(secret: bytes, key: str) -> bytes:
    """What is stored of a key: HMAC-SHA-256, 32 bytes."""
    return hmac.digest(secret, key.encode(), hashlib.sha256)


def shown(key: str) -> str:
    """The beginning of a key, for people to tell their keys apart."""
    return key[:SHOWN_CHARS]
