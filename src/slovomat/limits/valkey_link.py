"""The connection to Valkey, which knows whether it is well, and comes back by itself."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from slovomat.limits.patience import Patience
from slovomat.limits.valkey_client import Client, open_client
from slovomat.limits.valkey_script import SLOT, Call, Script
from slovomat.ports.env import Env
from slovomat.ports.limits import Reach

Spawn = Callable[[Coroutine[Any, Any, None]], object]
LOST_S = 1.0
"""After so long a round trip counts as lost, and Valkey as gone."""
_CONNECT_S = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 5.0


class Link:
    """Runs scripts while Valkey is well; else answers None at once, and looks for it in the background."""

    def __init__(self, url: str, env: Env, spawn: Spawn, lost_s: float = LOST_S) -> None:
        self._url = url
        self._env = env
        self._spawn = spawn
        self._lost_s = lost_s
        self._client: Client | None = None
        self._stopping = asyncio.Event()
        self._log = structlog.get_logger("slovomat")
        self._back = asyncio.Event()

    @property
    def reach(self) -> Reach:
        """Whether counts are shared now."""
        return "local" if self._client is None else "shared"

    async def start(self) -> None:
        """Returns once it is known whether Valkey is there; a service starts without it too."""
        fault = await self._connect()
        if fault is not None:
            self._search(fault, None)

    async def stop(self) -> None:
        """Ends the connection and the search for another."""
        self._stopping.set()
        self._back.set()
        client, self._client = self._client, None
        if client is not None:
            await _end(client)

    @property
    def stopping(self) -> bool:
        """Whether nothing new should begin."""
        return self._stopping.is_set()

    async def pause(self, seconds: float) -> None:
        """Waits, but not beyond `stop`."""
        await _wait(self._stopping, seconds)

    async def pause_until_back(self, seconds: float) -> None:
        """Waits, but not beyond the moment when Valkey is there anew, or `stop`."""
        await _wait(self._back, seconds)
        self._back.clear()

    async def ask(self, script: Script, calls: Sequence[Call]) -> list[tuple[int, ...]] | None:
        """Runs the script for the calls; None when Valkey is away or out of its mind."""
        client = self._client
        if client is None:
            return None
        try:
            async with asyncio.timeout(None) as timeout:
                patience = Patience(self._lost_s, lambda: timeout.reschedule(0))
                try:
                    return await client.run(script, calls)
                finally:
                    patience.end()
        except Exception as error:
            self._client = None
            self._search(error, client)
            return None

    def _search(self, fault: Exception, lost: Client | None) -> None:
        """Begins an outage."""
        if not self.stopping:
            self._log.warning("valkey does not answer: each node limits by itself", error=_told(fault))
            self._spawn(self._come_back(lost))

    async def _come_back(self, lost: Client | None) -> None:
        if lost is not None:
            await _end(lost)
        pause_s = _FIRST_PAUSE_S
        while not self.stopping:
            await self.pause(pause_s * (0.75 + self._env.chance() / 2))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            if not self.stopping and await self._connect() is None:
                self._log.info("valkey answers again: nodes share their limits")
                return

    async def _connect(self) -> Exception | None:
        """Why Valkey cannot be used; None when it can, shown by a write."""
        client: Client | None = None
        try:
            client = await open_client(self._url, _CONNECT_S)
            async with asyncio.timeout(_CONNECT_S):
                await client.run(SLOT, _trial(self._env.random_bytes(8).hex()))
        except Exception as error:
            if client is not None:
                await _end(client)
            return error
        if self.stopping:
            await _end(client)
        else:
            self._client = client
            self._back.set()
        return None


def _trial(token: str) -> list[Call]:
    """A write that leaves nothing behind; a replica and a full server refuse it."""
    keys = [f"slovomat:trial:{number}" for number in range(16)]
    return [(key, (verb, token, 1_000)) for key in keys for verb in ("enter", "leave")]


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _end(client: Client) -> None:
    """Closes it, whatever state it is in."""
    try:
        async with asyncio.timeout(_CONNECT_S):
            await client.close()
    except Exception as error:
        structlog.get_logger("slovomat").debug("valkey closed", error=_told(error))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
