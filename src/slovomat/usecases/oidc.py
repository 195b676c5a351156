"""Signing in by another issuer's word.

An identity opens an account when it is linked to it: by a person who is signed in, or when the issuer has
verified the very e-mail that is verified here. Whoever the issuer names otherwise opens a new account.
"""

from enum import StrEnum

import msgspec

from slovomat.domain.tickets import read_ticket, ticket, token_of
from slovomat.ports.env import Env
from slovomat.ports.identity import IdentityIssuer, Journey, Vouched
from slovomat.ports.people import Identity, People, Person
from slovomat.usecases.sessions import Browser, Visitor
from slovomat.usecases.sign_in import Answer, SignIn

_JOURNEY, _JOURNEY_MS = "oidc", 15 * 60_000
_BYTES = 32
_CODE_MAX_CHARS = 4_000


class Refused(StrEnum):
    """Why the issuer's word opens nothing."""

    BROKEN = "broken"
    TAKEN = "taken"
    UNVERIFIED = "unverified"
    CLOSED = "closed"


class Departed(msgspec.Struct, frozen=True):
    """Where to send the browser, and the ticket that it keeps meanwhile."""

    address: str
    ticket: str


class Linked(msgspec.Struct, frozen=True):
    """The identity belongs to the account of the person who is signed in."""


class SignInElsewhere:
    """The way to the issuer and back. `plan`: of a new account, None where nobody may open one."""

    def __init__(
        self,
        people: People,
        env: Env,
        secret: bytes,
        *,
        issuer: IdentityIssuer,
        sign_in: SignIn,
        plan: str | None,
    ) -> None:
        self._people = people
        self._env = env
        self._secret = secret
        self._issuer = issuer
        self._sign_in = sign_in
        self._plan = plan

    async def depart(self, back: str, onward: str) -> Departed:
        """Raises IdentityUnavailableError."""
        journey = Journey(*(token_of(self._env.random_bytes(_BYTES)) for _ in range(3)))
        says = " ".join([journey.state, journey.nonce, journey.verifier, onward])
        kept = ticket(self._secret, _JOURNEY, says, self._env.now_ms() + _JOURNEY_MS)
        return Departed(await self._issuer.address(journey, back), kept)

    async def arrive(self, kept: str, state: str, code: str, back: str) -> tuple[Vouched, str] | Refused:
        """Whom the issuer names, and where the person was going. Raises IdentityUnavailableError."""
        says = read_ticket(self._secret, _JOURNEY, kept, self._env.now_ms())
        if says is None or not code or len(code) > _CODE_MAX_CHARS:
            return Refused.BROKEN
        known_state, nonce, verifier, onward = says.split(" ", 3)
        if state != known_state:
            return Refused.BROKEN
        vouched = await self._issuer.vouch(Journey(state, nonce, verifier), code, back)
        return Refused.BROKEN if vouched is None else (vouched, onward)

    async def enter(
        self, vouched: Vouched, visitor: Visitor | None, browser: Browser, device: str, language: str
    ) -> Answer | Linked | Refused:
        """Signs in, or links the identity to the account of who is signed in."""
        owner = await self._people.identified(vouched.issuer, vouched.subject)
        identity = Identity(vouched.issuer, vouched.subject, vouched.email, self._env.now_ms())
        if visitor is not None:
            return await self._link(visitor, owner, identity)
        person = owner or await self._owner_by_email(identity, language)
        if isinstance(person, Refused):
            return person
        return await self._sign_in.proved(person, "cabinet", browser, device)

    async def _link(self, visitor: Visitor, owner: Person | None, identity: Identity) -> Linked | Refused:
        if owner is not None:
            return Linked() if owner.account.id == visitor.account.id else Refused.TAKEN
        linked = await self._people.link_identity(visitor.account.id, identity)
        return Linked() if linked else Refused.TAKEN

    async def _owner_by_email(self, identity: Identity, language: str) -> Person | Refused:
        if not identity.email:
            return Refused.UNVERIFIED
        person = await self._people.by_email(identity.email)
        if person is None:
            if self._plan is None:
                return Refused.CLOSED
            await self._people.open_identified(identity.email, self._plan, language, identity)
        elif person.verified_at_ms is None:
            return Refused.UNVERIFIED
        else:
            await self._people.link_identity(person.account.id, identity)
        return await self._people.identified(identity.issuer, identity.subject) or Refused.TAKEN
