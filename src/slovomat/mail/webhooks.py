"""Calls of customers' webhooks: to the open internet alone, at the very address that was looked at."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from slovomat.domain.public_addresses import may_call
from slovomat.domain.web_address import PORTS, WebAddress, web_address
from slovomat.mail.config import WebhookConfig
from slovomat.mail.signing import HEADER, body_of, signature
from slovomat.ports.env import Env
from slovomat.ports.mail import Delivery, Event, Outcome, Webhook

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a name. Raises OSError."""
_GONE = 410
_HEAD_BYTES = 8_190


async def resolve(host: str, port: int) -> list[str]:
    """As the machine resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class HTTPWebhooks:
    """The WebhookCaller. A name is resolved once, and every address of it must be one that may be called."""

    def __init__(self, config: WebhookConfig, env: Env, resolve: Resolve = resolve) -> None:
        self._config = config
        self._env = env
        self._resolve = resolve

    async def call(self, webhook: Webhook, event: Event) -> Delivery:
        """One attempt."""
        target = web_address(webhook.url)
        if target is None or URL(target.url).host != target.host:
            return Delivery(Outcome.NEVER, "not a web address that can be called")
        try:
            async with asyncio.timeout(self._config.timeout_s):
                addresses = await self._addresses(target)
                if not self._may_call(target, addresses):
                    return Delivery(Outcome.NEVER, "the address is not on the open internet")
                return await self._post(target, addresses, webhook.secret, body_of(event))
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is one
            return Delivery(Outcome.LATER, type(error).__name__)

    async def _addresses(self, target: WebAddress) -> list[str]:
        return [target.host] if target.literal else await self._resolve(target.host, target.port)

    def _may_call(self, target: WebAddress, addresses: list[str]) -> bool:
        if not addresses:
            return False
        if target.port not in PORTS:  # of any port the operator's own networks alone
            return all(may_call(one, self._config.allowed, public=False) for one in addresses)
        return all(may_call(one, self._config.allowed) for one in addresses)

    async def _post(self, target: WebAddress, addresses: list[str], secret: str, body: bytes) -> Delivery:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Slovomat",
            HEADER: signature(secret, body, self._env.now_ms() // 1000),
        }
        connector = aiohttp.TCPConnector(resolver=_Pinned(addresses), use_dns_cache=False, force_close=True)
        async with (
            aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                max_line_size=_HEAD_BYTES,
                max_field_size=_HEAD_BYTES,
                timeout=aiohttp.ClientTimeout(total=self._config.timeout_s),
            ) as session,
            session.post(target.url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return _verdict(answer.status)  # what it has to say beside its status is not read


def _verdict(status: int) -> Delivery:
    if 200 <= status < 300:
        return Delivery(Outcome.SENT)
    return Delivery(Outcome.NEVER if status == _GONE else Outcome.LATER, f"HTTP {status}")


class _Pinned(AbstractResolver):
    """Knows the addresses that were looked at, and asks nobody again."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the base's
    ) -> list[ResolveResult]:
        """Those, for whatever name: there is but one."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""
