"""Liveness, readiness and metrics."""

from collections.abc import Awaitable, Callable

import msgspec

from slovomat.dialects.calls import Answer
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.refusal import Code, Refusal
from slovomat.web import headers
from slovomat.web.desk import Desk
from slovomat.web.exchange import Exchange

_METRICS_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class Health:
    """`/health`, `/healthz`, `/readyz`, `/metrics`: no key, never queued behind generations."""

    def __init__(self, desk: Desk, exposition: Callable[[], Awaitable[bytes]]) -> None:
        self._desk = desk
        self._exposition = exposition
        self._services = desk.services

    async def alive(self, exchange: Exchange) -> None:
        """The process serves."""
        self._send(exchange, 200, {"status": "ok"})

    async def ready(self, exchange: Exchange) -> None:
        """Whether a load balancer should send requests here; and what the upstream says of itself."""
        upstream = self._services.upstream.readiness()
        state = {"status": "ready", "upstream": "ready" if upstream.ready else upstream.detail}
        if self._services.gate.closed:
            state["status"] = "draining"
        elif not await self._database():
            state["status"] = "database unavailable"
        self._send(exchange, 200 if state["status"] == "ready" else 503, state)

    async def _database(self) -> bool:
        """What the pulse says, which has a timer where nodes share a database that may fall silent."""
        if not self._services.store.shared:
            await self._services.pulse.ask()
        return self._services.pulse.beats

    async def metrics(self, exchange: Exchange) -> None:
        """The Prometheus exposition."""
        self._method(exchange, Answer(200, await self._exposition(), _METRICS_TYPE))

    def _send(self, exchange: Exchange, status: int, state: dict[str, str]) -> None:
        self._method(exchange, Answer(status, msgspec.json.encode(state)))

    def _method(self, exchange: Exchange, answer: Answer) -> None:
        if exchange.method in {"GET", "HEAD"}:
            self._desk.answer(exchange, answer)
            return
        refusal = Refusal(code=Code.METHOD_WRONG, names={"methods": "GET, HEAD"})
        self._desk.refuse(exchange, DIALECT, refusal, None, headers.allow("GET, HEAD"))
