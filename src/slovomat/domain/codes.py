"""The form of a code: four groups of five letters and digits, the last one of them a check.

Crockford's alphabet: no I, L, O, U; what people type in their place is understood. 95 bits of chance.
"""

import re
import zlib

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_CHARS = 19
_GROUP = 5
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u2013": "", "\u2014": ""})
_FORM = re.compile(f"[{_ALPHABET}]{{{_RANDOM_CHARS + 1}}}")


def make_code(randomness: bytes) -> str:
    """A new code from 16 or more unpredictable bytes, as people read it."""
    number = int.from_bytes(randomness[:16], "big")
    chars = ""
    for _ in range(_RANDOM_CHARS):
        number, digit = divmod(number, len(_ALPHABET))
        chars += _ALPHABET[digit]
    whole = chars + _check(chars)
    return "-".join(whole[at : at + _GROUP] for at in range(0, len(whole), _GROUP))


def read_code(text: str) -> str | None:
    """What was typed, as codes are hashed; None for what is no code."""
    cleaned = text.strip().upper().translate(_READ_AS)
    if not _FORM.fullmatch(cleaned) or _check(cleaned[:-1]) != cleaned[-1]:
        return None
    return cleaned


def _check(chars: str) -> str:
    return _ALPHABET[zlib.crc32(chars.encode()) % len(_ALPHABET)]
