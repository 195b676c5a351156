"""`serve --processes`: several nodes on one port of one machine, and the parent that keeps them."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import pytest

from slovomat.settings import load_settings
from tests.cli_operator import Operator
from tests.wire.crowd import Crowd, answering_upstream, crowd, job_id
from tests.wire.nodes import CREDIT, eventually, make_node, open_account, open_store
from tests.wire.service import Service

PROCESSES, CALLERS = 3, 12
POSTGRES = "postgresql://nobody@127.0.0.1:1/nowhere"


def children(pid: int) -> list[int]:
    """The processes that a parent has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def gone(pid: int) -> bool:
    """Whether a process has ended, even if nobody has asked after it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def serving(log: str) -> bool:
    """Whether nothing went wrong but what the test did."""
    return '"level": "error"' not in re.sub(r'.*"a process died".*', "", log)


@asynccontextmanager
async def service_of(
    folder: Path, url: str, count: int = PROCESSES, pause_s: float = 0.02
) -> AsyncIterator[tuple[Service, Crowd, Any]]:
    """A service of several processes, its callers, and the store."""
    async with answering_upstream(pause_s) as upstream, open_store(url) as store:
        key = await open_account(store, CREDIT)
        service = make_node(folder / "node", upstream.url, url, processes=count, lease_s=2, drain_s=2)
        try:
            await anyio.to_thread.run_sync(service.start)
            await eventually(lambda: len(children(service.pid)) == count)
            async with crowd(lambda: service.url, key) as callers:
                yield service, callers, store
        finally:
            await anyio.to_thread.run_sync(service.stop)


async def whose(service: Service) -> Counter[str]:
    """Answers by process, as the metrics tell."""
    async with aiohttp.ClientSession() as session, session.get(service.url + "/metrics") as response:
        text = await response.text()
    found = re.findall(r'^slovomat_http_requests_total\{process="(\d+)".*\} (\S+)$', text, re.MULTILINE)
    seen: Counter[str] = Counter(
        re.findall(r'^process_start_time_seconds\{process="(\d+)"', text, re.MULTILINE)
    )
    assert set(seen.values()) <= {1}
    answers = Counter(dict.fromkeys(seen, 0))
    for process, number in found:
        answers[process] += int(float(number))
    return answers


async def all_up(service: Service) -> None:
    """Returns when every process answers the others."""

    async def up() -> bool:
        return len(await whose(service)) == PROCESSES

    await eventually(up)


class Callers:
    """Customers who make a job, or ask, until they are answered: a broken connection is tried again."""

    def __init__(self, callers: Crowd) -> None:
        self._callers = callers
        self._numbers = count()
        self.jobs: list[int] = []
        self.stopping = False

    async def keep(self) -> None:
        """Jobs, one after another."""
        while not self.stopping:
            mark = f"job {next(self._numbers)}"
            job = job_id(await self._insist(mark))
            self.jobs.append(job)
            await asyncio.sleep(0.01)

    async def _insist(self, mark: str) -> Any:
        while True:
            try:
                return await self._callers.textbot(mark, Idempotency_Key=mark)
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)


@pytest.mark.anyio
async def test_a_killed_process_comes_back_and_nothing_is_lost(
    tmp_path: Path, postgres_database: str
) -> None:
    """While it is away the others serve; every job that was accepted ends, and is charged once."""
    async with service_of(tmp_path, postgres_database) as (service, callers, store):
        await all_up(service)
        customers = Callers(callers)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CALLERS):
                tasks.create_task(customers.keep())
            await eventually(lambda: len(customers.jobs) > 50)
            victim = children(service.pid)[1]
            os.kill(victim, signal.SIGKILL)
            made = len(customers.jobs)
            await eventually(lambda: len(customers.jobs) > made + 50)
            await eventually(lambda: len(children(service.pid)) == PROCESSES and gone(victim))
            await all_up(service)
            customers.stopping = True
        assert len(set(customers.jobs)) == len(customers.jobs)
        for job in customers.jobs:
            assert (await callers.ended(job))["status"] == "completed"
        assert await callers.balance() == CREDIT - 2 * len(customers.jobs)
        audit = await store.audit()
        assert audit.violations == ()
        assert '"code": -9' in service.log
        assert serving(service.log)


@pytest.mark.anyio
async def test_all_share_the_port_and_greet_once(tmp_path: Path, postgres_database: str) -> None:
    """Connections reach every one of them, and the metrics of any tell of all."""
    async with service_of(tmp_path, postgres_database) as (service, callers, _):
        await all_up(service)
        for number in range(60):
            async with crowd(lambda: service.url, callers.key) as one:
                assert (await one.chat(f"{number}")).status == 200
        answers = await whose(service)
        assert sorted(answers) == ["0", "1", "2"]
        assert min(answers.values()) > 0
        assert service.greeting.count("listens on") == 1
        assert f"processes      {PROCESSES} on one port" in service.greeting
        assert len(re.findall(r"^listens|^Slovomat", service.greeting, re.MULTILINE)) == 1


@pytest.mark.anyio
async def test_on_sigterm_each_finishes_what_it_has_begun(tmp_path: Path, postgres_database: str) -> None:
    """The calls under way are answered, then all end, the parent with 0."""
    async with service_of(tmp_path, postgres_database, pause_s=0.5) as (service, callers, _):
        await all_up(service)
        pids = children(service.pid)
        async with asyncio.TaskGroup() as tasks:
            calls = [tasks.create_task(callers.chat(f"{number}")) for number in range(CALLERS)]
            before = sum((await whose(service)).values())
            await asyncio.sleep(0.2)
            assert await anyio.to_thread.run_sync(service.stop) == 0
        assert [call.result().status for call in calls] == [200] * CALLERS, before
        assert all(gone(pid) for pid in pids)
        assert serving(service.log)


@pytest.mark.anyio
async def test_none_outlives_the_parent(tmp_path: Path, postgres_database: str) -> None:
    """It is killed: they drain by themselves, and the port is free."""
    async with service_of(tmp_path, postgres_database, 2) as (service, callers, _):
        assert (await callers.chat("x")).status == 200
        pids = children(service.pid)
        await anyio.to_thread.run_sync(service.kill)
        await eventually(lambda: all(gone(pid) for pid in pids))
        with pytest.raises(aiohttp.ClientError):
            await callers.chat("y")


@pytest.mark.anyio
async def test_a_port_that_another_service_has_is_not_shared(tmp_path: Path, postgres_database: str) -> None:
    """Or its customers would be dealt out to both."""
    async with service_of(tmp_path, postgres_database, 2) as (service, _, _):
        port = service.url.rpartition(":")[2]
        other = make_node(tmp_path / "other", "http://127.0.0.1:1", postgres_database, processes=2, port=port)
        with pytest.raises(AssertionError, match="cannot listen on"):
            await anyio.to_thread.run_sync(other.start)


def test_a_service_that_cannot_start_ends_with_the_code_of_its_process(
    tmp_path: Path, postgres_database: str
) -> None:
    """It says why once, and is not tried again."""
    settings = {
        "data": str(tmp_path),
        "port": "0",
        "upstream_url": "http://x",
        "database_url": postgres_database,
        "modes_dir": "nowhere",
    }
    environ = {f"SLOVOMAT_{name.upper()}": value for name, value in settings.items()}
    ended = subprocess.run(
        [sys.executable, "-m", "slovomat", "serve", "--processes", "3"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 3
    assert ended.stderr == "slovomat: nowhere: no such folder of modes\n"


FAILING = """
import os, signal, sys, time
from slovomat.env import SystemEnv
from slovomat.processes import Parent

def work(seat):
    if seat.number == 1:
        print("tried", flush=True)
        return 7
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("ended", flush=True)))
    seat.tell_ready()
    signal.pause()
    return 0

sys.exit(Parent(2, work, SystemEnv()).run())
"""


def test_one_that_cannot_start_beside_the_others_ends_them_all() -> None:
    """After three tries, with its code."""
    ended = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, timeout=60, check=False)
    assert ended.returncode == 7
    told = [line for line in ended.stdout.splitlines() if line in {b"tried", b"ended"}]
    assert told == [b"tried"] * 3 + [b"ended"]


@pytest.mark.parametrize(
    ("lang", "settings", "told"),
    [
        ("en_GB", {}, "SQLite has one writer"),
        ("ru_RU", {}, "файл обслуживает один процесс"),
        ("en_GB", {"SLOVOMAT_DATABASE_URL": POSTGRES}, "would load the embedded model"),
        ("ru_RU", {"SLOVOMAT_DATABASE_URL": POSTGRES}, "загрузил бы встроенную модель"),
    ],
)
def test_several_are_refused_where_they_would_do_harm(
    tmp_path: Path, lang: str, settings: dict[str, str], told: str
) -> None:
    """On SQLite, and with the embedded model: exit code 3, and why."""
    operator = Operator(tmp_path / "data")
    operator.run("serve", "--processes", "2", code=3, env={**settings, "LC_ALL": f"{lang}.UTF-8"})
    assert told in operator.err


def test_the_setting_has_three_sources_like_any_other(tmp_path: Path) -> None:
    """A file, the environment, a flag."""
    file = tmp_path / "slovomat.toml"
    file.write_text("processes = 2\n", "utf-8")
    assert load_settings({}, {}, file).settings.processes == 2
    assert load_settings({}, {"SLOVOMAT_PROCESSES": "3"}, file).settings.processes == 3
    assert load_settings({"processes": 4}, {"SLOVOMAT_PROCESSES": "3"}, file).settings.processes == 4
