"""The second factor: codes of an app (RFC 6238), each good once, and recovery codes for a lost phone."""

import base64
import hmac

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.domain.tickets import keyed_hash, token_of
from slovomat.ports.env import Env
from slovomat.ports.people import NewSecondFactor, People, Person
from slovomat.usecases.sessions import Visitor

STEP_MS = 30_000
RECOVERY_CODES = 10
_SECRET_BYTES, _NONCE_BYTES = 20, 12
_AROUND = 1
"""Clocks of phones may be so many steps off."""
_DIGITS = 6
_RECOVERY_BYTES, _RECOVERY_CHARS = 10, 16


class Proposal(msgspec.Struct, frozen=True):
    """A second factor that is not in force yet: `sealed` comes back with its first code."""

    sealed: str
    secret: str
    uri: str


class SecondFactor:
    """Makes and checks them. Secrets are stored sealed under the instance's own."""

    def __init__(self, people: People, env: Env, secret: bytes) -> None:
        self._people = people
        self._env = env
        self._secret = secret

    def propose(self, person: Person, issuer: str) -> Proposal:
        """A new secret for the person's app."""
        secret = base64.b32encode(self._env.random_bytes(_SECRET_BYTES)).decode()
        return self._proposal(person, self._seal(person.account.id, secret), secret, issuer)

    def proposed(self, person: Person, sealed: str, issuer: str) -> Proposal | None:
        """The proposal that was made to this person before; None for anything else."""
        secret = self._open(person.account.id, sealed)
        return None if secret is None else self._proposal(person, sealed, secret, issuer)

    async def turn_on(self, visitor: Visitor, sealed: str, code: str) -> list[str] | None:
        """Puts a proposal in force; the recovery codes, shown once. None when the code is wrong."""
        account_id = visitor.account.id
        secret = self._open(account_id, sealed)
        step = None if secret is None else self._step_of(secret, code)
        if step is None:
            return None
        codes, hashes = self._recovery_codes(account_id)
        now_ms = self._env.now_ms()
        factor = NewSecondFactor(sealed, step, tuple(hashes))
        await self._people.set_second_factor(account_id, factor, now_ms, visitor.session.id)
        return codes

    async def turn_off(self, visitor: Visitor) -> None:
        """From now on the password is enough."""
        now_ms = self._env.now_ms()
        await self._people.set_second_factor(
            visitor.account.id, NewSecondFactor(), now_ms, visitor.session.id
        )

    async def new_recovery_codes(self, visitor: Visitor) -> list[str]:
        """Other recovery codes; the former ones are void."""
        codes, hashes = self._recovery_codes(visitor.account.id)
        await self._people.set_recovery_codes(visitor.account.id, hashes)
        return codes

    async def accepts(self, person: Person, code: str) -> bool:
        """Whether this is the app's code, or a recovery code that was not used; it is used up."""
        typed = _typed(code)
        if is_recovery_code(code):
            code_hash = self._recovery_hash(person.account.id, typed)
            return await self._people.use_recovery_code(person.account.id, code_hash, self._env.now_ms())
        secret = self._open(person.account.id, person.totp_secret)
        step = None if secret is None else self._step_of(secret, typed)
        return step is not None and await self._people.take_step(person.account.id, step)

    def _step_of(self, secret: str, code: str) -> int | None:
        """Which step the code belongs to, near enough to now."""
        from pyotp import TOTP

        typed = "".join(code.split())
        if len(typed) != _DIGITS or not (typed.isascii() and typed.isdecimal()):
            return None
        app, now = TOTP(secret), self._env.now_ms() // STEP_MS
        steps = [
            step
            for step in range(now - _AROUND, now + _AROUND + 1)
            if hmac.compare_digest(app.generate_otp(step), typed)
        ]
        return steps[-1] if steps else None

    def _proposal(self, person: Person, sealed: str, secret: str, issuer: str) -> Proposal:
        from pyotp import TOTP

        uri = TOTP(secret, name=person.account.email, issuer=issuer).provisioning_uri()
        return Proposal(sealed, secret, uri)

    def _recovery_codes(self, account_id: AccountId) -> tuple[list[str], list[bytes]]:
        typed = [
            base64.b32encode(self._env.random_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)
        ]
        shown = ["-".join(code[at : at + 4] for at in range(0, _RECOVERY_CHARS, 4)).lower() for code in typed]
        return shown, [self._recovery_hash(account_id, code) for code in typed]

    def _recovery_hash(self, account_id: AccountId, typed: str) -> bytes:
        return keyed_hash(self._secret, "recovery code", f"{account_id} {typed}")

    def _seal(self, account_id: AccountId, secret: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = self._env.random_bytes(_NONCE_BYTES)
        return token_of(nonce + AESGCM(self._key).encrypt(nonce, secret.encode(), b"%d" % account_id))

    def _open(self, account_id: AccountId, sealed: str) -> str | None:
        """The secret in it; None when it was not sealed for this account."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = base64.b64decode(sealed.encode() + b"=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            opened = AESGCM(self._key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], b"%d" % account_id)
        except (InvalidTag, ValueError):
            return None
        return opened.decode()

    @property
    def _key(self) -> bytes:
        return keyed_hash(self._secret, "second factor", "seal")


def is_recovery_code(code: str) -> bool:
    """Whether this has the length of one."""
    return len(_typed(code)) == _RECOVERY_CHARS


def _typed(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
