"""The same service through a proxy of the environment: a packaged client knows the ways of proxies."""

import asyncio
import io

import aiohttp
import yarl

from slovomat.domain.events import Completion, Done, Failure
from slovomat.ports.env import Env
from slovomat.ports.upstream import Deliver
from slovomat.upstreams import error_names, http_failure, openai_form
from slovomat.upstreams.event_relay import EventRelay
from slovomat.upstreams.http_request import RequestForm
from slovomat.upstreams.response_body import BROKEN, BodyTimeoutError, BodyTooLargeError, ResponseBody, broken
from slovomat.upstreams.tasked import Tasked
from slovomat.upstreams.upstream_config import UpstreamConfig

_ERROR_BODY_BYTES = 65_536
_BLOCKING_BODY_BYTES = 1 << 20
_LINGER_S = 0.25
"""How long a connection may take after `[DONE]` to end the response, and so to be used again."""


class ProxiedHTTP:
    """Calls through one proxy, each in a task of its own. To be made and closed within the event loop."""

    def __init__(self, config: UpstreamConfig, env: Env, url: str, form: RequestForm, proxy: str) -> None:
        self._config = config
        self._env = env
        self._url = yarl.URL(url, encoded=True)
        self._form = form
        self._proxy = yarl.URL(proxy)
        # Not `trust_env`: it reads ~/.netrc in a thread at every request. The proxy was looked up once.
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=config.connect_timeout_s),
            headers=form.headers,
        )
        self._lingering: set[aiohttp.ClientResponse] = set()

    async def close(self) -> None:
        """Close every connection, the busy ones too."""
        for response in tuple(self._lingering):
            self._close(response)
        await self._session.close()

    def complete(self, body_rest: bytes) -> Tasked[Completion | Failure]:
        """One plain generation."""
        return Tasked(self._complete(body_rest))

    def stream(self, body_rest: bytes, deliver: Deliver) -> Tasked[Done | Failure]:
        """One streamed generation."""
        reading = asyncio.Event()
        reading.set()
        return Tasked(self._stream(body_rest, deliver, reading), reading)

    async def _complete(self, body_rest: bytes) -> Completion | Failure:
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

    async def _stream(self, body_rest: bytes, deliver: Deliver, reading: asyncio.Event) -> Done | Failure:
        began_s = asyncio.get_running_loop().time()
        response = await self._post(body_rest, "text/event-stream", began_s)
        if isinstance(response, Failure):
            return self._told(response)
        body = self._limited(response, began_s, self._config.max_response_bytes)
        relay = EventRelay(body, self._config.max_response_bytes)
        try:
            if response.status != 200 or response.content_type != "text/event-stream":
                return self._told(await self._no_stream(response, began_s))
            while (ended := await relay.next(deliver)) is None:
                await asyncio.sleep(0)  # who abandons the call while it delivers is heard here
                async with asyncio.timeout_at(began_s + self._config.total_timeout_s):
                    await reading.wait()
            return self._told(ended) if isinstance(ended, Failure) else ended
        except TimeoutError:
            return http_failure.timed_out("total")
        finally:
            body.stop()
            self._end(response, whole=relay.marked)

    async def _post(self, body_rest: bytes, accept: str, began_s: float) -> aiohttp.ClientResponse | Failure:
        """Send the request and wait for the response's headers."""
        body = self._form.body(body_rest)
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
        except BROKEN as error:
            return broken(error)

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
        except BROKEN as error:
            failure = broken(error)
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

    def _connector(self) -> aiohttp.TCPConnector:
        if self._config.keep_connections:
            return aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=self._config.idle_s)
        return aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, force_close=True)
