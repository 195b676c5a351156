"""A real OpenID Connect issuer on loopback: discovery, keys, codes with PKCE, signed tokens."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "slovomat", "its password"
_BETWEEN_PIECES_S = 0.02


class Issuer:
    """Signs whom the test names. `lies` are claims that it puts in place of the right ones."""

    def __init__(self) -> None:
        self.url = ""
        self.now_s = 0
        self.person: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.key: RSAKey = RSAKey.generate_key(2048, {"kid": "one"})
        self.signs_with: RSAKey | OctKey = self.key
        self.algorithm = "RS256"
        self._asked: dict[str, dict[str, str]] = {}

    def sign_in(self, address: str) -> tuple[str, str]:
        """As a person would on the page of that address: the code and the state that come back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code {len(self._asked)}"
        self._asked[code] = asked
        return code, asked["state"]

    async def discovery(self, _request: web.Request) -> web.Response:
        """What it says of itself."""
        told = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        told |= {"authorization_endpoint": f"{self.url}/page", "token_endpoint": f"{self.url}/token"}
        return web.json_response(told)

    async def keys(self, request: web.Request) -> web.StreamResponse:
        """The public key, in two pieces: so the network brings what is longer than a packet."""
        told = json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(told[:100])
        await asyncio.sleep(_BETWEEN_PIECES_S)
        await response.write(told[100:])
        return response

    async def token(self, request: web.Request) -> web.Response:
        """A token for a code: once, and for who began it."""
        form = await request.post()
        asked = self._asked.pop(str(form.get("code")), None)
        challenge = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        expected = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != expected or form["client_secret"] != CLIENT_SECRET:
            return web.json_response({"error": "invalid_grant"}, status=400)
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": self.now_s, "exp": self.now_s + 300}
        claims |= {"nonce": asked["nonce"], **self.person, **self.lies}
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, claims, self.signs_with, algorithms=[self.algorithm])
        return web.json_response({"id_token": signed, "access_token": "a", "token_type": "Bearer"})


@asynccontextmanager
async def oidc_issuer() -> AsyncIterator[Issuer]:
    """Listening."""
    issuer = Issuer()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", issuer.discovery)
    app.router.add_get("/keys", issuer.keys)
    app.router.add_post("/token", issuer.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    issuer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield issuer
    await runner.cleanup()
