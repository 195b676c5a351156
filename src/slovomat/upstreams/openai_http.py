"""Any OpenAI-compatible service over HTTP."""

import asyncio
import io
import urllib.request
from collections.abc import AsyncGenerator

import aiohttp
import msgspec
import yarl

from slovomat import __version__
from slovomat.domain.events import Completion, Event, Failure
from slovomat.ports.env import Env
from slovomat.ports.upstream import Readiness
from slovomat.upstreams import error_names, http_failure, openai_form
from slovomat.upstreams.event_relay import EventRelay
from slovomat.upstreams.response_body import BodyTimeoutError, BodyTooLargeError, ResponseBody

_ERROR_BODY_BYTES = 65_536
_BLOCKING_BODY_BYTES = 1 << 20
_IDLE_S = 15.0
"""How long an unused connection is kept: shorter than servers keep theirs."""
_LINGER_S = 0.25
"""How long a connection may take after `[DONE]` to end the response, and so to be used again."""


class UpstreamConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP upstream. `base_url` ends before `/chat/completions`; an empty key sends no key."""

    name: str
    base_url: str
    key: str
    model: str
    connect_timeout_s: float
    first_byte_timeout_s: float
    """From the call's start to the response's headers, and to its first event or byte of the body."""
    gap_timeout_s: float
    total_timeout_s: float
    max_response_bytes: int
    concurrency: int
    keep_connections: bool = True
    """False makes a new connection for every call."""

    def __repr__(self) -> str:
        """Everything that helps in a log, and not the key."""
        return f"UpstreamConfig({self.name!r}, {self.base_url!r}, model={self.model!r})"


class OpenAIHTTP:
    """The port Upstream over HTTP; `proxies` by scheme, without it those of the environment."""

    def __init__(self, config: UpstreamConfig, env: Env, proxies: dict[str, str] | None = None) -> None:
        """Raise ValueError for a base URL or a key that no request could be made with."""
        self._config = config
        self._env = env
        self._url = _endpoint(config.base_url)
        self._headers = _headers(config.key)
        self._proxy = _proxy(self._url, urllib.request.getproxies() if proxies is None else proxies)
        self._opening = b'{"model": ' + msgspec.json.encode(config.model) + b", "
        self._session: aiohttp.ClientSession | None = None
        self._lingering: set[aiohttp.ClientResponse] = set()

    @property
    def name(self) -> str:
        """The upstream's name in the settings."""
        return self._config.name

    @property
    def model(self) -> str:
        """The model that requests name upstream."""
        return self._config.model

    @property
    def concurrency(self) -> int:
        """How many generations it is given at once; 0 is no limit."""
        return self._config.concurrency

    def readiness(self) -> Readiness:
        """Configured is ready: only a call can tell more."""
        return Readiness(ready=True)

    async def start(self) -> None:
        """Open the pool of connections; none is made yet."""
        # Not `trust_env`: it reads ~/.netrc in a thread at every request. The proxy was looked up once.
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=self._config.connect_timeout_s),
            headers=self._headers,
        )

    def _connector(self) -> aiohttp.TCPConnector:
        if self._config.keep_connections:
            return aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=_IDLE_S)
        return aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, force_close=True)

    async def stop(self) -> None:
        """Close every connection, the busy ones too."""
        for response in tuple(self._lingering):
            self._close(response)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def complete(self, body_rest: bytes) -> Completion | Failure:
        """One plain generation."""
        began_s = asyncio.get_running_loop().time()
        response = await self._post(body_rest, "application/json", began_s)
        if isinstance(response, Failure):
            return self._told(response)
        try:
            body = await self._whole(response, began_s)
        finally:
            response.close()
        answer = body if isinstance(body, Failure) else openai_form.read_plain(body)
        return self._told(answer) if isinstance(answer, Failure) else answer

    async def stream(self, body_rest: bytes) -> AsyncGenerator[Event, None]:
        """One streamed generation."""
        began_s = asyncio.get_running_loop().time()
        response = await self._post(body_rest, "text/event-stream", began_s)
        if isinstance(response, Failure):
            yield self._told(response)
            return
        body = self._limited(response, began_s, self._config.max_response_bytes)
        relay = EventRelay(body, self._config.max_response_bytes)
        try:
            if response.status != 200 or response.content_type != "text/event-stream":
                yield self._told(await self._no_stream(response, began_s))
                return
            while not relay.over:
                for event in await relay.next():
                    yield self._told(event) if isinstance(event, Failure) else event
        finally:
            body.stop()
            self._end(response, whole=relay.marked)

    async def _post(self, body_rest: bytes, accept: str, began_s: float) -> aiohttp.ClientResponse | Failure:
        """Send the request and wait for the response's headers."""
        if self._session is None:
            raise RuntimeError("the upstream has not been started")
        body = self._opening + body_rest
        first_s, total_s = self._config.first_byte_timeout_s, self._config.total_timeout_s
        try:
            async with asyncio.timeout_at(began_s + min(first_s, total_s)):
                return await self._session.post(
                    self._url,
                    data=body if len(body) <= _BLOCKING_BODY_BYTES else io.BytesIO(body),
                    headers={"Accept": accept},
                    allow_redirects=False,
                    proxy=self._proxy,
                )
        except aiohttp.ServerTimeoutError:
            return http_failure.timed_out("connect")
        except TimeoutError:
            return http_failure.timed_out("first byte" if first_s < total_s else "total")
        except http_failure.BROKEN as error:
            return http_failure.broken(error)

    async def _whole(self, response: aiohttp.ClientResponse, began_s: float) -> bytes | Failure:
        """The whole body of a 200; of anything else, the failure that it means."""
        good = response.status == 200
        body = self._limited(
            response, began_s, self._config.max_response_bytes if good else _ERROR_BODY_BYTES
        )
        pieces: list[bytes] = []
        failure: Failure | None = None
        try:
            while piece := await body.read():
                body.heard()
                pieces.append(piece)
        except BodyTimeoutError as late:
            failure = http_failure.timed_out(late.limit)
        except BodyTooLargeError:
            failure = openai_form.failed("the answer is longer than the limit", retryable=False)
        except http_failure.BROKEN as error:
            failure = http_failure.broken(error)
        finally:
            body.stop()
        if good:
            return failure or b"".join(pieces)
        return http_failure.by_status(response.status, response.headers, b"".join(pieces), self._env.now_ms())

    async def _no_stream(self, response: aiohttp.ClientResponse, began_s: float) -> Failure:
        """A stream was asked for, and something else came."""
        body = await self._whole(response, began_s)
        if isinstance(body, Failure):
            return body
        answer = openai_form.read_plain(body) if response.content_type == "application/json" else None
        if isinstance(answer, Failure):
            return answer
        media = error_names.name(response.content_type) or "something"
        return openai_form.failed(f"{media} instead of an event stream", retryable=False)

    def _limited(self, response: aiohttp.ClientResponse, began_s: float, max_bytes: int) -> ResponseBody:
        config = self._config
        return ResponseBody(
            response.content,
            began_s=began_s,
            first_byte_s=config.first_byte_timeout_s,
            gap_s=config.gap_timeout_s,
            total_s=config.total_timeout_s,
            max_bytes=max_bytes,
        )

    def _end(self, response: aiohttp.ClientResponse, *, whole: bool) -> None:
        """Close the connection, unless the response ends by itself: then it goes back to the pool."""
        if whole and not response.closed:
            self._lingering.add(response)
            asyncio.get_running_loop().call_later(_LINGER_S, self._close, response)
        else:
            response.close()

    def _close(self, response: aiohttp.ClientResponse) -> None:
        self._lingering.discard(response)
        response.close()

    def _told(self, failure: Failure) -> Failure:
        return http_failure.without_secret(failure, self._config.key)


def _endpoint(base_url: str) -> yarl.URL:
    url = yarl.URL(base_url.rstrip("/") + "/chat/completions")
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"not a base URL of an API: {base_url!r}; it looks like https://api.openai.com/v1")
    return url


def _headers(key: str) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"slovomat/{__version__}",
        "Accept-Encoding": "identity",  # a compressed stream arrives in lumps
    }
    if key:
        if not key.isascii() or not key.isprintable():
            raise ValueError("the upstream's key holds characters that no HTTP header can carry")
        headers["Authorization"] = f"Bearer {key}"
    return headers


def _proxy(url: yarl.URL, proxies: dict[str, str]) -> yarl.URL | None:
    """The proxy for this URL; the key `no` lists the hosts that need none (NO_PROXY)."""
    named = proxies.get(url.scheme)
    bypass = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it
    if not named or bypass(url.host or "", proxies):
        return None
    return yarl.URL(named if "://" in named else f"http://{named}")
