"""Many callers at once on one account of a stand, over all its nodes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import cycle
from typing import Any

from tests.wire.crowd import Answer, Crowd, crowd

from faults.row import Order
from faults.stand import Stand, stand
from faults.upstream import Saying, saying_upstream

CONNECTIONS = 200
_POLLS_AT_ONCE = 32
_WITHIN_S = 120


class Callers:
    """A crowd at each node; calls go round."""

    def __init__(self, crowds: list[Crowd]) -> None:
        self.crowds = crowds
        self._next = cycle(crowds)

    def any(self) -> Crowd:
        """The next node's."""
        return next(self._next)

    def calls(self, name: str, text: str, count: int, **headers: str) -> "list[asyncio.Task[Answer]]":
        """So many of the same call, begun at once."""
        return [asyncio.ensure_future(getattr(self.any(), name)(text, **headers)) for _ in range(count)]


@asynccontextmanager
async def callers(built: Stand, key: str) -> AsyncIterator[Callers]:
    """Whoever calls with this key."""
    async with AsyncExitStack() as stack:
        each = CONNECTIONS // len(built.doors)
        crowds = [
            await stack.enter_async_context(crowd(partial(str, door), key, each)) for door in built.doors
        ]
        yield Callers(crowds)


@asynccontextmanager
async def serving(order: Order, **settings: Any) -> AsyncIterator[tuple[Stand, Saying]]:
    """The order's set-up with an upstream that answers at once, started; nobody limits polls."""
    limits: dict[str, Any] = {"polls_per_minute": 0, "balances_per_minute": 0, "lease_s": 3, **settings}
    async with saying_upstream() as saying:
        with stand(order.set_up, order.folder, saying.port, **limits) as built:
            await asyncio.to_thread(built.start)
            yield built, saying


async def ended(callers: Callers, jobs: list[int]) -> list[str]:
    """The final states of the jobs, a few asked at once; a poll that is refused tells nothing of its job."""
    room = asyncio.Semaphore(_POLLS_AT_ONCE)

    async def end(job: int) -> str:
        async with asyncio.timeout(_WITHIN_S):
            while True:
                async with room:
                    crowd = callers.any()
                    answer = await crowd.post("/api/status", {"key": crowd.key, "request_id": job})
                if answer.status == 200 and answer.json["status"] != "processing":
                    return str(answer.json["status"])
                assert answer.status in (200, 429, 503), f"job {job}: {answer.status} {answer.body!r}"
                await asyncio.sleep(0.05)

    return await asyncio.gather(*(end(job) for job in jobs))
