"""The connections to one upstream: made when there is none, kept a while for the next call."""

import asyncio

import aiohappyeyeballs

from slovomat.ports.env import Env
from slovomat.upstreams.addresses import Addresses
from slovomat.upstreams.http_link import STOPPED, HTTPLink
from slovomat.upstreams.http_recipient import Recipient
from slovomat.upstreams.http_request import Target
from slovomat.upstreams.tls import UpstreamTLS, upstream_tls
from slovomat.upstreams.upstream_config import UpstreamConfig

_NEXT_ADDRESS_S = 0.25
"""The head start of an address over the next one (RFC 8305, 5)."""


class HTTPPool:
    """Any number of busy connections, and the idle ones: the last that was used is the first to be used."""

    def __init__(self, config: UpstreamConfig, target: Target, env: Env) -> None:
        self.config = config
        self.env = env
        self.loop = asyncio.get_running_loop()
        self.silence_s = min(config.first_byte_timeout_s, config.total_timeout_s)
        """The first limit of every call."""
        self._target = target
        self._addresses = Addresses(target.host, target.port)
        self._tls: UpstreamTLS | None = upstream_tls() if target.scheme == "https" else None
        self.connecting: set[Recipient] = set()
        """The calls that wait for a connection of their own."""
        self._links: set[HTTPLink] = set()
        self._idle: dict[HTTPLink, float] = {}
        """Since when, the longest idle first."""
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    def take(self) -> HTTPLink | None:
        """An idle connection, whole as far as is known here."""
        return self._idle.popitem()[0] if self._idle else None

    async def connect(self) -> HTTPLink:
        """A new connection; raises OSError, or RuntimeError for several at once."""
        addresses = await self._addresses.get()
        try:
            connected = await aiohappyeyeballs.start_connection(
                addresses, happy_eyeballs_delay=_NEXT_ADDRESS_S, interleave=1
            )
        except BaseException:  # a wait that took too long is cancelled
            self._addresses.forget()
            raise
        tls = self._tls is not None
        _, link = await self.loop.create_connection(
            lambda: HTTPLink(self),
            sock=connected,
            ssl=self._tls,
            server_hostname=self._target.host if tls else None,
            ssl_handshake_timeout=self.config.connect_timeout_s if tls else None,
        )
        return link

    def close(self) -> None:
        """Close every connection, the busy ones too: their calls fail."""
        self._closed = True
        for link in tuple(self._links):
            link.abort()
        for call in tuple(self.connecting):
            call.broken(STOPPED)
        if self._sweeper is not None:
            self._sweeper.cancel()

    # For links

    def joined(self, link: HTTPLink) -> None:
        """It was made."""
        self._links.add(link)

    def parted(self, link: HTTPLink) -> None:
        """It is gone."""
        self._links.discard(link)
        self._idle.pop(link, None)

    def keep(self, link: HTTPLink) -> bool:
        """Whether it is kept for the next call."""
        if self._closed or not self.config.keep_connections:
            return False
        self._idle[link] = self.loop.time()
        if self._sweeper is None:
            self._sweeper = self.loop.call_later(self.config.idle_s, self._sweep)
        return True

    def remember(self, transport: asyncio.BaseTransport) -> None:
        """A new connection has answered."""
        if self._tls is not None:
            self._tls.remember(transport)

    def _sweep(self) -> None:
        """Close what was idle too long; look again when the next one will have been."""
        self._sweeper = None
        now_s = self.loop.time()
        for link, since_s in tuple(self._idle.items()):
            if now_s - since_s < self.config.idle_s:
                self._sweeper = self.loop.call_at(since_s + self.config.idle_s, self._sweep)
                return
            link.close()
