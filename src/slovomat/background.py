"""What the App does beside answering: each a loop in its task group, none dies of a passing fault."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from slovomat.ports.env import Env
from slovomat.ports.store import StoreUnavailableError
from slovomat.usecases.history import Looking
from slovomat.usecases.mode_desk import ActiveModes
from slovomat.usecases.sweep import Sweep
from slovomat.web.server import EmbeddedServer
from slovomat.web.services import Services
from slovomat.worker import Worker

_REFRESH_S = 0.2
_PULSE_S = 0.5
_TEND_S = 1.0
_COUNT_S = 1.0
_SWEEP_S = 5.0
_LOOK_S = 5.0
_SEEN_S = 10.0
_PRUNE_S = 60.0
_AUDIT_S = 3600.0

Round = tuple[float, Callable[[], Awaitable[None]]]
"""A step, and the seconds between it and the next time."""


class Background:
    """The loops."""

    def __init__(
        self,
        services: Services,
        sweep: Sweep,
        server: EmbeddedServer,
        worker: Worker,
        env: Env,
        *,
        modes: ActiveModes,
        rounds: Sequence[Round] = (),
    ) -> None:
        self._services = services
        self._sweep = sweep
        self._server = server
        self._worker = worker
        self._env = env
        self._rounds = rounds
        self._modes = modes
        self._looking = Looking(services.store, env)
        self._log = structlog.get_logger("slovomat")

    def start(self, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """All loops, for the caller to cancel."""
        loops = [
            (_REFRESH_S, self._refresh),
            (_TEND_S, self._tend),
            (_COUNT_S, self._count),
            (_SWEEP_S, self._sweep_up),
            (_SEEN_S, self._services.callers.note_seen),
            (_LOOK_S, self._look),
            (_PRUNE_S, self._prune),
            (_AUDIT_S, self._audit),
            *self._rounds,
        ]
        if (
            self._services.store.shared
        ):  # a file is asked when somebody wants to know: a sync costs more there
            loops.append((_PULSE_S, self._services.pulse.ask))
        return [tasks.create_task(self._every(seconds, step)) for seconds, step in loops]

    async def _every(self, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        name, lost = step.__name__.strip("_"), False
        while True:
            await asyncio.sleep(seconds)
            try:
                await step()
                lost = False
            except StoreUnavailableError as error:
                if not lost:  # an outage is told once
                    self._log.warning("database unavailable", step=name, error=str(error))
                lost = True
            except Exception:
                self._log.exception("a bug in the background", step=name)

    async def _refresh(self) -> None:
        await self._services.callers.refresh()
        await self.adopt_modes()

    async def adopt_modes(self) -> None:
        """What operators made of the modes; a text that this version cannot use is told, and left alone."""
        for mode_id, fault in (await self._modes.refresh()).items():
            self._log.error("a mode text cannot be used", mode=mode_id, line=fault.line, what=fault.what)

    async def _look(self) -> None:
        await self._looking.advance()

    async def _tend(self) -> None:
        self._server.cut_off_slow_senders(asyncio.get_running_loop().time())
        now_s, settings = self._env.monotonic_s(), self._services.settings
        for stream in tuple(self._services.gate.streams):
            stream.tend(now_s, settings.keepalive_s, settings.client_stall_s)

    async def _count(self) -> None:
        if self._worker.crowded:
            self._worker.queued, _ = await self._services.store.queue_depth()

    async def _sweep_up(self) -> None:
        await self._services.settler.close_owed()
        await self._sweep.holds()
        await self._sweep.others()
        await self._sweep.overdue()
        await self._sweep.periods()
        queued, oldest_ms = await self._services.store.queue_depth()
        self._worker.queued = queued
        age_s = max(0, self._env.now_ms() - oldest_ms) / 1000 if oldest_ms else 0
        self._services.metrics.queue(await self._services.store.open_holds(), queued, age_s)

    async def _prune(self) -> None:
        batch = 1
        while batch:
            batch = await self._sweep.prune()
        await self._sweep.bury()

    async def _audit(self) -> None:
        self._services.metrics.audited(len((await self._services.store.audit()).violations))
