"""Calls to an issuer: HTTPS, a time limit, a size limit, no redirects, a JSON object back."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from slovomat.ports.identity import IdentityUnavailableError

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
            body = await response.content.read(_ANSWER_MAX_BYTES)
            if response.status != 200 or not response.content.at_eof():
                raise IdentityUnavailableError(f"the issuer answered {response.status}")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Its text may quote an address with a code in it: the kind of the fault is enough.
        raise IdentityUnavailableError(type(error).__name__) from None
    return _object(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        raise IdentityUnavailableError("the issuer did not answer in JSON") from None
    if not isinstance(told, dict):
        raise IdentityUnavailableError("the issuer did not answer with an object")
    return told
