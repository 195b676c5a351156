"""A small load balancer: it asks who is ready, and tries another node while nothing of an answer has come."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import aiohttp
from aiohttp import web

from tests.servers.ports import free_port
from tests.wire.service import Service

_ASK_S = 1.0
_TRIES_S = 20.0
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Balancer:
    """Round robin over the nodes that are ready, over connections that it keeps."""

    def __init__(self, services: Sequence[Service], session: aiohttp.ClientSession) -> None:
        self._services = services
        self._session = session
        self._ready: list[Service] = []
        self._turn = count()
        self.port = free_port()
        self.retried: Counter[str] = Counter()
        """Why a further node was tried."""

    @property
    def url(self) -> str:
        """Where clients come."""
        return f"http://127.0.0.1:{self.port}"

    async def watch(self) -> None:
        """Asks every node again and again."""
        while True:
            told = await asyncio.gather(*(self._is_ready(service) for service in self._services))
            self._ready = [service for service, ready in zip(self._services, told, strict=True) if ready]
            await asyncio.sleep(_ASK_S)

    async def _is_ready(self, service: Service) -> bool:
        try:
            async with self._session.get(service.url + "/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, until a node has answered it."""
        body = await request.read()
        async with asyncio.timeout(_TRIES_S):
            while True:
                answer = await self._try(request, body)
                if answer is not None:
                    return answer
                await asyncio.sleep(0.02)

    async def _try(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse | None:
        if not self._ready:
            return None
        url = self._ready[next(self._turn) % len(self._ready)].url
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        call = self._session.request(request.method, url + request.path, data=body, headers=headers)
        try:
            response = await call
        except aiohttp.ClientConnectionError as error:
            self.retried[type(error).__name__] += 1
            return None
        async with response:
            if response.status == 503 and "retry-after" in response.headers:
                self.retried["503"] += 1
                return None
            return await _pass_on(request, response)


async def _pass_on(request: web.BaseRequest, response: aiohttp.ClientResponse) -> web.StreamResponse:
    """Headers, and each piece as it comes; a break in the middle is the client's to see."""
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _HOP}
    answer = web.StreamResponse(status=response.status, headers=headers)
    await answer.prepare(request)
    async for piece in response.content.iter_any():
        await answer.write(piece)
    await answer.write_eof()
    return answer


@asynccontextmanager
async def balancer(services: Sequence[Service]) -> AsyncIterator[Balancer]:
    """A running one, in the test's own loop."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        made = Balancer(services, session)
        runner = web.ServerRunner(web.Server(made.handle))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", made.port).start()
        watching = asyncio.ensure_future(made.watch())
        try:
            yield made
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await runner.cleanup()
