"""The port to another issuer of identities, who says who somebody is."""

from typing import Protocol

import msgspec


class IdentityUnavailableError(Exception):
    """The issuer does not answer, or not as agreed."""


class Vouched(msgspec.Struct, frozen=True):
    """Whom the issuer named. `email` is empty unless the issuer has verified it."""

    issuer: str
    subject: str
    email: str


class Journey(msgspec.Struct, frozen=True):
    """What is kept of a browser while it is at the issuer's: each drawn by chance, for this once."""

    state: str
    nonce: str
    verifier: str


class IdentityIssuer(Protocol):
    """One issuer (OpenID Connect, with PKCE)."""

    async def address(self, journey: Journey, back: str) -> str:
        """Where to send the browser, which comes `back`. Raises IdentityUnavailableError."""

    async def vouch(self, journey: Journey, code: str, back: str) -> Vouched | None:
        """Whom the code is for; None when what the issuer says does not hold. Raises the same."""
