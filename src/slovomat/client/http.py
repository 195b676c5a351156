"""What the sync and the async client share of the HTTP library."""

from ipaddress import ip_address
from typing import TypedDict

import httpx2

from slovomat.client.options import Options
from slovomat.client.wire import Answer, NoAnswer

_NOT_HEARD = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_OUR_FAULT = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol)


class Connection(TypedDict):
    """What an httpx2 client is made with."""

    base_url: str
    headers: dict[str, str]
    trust_env: bool


def connection(options: Options) -> Connection:
    """How to reach the service; loopback is never asked of the environment's proxy."""
    headers = {
        "Accept-Language": options.language,
        "Content-Type": "application/json",
        "User-Agent": "slovomat-client",
    }
    return Connection(
        base_url=options.base_url,
        headers=headers,
        trust_env=not _is_loopback(httpx2.URL(options.base_url).host),
    )


def answer(response: httpx2.Response) -> Answer:
    """A whole answer, as the plans read it."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content)


def no_answer(error: httpx2.RequestError) -> NoAnswer:
    """A broken exchange, as the plans read it."""
    return NoAnswer(
        detail=str(error) or type(error).__name__,
        heard=not isinstance(error, _NOT_HEARD),
        timed_out=isinstance(error, httpx2.TimeoutException),
        passing=not isinstance(error, _OUR_FAULT),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
