"""OpenID Connect: discovery, the code with PKCE, and the checks of an ID token."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from slovomat.domain.email import normal_email
from slovomat.identity.http import call
from slovomat.ports.env import Env
from slovomat.ports.identity import IdentityUnavailableError, Journey, Vouched

_DISCOVERY = "/.well-known/openid-configuration"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Those of a key pair: under any other, who knows our secret, or nothing, could sign."""
_LEEWAY_S = 120
_KEPT_MS = 3_600_000


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuer and we know of each other."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str


class OIDCIssuer:
    """The IdentityIssuer port over HTTPS; plain HTTP only on this machine."""

    def __init__(self, registration: Registration, env: Env) -> None:
        self._registration = registration
        self._env = env
        self._known: Mapping[str, Any] = {}
        self._known_until_ms = 0

    async def address(self, journey: Journey, back: str) -> str:
        """The issuer's page for signing in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(journey.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._registration.client_id,
            "redirect_uri": back,
            "scope": self._registration.scopes,
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        page = self._text(await self._discovered(), "authorization_endpoint")
        return f"{page}{'&' if '?' in page else '?'}{urlencode(query)}"

    async def vouch(self, journey: Journey, code: str, back: str) -> Vouched | None:
        """Changes the code for an ID token, and checks that."""
        known = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._registration.client_id,
            "client_secret": self._registration.client_secret,
            "code_verifier": journey.verifier,
        }
        given = await call(self._text(known, "token_endpoint"), form)
        token = given.get("id_token")
        if not isinstance(token, str):
            return None
        claims = self._checked(token, await call(self._text(known, "jwks_uri")), journey.nonce)
        return None if claims is None else self._vouched(claims)

    async def _discovered(self) -> Mapping[str, Any]:
        """What the issuer says of itself; it must call itself what we call it."""
        if self._env.now_ms() >= self._known_until_ms:
            issuer = self._registration.issuer
            known = await call(issuer.rstrip("/") + _DISCOVERY)
            if known.get("issuer") != issuer:
                raise IdentityUnavailableError("the issuer calls itself otherwise")
            self._known, self._known_until_ms = known, self._env.now_ms() + _KEPT_MS
        return self._known

    def _checked(self, token: str, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any] | None:
        """The claims of a token that this issuer signed for us, now, and for this sign-in."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        client_id = self._registration.client_id
        options = {
            "iss": {"essential": True, "value": self._registration.issuer},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        try:
            read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
            claims = CodeIDToken(read.claims, read.header, options, {"nonce": nonce, "client_id": client_id})
            claims.validate(now=self._env.now_ms() // 1000, leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        return dict(read.claims)

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched | None:
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not subject:
            return None
        verified = claims.get("email_verified") in {True, "true"}
        known = normal_email(email) if verified and isinstance(email, str) else None
        return Vouched(self._registration.issuer, subject, known or "")

    @staticmethod
    def _text(known: Mapping[str, Any], name: str) -> str:
        found = known.get(name)
        if not isinstance(found, str):
            raise IdentityUnavailableError(f"the issuer names no {name}")
        return found
