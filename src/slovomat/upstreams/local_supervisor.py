"""Keeps the embedded model running: fetch the weights, load them, start again after a crash."""

import asyncio
import importlib.util
import os
import threading
from pathlib import Path

import msgspec
import structlog

from slovomat.ports.env import Env
from slovomat.ports.upstream import Readiness
from slovomat.upstreams import model_fault, weights, weights_table
from slovomat.upstreams.engine_process import EngineProcess
from slovomat.upstreams.local_engine import EngineOrder
from slovomat.upstreams.model_fault import ModelError, ModelFault
from slovomat.upstreams.openai_http import OpenAIHTTP, UpstreamConfig

_ENGINE_MODULE = "xllamacpp"
_FINAL = frozenset({ModelFault.NO_ENGINE, ModelFault.UNKNOWN_MODEL, ModelFault.CANCELLED})
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
_CONNECT_S = 10.0
_STEADY_S = 60.0
"""An engine that ran so long was sound: after its next crash the pauses begin anew."""

_log = structlog.get_logger(__name__)


class LocalConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The embedded model. An empty `model` is chosen by free memory and disk; 0 threads are all cores."""

    folder: Path
    model: str = ""
    slots: int
    threads: int = 0
    context_tokens: int = 10_240
    """Prompt and answer of one generation: 10,000 Russian characters are about 3,500 tokens."""
    answer_tokens: int = 4_096
    cache_ram_mib: int = 256
    gap_timeout_s: float
    total_timeout_s: float
    """Also the limit of the wait for a first byte: a long prompt keeps a slow machine silent for a minute."""
    max_response_bytes: int


class LocalSupervisor:
    """What is known of the embedded model, and the task that brings it up."""

    def __init__(self, config: LocalConfig, env: Env) -> None:
        self._config = config
        self._env = env
        self._engine: EngineProcess | None = None
        self._cancel = threading.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._wait_s = _FIRST_WAIT_S
        self.model = config.model
        self.readiness = _not_yet("not started", "не запущена")
        self.http: OpenAIHTTP | None = None
        """What to call; None until the model is loaded, and after a crash."""
        self.fault: ModelFault | None = None
        self.trouble = ""
        """What exactly happened, for the log alone."""
        self.fetched: tuple[int, int] | None = None
        """While the weights are fetched: the bytes that are there, and the bytes of the whole."""

    async def run(self) -> None:
        """Keep an engine running until `stop`, or until only the operator can help."""
        self._ended.clear()
        try:
            while not self._stopping.is_set():
                try:
                    await self._serve(await self._fetch())
                except ModelError as error:
                    self._fail(error)
                    if error.fault in _FINAL:
                        return
                await self._pause()
        finally:
            self._cancel.set()
            await self._close()
            self._ended.set()

    async def stop(self) -> None:
        """End the download, the engine and the task."""
        self._stopping.set()
        self._cancel.set()
        if self._engine is not None:
            await self._engine.stop()
        await self._ended.wait()

    async def _fetch(self) -> Path:
        """Have the weights; what is there already takes no time."""
        if importlib.util.find_spec(_ENGINE_MODULE) is None:
            raise ModelError(ModelFault.NO_ENGINE, f"no engine: {_ENGINE_MODULE} is not installed")
        if not self.model:
            self.model = await asyncio.to_thread(_choose, self._config.folder)
        self.readiness = _not_yet(f"checking {self.model}", f"проверяется {self.model}")
        try:
            return await asyncio.to_thread(
                weights.pull, self.model, self._config.folder, self._progress, self._cancel
            )
        finally:
            self.fetched = None

    def _progress(self, done_bytes: int, total_bytes: int) -> None:
        """Called by the fetching thread."""
        self.fetched = (done_bytes, total_bytes)
        percent = 100 * done_bytes // total_bytes
        self.readiness = _not_yet(
            f"fetching {self.model}: {percent} %", f"скачивается {self.model}: {percent} %"
        )

    async def _serve(self, path: Path) -> None:
        """Load the model and serve it until its process ends."""
        self.readiness = _not_yet(f"loading {self.model}", f"загружается {self.model}")
        key = self._env.random_bytes(24).hex()
        try:
            self._engine = await EngineProcess.start(self._order(path, key))
            if self._stopping.is_set():
                return
            report = await self._engine.report()
            if report.fault:
                raise ModelError(ModelFault.CRASHED, report.fault)
            await self._open(report.url, key)
            loaded_s = self._env.monotonic_s()
            code = await self._engine.ended()
        except OSError as error:
            raise ModelError(ModelFault.CRASHED, f"the engine could not be started: {error}") from error
        finally:
            await self._close()
        if self._env.monotonic_s() - loaded_s > _STEADY_S:
            self._wait_s = _FIRST_WAIT_S
        raise ModelError(ModelFault.CRASHED, f"the engine ended with code {code}")

    async def _open(self, url: str, key: str) -> None:
        config = self._config
        upstream = UpstreamConfig(
            name="local",
            base_url=f"{url}/v1",
            key=key,
            model=self.model,
            connect_timeout_s=_CONNECT_S,
            first_byte_timeout_s=config.total_timeout_s,
            gap_timeout_s=config.gap_timeout_s,
            total_timeout_s=config.total_timeout_s,
            max_response_bytes=config.max_response_bytes,
            concurrency=config.slots,
            keep_connections=False,  # the engine closes a connection after a stream without saying so
        )
        self.http = OpenAIHTTP(upstream, self._env, proxies={})
        await self.http.start()
        self.fault, self.trouble = None, ""
        self.readiness = Readiness(ready=True, detail="ready", detail_ru="готова")
        _log.info("model_ready", model=self.model)

    async def _close(self) -> None:
        http, engine = self.http, self._engine
        self.http = self._engine = None
        if engine is not None:
            await engine.stop()
        if http is not None:
            await http.stop()

    async def _pause(self) -> None:
        """Wait before the next try, each time longer; `stop` ends the wait."""
        wait_s, self._wait_s = self._wait_s, min(self._wait_s * 2, _LONGEST_WAIT_S)
        try:
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _fail(self, error: ModelError) -> None:
        if self._stopping.is_set():
            self.readiness = _not_yet("stopped", "остановлена")
            return
        self.fault, self.trouble = error.fault, error.detail
        self.readiness = model_fault.readiness(error.fault, self.model)
        _log.warning("model_fault", model=self.model, fault=error.fault, detail=error.detail)

    def _order(self, path: Path, key: str) -> EngineOrder:
        config = self._config
        return EngineOrder(
            model_path=str(path),
            model_name=self.model,
            key=key,
            parent_pid=os.getpid(),
            slots=config.slots,
            threads=config.threads or _cores(),
            context_tokens=config.context_tokens,
            answer_tokens=config.answer_tokens,
            cache_ram_mib=config.cache_ram_mib,
        )


def _not_yet(detail: str, detail_ru: str) -> Readiness:
    """A state that passes by itself."""
    return Readiness(ready=False, detail=detail, detail_ru=detail_ru)


def _choose(folder: Path) -> str:
    """The best model that this machine carries; of two that it could run, the disk decides."""
    have = [state.name for state in weights.list_models(folder) if state.ready]
    memory_bytes = weights_table.free_memory_bytes()
    return weights_table.choose(memory_bytes, weights_table.free_disk_bytes(folder), have).name


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
