"""The one door to the providers: a call with a time limit and a size limit, and no redirects."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from slovomat.ports.payments import ProviderUnavailableError

if TYPE_CHECKING:
    import aiohttp

_ANSWER_MAX_BYTES = 1 << 20
_CONNECTIONS = 20


class HTTPAnswer(msgspec.Struct, frozen=True):
    """What came back, whole."""

    status: int
    body: bytes


class ProviderHTTP:
    """Calls to providers. aiohttp is loaded at the first one; to be used and closed within one event loop."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> HTTPAnswer:
        """GET. Raises ProviderUnavailableError."""
        return await self._call("GET", f"{url}?{urlencode(query)}" if query else url, headers, b"")

    async def post(self, url: str, body: bytes, media_type: str, headers: Mapping[str, str]) -> HTTPAnswer:
        """POST. Raises ProviderUnavailableError."""
        return await self._call("POST", url, {**headers, "Content-Type": media_type}, body)

    async def post_json(self, url: str, value: object, headers: Mapping[str, str]) -> HTTPAnswer:
        """POST of a JSON document. Raises ProviderUnavailableError."""
        return await self.post(url, msgspec.json.encode(value), "application/json", headers)

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> HTTPAnswer:
        """POST of a form. Raises ProviderUnavailableError."""
        body = urlencode(form).encode()
        return await self.post(url, body, "application/x-www-form-urlencoded", headers)

    async def close(self) -> None:
        """Closes every connection; a later call opens new ones."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> HTTPAnswer:
        import aiohttp
        import yarl

        try:
            target = yarl.URL(url, encoded=True)
            async with self._opened().request(
                method, target, headers=headers, data=body, allow_redirects=False
            ) as response:
                return HTTPAnswer(response.status, await _whole(response.content))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # Its text may quote the address with a signature in it: the kind of the fault is enough.
            raise ProviderUnavailableError(type(error).__name__) from None

    def _opened(self) -> "aiohttp.ClientSession":
        if self._session is None:
            import aiohttp

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
                headers={"User-Agent": "slovomat", "Accept": "application/json, text/xml;q=0.9, */*;q=0.1"},
            )
        return self._session


async def _whole(content: "aiohttp.StreamReader") -> bytes:
    pieces = bytearray()
    async for piece in content.iter_any():
        pieces += piece
        if len(pieces) > _ANSWER_MAX_BYTES:
            raise ProviderUnavailableError("the answer is longer than a megabyte")
    return bytes(pieces)
