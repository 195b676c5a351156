"""Passwords: what is asked of one, and its argon2id hash, made in a thread beside the event loop."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from pwdlib import PasswordHash

T = TypeVar("T")
MIN_CHARS, MAX_CHARS = 8, 256
_AT_ONCE = 2
"""Each takes 64 MB and all of a core for some tens of milliseconds."""
_WAITING_MAX = 64
_FEW_CHARS = 2
"""A password of so few different characters is a common one too."""
_COMMONEST = frozenset(
    """12345678 123456789 1234567890 12345678910 11111111 00000000 88888888 87654321 987654321 1q2w3e4r
    1q2w3e4r5t 1qaz2wsx q1w2e3r4 q1w2e3r4t5 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345
    1234qwer 123qweasd zaq12wsx zxcvbnm1 zxcvbnm123 asdfghjk asdfghjkl asdf1234 password password1
    password12 password123 passw0rd p@ssw0rd p@ssword iloveyou sunshine princess football baseball
    superman trustno1 abcd1234 abc12345 a1b2c3d4 aa123456 a1234567 admin123 administrator welcome1
    letmein1 changeme changeme1 computer internet whatever starwars michelle jennifer samsung1 marlboro
    vfrcbvrf yfnfif123 gfhjkm123 gfhjkmgfhjkm klaster1 пароль123 парольпароль йцукенгш йцукенгшщз йцукен123
    slovomat slovomat1 словомат""".split()  # noqa: SIM905 - easier to read and to add to
)


class PasswordFault(StrEnum):
    """Why a password will not do."""

    SHORT = "short"
    LONG = "long"
    EMAIL = "email"
    COMMON = "common"


class Checked(msgspec.Struct, frozen=True):
    """Whether the password was right; `rehashed`: what to store in place of a hash of former times."""

    right: bool
    rehashed: str | None = None


class TooManyWaitError(Exception):
    """More passwords wait to be hashed than the machine can do soon."""


class Passwords:
    """Hashes and checks."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._inside = 0

    async def hash(self, password: str) -> str:
        """What is stored of it. Raises TooManyWaitError."""
        return await self._beside(lambda: self._argon2.hash(password))

    async def check(self, password: str, stored: str) -> Checked:
        """Takes the same time when nothing is `stored` (empty). Raises TooManyWaitError."""
        return await self._beside(lambda: self._check(password, stored))

    def _check(self, password: str, stored: str) -> Checked:
        right, rehashed = self._argon2.verify_and_update(password[:MAX_CHARS], stored or self._nobodys)
        return Checked(right and bool(stored), rehashed if stored else None)

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._inside >= _WAITING_MAX:
            raise TooManyWaitError
        self._inside += 1
        try:
            async with self._room:
                return await asyncio.to_thread(work)
        finally:
            self._inside -= 1

    @cached_property
    def _argon2(self) -> "PasswordHash":
        from pwdlib import PasswordHash

        return PasswordHash.recommended()

    @cached_property
    def _nobodys(self) -> str:
        """A hash that costs what any other does, and that no password has."""
        return self._argon2.hash("\0")


def password_fault(password: str, email: str) -> PasswordFault | None:
    """Why this will not do as the password of that account."""
    if len(password) < MIN_CHARS:
        return PasswordFault.SHORT
    if len(password) > MAX_CHARS:
        return PasswordFault.LONG
    plain = password.strip().lower()
    if plain in {email, email.partition("@")[0]}:
        return PasswordFault.EMAIL
    if plain in _COMMONEST or len(set(plain)) <= _FEW_CHARS:
        return PasswordFault.COMMON
    return None
