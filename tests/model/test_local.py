"""The embedded model for real: an engine in a child process, and the small model in it."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest

from slovomat.domain.events import Completion, Done, Failure, FailureKind
from slovomat.env import SystemEnv
from slovomat.upstreams.engine_process import EngineProcess
from slovomat.upstreams.local import Local, LocalConfig
from slovomat.upstreams.local_engine import EngineOrder

pytestmark = [pytest.mark.anyio, pytest.mark.model]

PARENT = """
import asyncio, pathlib, sys
from slovomat.env import SystemEnv
from slovomat.upstreams.local import Local, LocalConfig

async def main():
    async with asyncio.TaskGroup() as tasks:
        limits = {"slots": 2, "gap_timeout_s": 120, "total_timeout_s": 600, "max_response_bytes": 16 << 20}
        folder, model = pathlib.Path(sys.argv[1]), sys.argv[2]
        config = LocalConfig(folder=folder, model=model, context_tokens=512, **limits)
        local = Local(config, SystemEnv(), tasks.create_task)
        await local.start()
        while not local.readiness().ready:
            await asyncio.sleep(0.02)
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def embedded(config: LocalConfig) -> AsyncIterator[Local]:
    """The embedded upstream in a task group, as the App has one."""
    async with asyncio.TaskGroup() as tasks:
        local = Local(config, SystemEnv(), tasks.create_task)
        await local.start()
        try:
            yield local
        finally:
            await local.stop()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that other processes bring about."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - another process cannot set our Event
            await asyncio.sleep(0.02)


def body(text: str, max_tokens: int, **more: object) -> bytes:
    """A request's JSON as the port wants it."""
    messages = [{"role": "user", "content": text}]
    return json.dumps({"messages": messages, "max_tokens": max_tokens, "seed": 1, **more}).encode()[1:]


def engines(parent_pid: int) -> list[int]:
    """The engine processes below this one."""
    found = []
    for task in Path("/proc").glob("[0-9]*"):
        try:
            facts, line = (task / "stat").read_text(), (task / "cmdline").read_text()
        except OSError:
            continue  # it ended while we looked
        state, ppid = facts.rpartition(")")[2].split()[:2]
        if int(ppid) == parent_pid and "local_engine" in line and state != "Z":
            found.append(int(task.name))
    return found


def in_the_open(pid: int) -> str:
    """What other processes can read of a process: its arguments and its environment."""
    return "".join(Path(f"/proc/{pid}/{file}").read_text() for file in ("cmdline", "environ"))


def cpu_s(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_generation(local_config: LocalConfig) -> None:
    """A real model answers, plain and streamed, two at a time, and says what it used."""
    async with embedded(local_config) as local:
        await until(lambda: local.readiness().ready)
        assert (local.name, local.model, local.concurrency) == ("local", "smollm2-135m", 2)
        answers = await asyncio.gather(*(local.complete(body("Say hello.", 12)) for _ in range(2)))
        for answer in answers:
            assert isinstance(answer, Completion)
            assert answer.text.strip()
            assert json.loads(answer.body)["model"] == "smollm2-135m"
            assert answer.usage.prompt_tokens > 0
        streamed = body("Say hello.", 12, stream=True, stream_options={"include_usage": True})
        chunks: list[bytes] = []
        done = await local.stream(streamed, chunks.extend)
        assert len(chunks) > 3
        assert isinstance(done, Done)
        assert done.usage.completion_tokens > 0


async def test_prompt_that_does_not_fit(local_config: LocalConfig) -> None:
    """A prompt beyond the context is refused as the client's matter, with the engine's own words."""
    async with embedded(local_config) as local:
        await until(lambda: local.readiness().ready)
        refused = await local.complete(body("word " * 20_000, 12))
        assert isinstance(refused, Failure)
        assert refused.kind is FailureKind.REFUSED
        assert b"context" in (refused.body or b"")


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_cancelled_generation_stops(local_config: LocalConfig, streamed: bool) -> None:
    """When a client leaves, the engine stops generating instead of heating the room."""

    async def long_story(local: Local) -> None:
        request = body("Tell a long story.", 500, ignore_eos=True, stream=streamed)
        if streamed:
            await local.stream(request, lambda _chunks: None)
        else:
            await local.complete(request)

    async with embedded(local_config) as local:
        await until(lambda: local.readiness().ready)
        (engine,) = engines(os.getpid())
        at_rest = cpu_s(engine)
        story = asyncio.create_task(long_story(local))
        await until(lambda: cpu_s(engine) - at_rest > 0.3)
        story.cancel()
        await asyncio.wait([story])
        idle_since, used = time.monotonic(), cpu_s(engine)
        async with asyncio.timeout(8):  # the whole story takes longer
            while time.monotonic() - idle_since < 0.5:
                await asyncio.sleep(0.05)
                if cpu_s(engine) - used > 0.02:
                    idle_since, used = time.monotonic(), cpu_s(engine)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_crashed_engine_comes_back(local_config: LocalConfig) -> None:
    """An engine that dies is started again; calls in between fail as unavailable, and say why."""
    async with embedded(local_config) as local:
        await until(lambda: local.readiness().ready)
        (engine,) = engines(os.getpid())
        os.kill(engine, signal.SIGKILL)
        await until(lambda: not local.readiness().ready)
        failed = await local.complete(body("Hi", 5))
        assert isinstance(failed, Failure)
        assert failed.kind is FailureKind.UNAVAILABLE
        assert "code -9" in failed.detail
        assert local.readiness().remedy
        await until(lambda: local.readiness().ready)
        assert local.fault is None
        assert isinstance(await local.complete(body("Hi", 5)), Completion)
    assert engines(os.getpid()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_engine_dies_with_its_parent(local_config: LocalConfig) -> None:
    """`kill -9` of the service leaves no engine behind."""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(local_config.folder), local_config.model),
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    while b"ready" not in await parent.stdout.readline():
        assert parent.returncode is None
    (engine,) = engines(parent.pid)
    parent.kill()
    await parent.wait()
    await until(lambda: not Path(f"/proc/{engine}/status").exists() or _is_zombie(engine))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_engine_serves_its_parent_alone(local_config: LocalConfig) -> None:
    """The engine's key is in neither its arguments nor its environment, and without it nobody is served."""
    order = EngineOrder(
        model_path=str(local_config.folder / f"{local_config.model}.gguf"),
        model_name=local_config.model,
        key="0123456789abcdef",
        parent_pid=os.getpid(),
        slots=1,
        threads=1,
        context_tokens=512,
        answer_tokens=16,
        cache_ram_mib=0,
    )
    engine = await EngineProcess.start(order)
    try:
        url = (await engine.report()).url
        (pid,) = engines(os.getpid())
        assert order.key not in in_the_open(pid)
        assert "OMP_WAIT_POLICY=passive" in in_the_open(pid)
        assert url.startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as stranger:
            for path in ("/", "/slots", "/props", "/metrics", "/v1/models", "/v1/chat/completions"):
                async with stranger.get(url + path, headers={"Origin": "http://evil.example"}) as answer:
                    assert answer.status in (401, 404)
                    assert not answer.headers.get("Access-Control-Allow-Origin")
    finally:
        await engine.stop()


async def test_weights_that_are_no_model(local_config: LocalConfig, tmp_path: Path) -> None:
    """A model that cannot be loaded is reported with its reason, and the service lives on."""
    config = msgspec.structs.replace(local_config, folder=tmp_path, model="no-such-model")
    async with embedded(config) as local:
        await until(lambda: local.fault is not None)
        assert "no-such-model" in local.readiness().detail
        assert "slovomat model list" in local.readiness().remedy
        failed = await local.complete(body("Hi", 5))
        assert isinstance(failed, Failure)
        assert (failed.kind, failed.retry_after_ms) == (FailureKind.UNAVAILABLE, None)


async def test_stop_while_loading(local_config: LocalConfig) -> None:
    """Stopping at any moment of the start ends at once, and leaves nothing behind."""
    for pause_s in (0.0, 0.01, 0.1, 0.3):
        async with embedded(local_config):
            await asyncio.sleep(pause_s)
    assert engines(os.getpid()) == []


def _is_zombie(pid: int) -> bool:
    try:
        return "Z (zombie)" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
