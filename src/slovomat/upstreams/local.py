"""The embedded model as an upstream like any other."""

from collections.abc import Callable, Coroutine
from typing import Any

from slovomat.domain.events import Completion, Done, Failure, FailureKind
from slovomat.ports.env import Env
from slovomat.ports.upstream import Call, Deliver, Readiness
from slovomat.upstreams.local_supervisor import LocalConfig, LocalSupervisor
from slovomat.upstreams.model_fault import ModelFault

__all__ = ["Local", "LocalConfig"]

_RETRY_AFTER_MS = 5_000
"""While the model is fetched, loaded or started again; when only the operator can help, there is no when."""


class Local:
    """The port Upstream over a model on this machine; not ready until it is fetched and loaded.

    `spawn` runs the supervising task: give it `create_task` of the App's task group. The task handles its
    own failures, and ends after `stop`.
    """

    name = "local"

    def __init__(
        self, config: LocalConfig, env: Env, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._spawn = spawn
        self._slots = config.slots
        self._supervisor = LocalSupervisor(config, env)

    @property
    def model(self) -> str:
        """The model's name; empty until one is chosen."""
        return self._supervisor.model

    @property
    def concurrency(self) -> int:
        """As many generations as the engine has slots."""
        return self._slots

    @property
    def fault(self) -> ModelFault | None:
        """What only the operator can mend; `model_fault.remedy` tells how, in both languages."""
        return self._supervisor.fault

    @property
    def fetched(self) -> tuple[int, int] | None:
        """While the weights are fetched: the bytes that are there, and the bytes of the whole."""
        return self._supervisor.fetched

    def readiness(self) -> Readiness:
        """Ready, or what it is waiting for, or what the operator has to do."""
        return self._supervisor.readiness

    async def start(self) -> None:
        """Set the supervisor to work; a first start may fetch a gigabyte, so nobody waits here."""
        self._spawn(self._supervisor.run())

    async def stop(self) -> None:
        """End the download, the engine and the supervisor."""
        await self._supervisor.stop()

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """One plain generation."""
        http = self._supervisor.http
        return Call.ended(self._unavailable()) if http is None else http.complete(body_rest)

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """One streamed generation."""
        http = self._supervisor.http
        return Call.ended(self._unavailable()) if http is None else http.stream(body_rest, deliver)

    def _unavailable(self) -> Failure:
        state = self.readiness()
        detail = self._supervisor.trouble if state.remedy else state.detail
        wait_ms = _RETRY_AFTER_MS if state.passing else None
        return Failure(kind=FailureKind.UNAVAILABLE, detail=detail, retry_after_ms=wait_ms)
