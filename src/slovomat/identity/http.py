"""Calls to an issuer: HTTPS, a time limit, a size limit, no redirects, a JSON object back."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from slovomat.ports.identity import IdentityUnavailableError

if TYPE_CHECKING:
    import aiohttp

_TIMEOUT_S = 10
_ANSWER_MAX_BYTES = 1 << 19
_OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}


async def call(url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """GET, or POST of a form. Raises IdentityUnavailableError. aiohttp is loaded at the first call."""
    import aiohttp

    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _OWN_MACHINE:
        raise IdentityUnavailableError("the issuer must be asked over HTTPS")
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers={"Accept": "application/json"}) as session,
            session.request(
                "GET" if form is None else "POST", url, data=form, allow_redirects=False
            ) as response,
        ):
            if response.status != 200:
                raise IdentityUnavailableError(f"the issuer answered {response.status}")
            body = await _whole(response.content)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Its text may quote an address with a code in it: the kind of the fault is enough.
        raise IdentityUnavailableError(type(error).__name__) from None
    return _object(body)


async def _whole(content: "aiohttp.StreamReader") -> bytes:
    """A single read would give what has come so far."""
    pieces = bytearray()
    async for piece in content.iter_any():
        pieces += piece
        if len(pieces) > _ANSWER_MAX_BYTES:
            raise IdentityUnavailableError("the issuer's answer is too long")
    return bytes(pieces)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        raise IdentityUnavailableError("the issuer did not answer in JSON") from None
    if not isinstance(told, dict):
        raise IdentityUnavailableError("the issuer did not answer with an object")
    return told
