"""An upstream that is given no more generations at once than it carries."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from slovomat.domain.events import Completion, Event, Failure
from slovomat.ports.upstream import Readiness, Upstream


def limited(upstream: Upstream) -> Upstream:
    """The upstream under its own limit; one without a limit is given back as it is."""
    return Limited(upstream) if upstream.concurrency else upstream


class Limited:
    """The port Upstream with a place for each generation, plain or streamed; who waits is served in turn.

    The wait has no limit of its own: the caller's time and patience are the caller's matter.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._places = asyncio.Semaphore(upstream.concurrency)

    @property
    def name(self) -> str:
        """The upstream's name."""
        return self._upstream.name

    @property
    def model(self) -> str:
        """The upstream's model."""
        return self._upstream.model

    @property
    def concurrency(self) -> int:
        """How many places there are."""
        return self._upstream.concurrency

    def readiness(self) -> Readiness:
        """The upstream's readiness, however many wait."""
        return self._upstream.readiness()

    async def start(self) -> None:
        """Start the upstream."""
        await self._upstream.start()

    async def stop(self) -> None:
        """Stop the upstream."""
        await self._upstream.stop()

    async def complete(self, body_rest: bytes) -> Completion | Failure:
        """One plain generation, once there is a place."""
        async with self._places:
            return await self._upstream.complete(body_rest)

    async def stream(self, body_rest: bytes) -> AsyncGenerator[Event, None]:
        """One streamed generation, once there is a place; closing the generator frees it."""
        async with self._places, aclosing(self._upstream.stream(body_rest)) as events:
            async for event in events:
                yield event
