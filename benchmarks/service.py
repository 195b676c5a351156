"""The program under test: `slovomat serve` on a fresh data folder, with one customer who may do anything."""

import contextlib
import http.client
import json
import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.native import CannotMeasureError
from benchmarks.processes import running

START_S = 60
_CUSTOMER = "bench@example.org"
_PACK_REQUESTS = 500_000_000
PLAN = "bench"
SECRET = "5" * 64
# Every guard stays in force except those that would stop one customer at some rate.
_SETTINGS = {
    "PORT": "0",
    "POLLS_PER_MINUTE": "0",
    "QUEUE_MAX_JOBS": "100000000",
    "CONCURRENT_DIRECT": "20000",
    "CONNECTIONS_MAX": "30000",
    "UPSTREAM_GAP_TIMEOUT_S": "3600",
    "UPSTREAM_FIRST_BYTE_TIMEOUT_S": "3600",
    "UPSTREAM_TOTAL_TIMEOUT_S": "3600",
}


class Service:
    """A running service. `key` is the customer's."""

    def __init__(self, pid: int, port: int, key: str) -> None:
        self.pid = pid
        self.port = port
        self.key = key

    def call(self, request: bytes) -> tuple[int, bytes]:
        """One whole HTTP request, and its answer's status and body."""
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        method, path, _ = first.split(" ")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_S)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(line.split(": ", 1) for line in lines))
            answer = connection.getresponse()
            return answer.status, answer.read()


def environment(folder: Path, upstream_port: int, database_url: str = "") -> dict[str, str]:
    """The settings of a node with a data folder of its own; SQLite, unless a PostgreSQL is named."""
    folder.mkdir(exist_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith("SLOVOMAT_")}
    env |= {f"SLOVOMAT_{name}": value for name, value in _SETTINGS.items()}
    return env | {
        "SLOVOMAT_DATA": str(folder / "data"),
        "SLOVOMAT_CONFIG": str(_empty(folder / "slovomat.toml")),
        "SLOVOMAT_UPSTREAM_URL": f"http://127.0.0.1:{upstream_port}/v1",
        "SLOVOMAT_DATABASE_URL": database_url,
        "SLOVOMAT_SECRET": SECRET,
    }


@contextlib.contextmanager
def serving(
    env: Mapping[str, str], key: str, cores: set[int], words: Sequence[str] = ()
) -> Iterator[Service]:
    """The service, started, until the block ends."""
    log = Path(env["SLOVOMAT_CONFIG"]).with_name("service.log")
    with running([sys.executable, "-m", "slovomat", "serve", *words], cores, log, env) as process:
        yield Service(process.pid, _listens(process, log), key)


def _empty(file: Path) -> Path:
    """An empty file of settings, so that none that lies about is read."""
    file.touch()
    return file


def new_instance(env: Mapping[str, str]) -> None:
    """A database with a plan without limits, and nobody on it."""
    _operator(env, "plan", "set", PLAN, "--rpm", "0")


def customer(env: Mapping[str, str]) -> str:
    """A new instance's customer, with a pack that does not run out; the key."""
    new_instance(env)
    _operator(env, "user", "add", _CUSTOMER, "--plan", PLAN)
    _operator(env, "credit", _CUSTOMER, str(_PACK_REQUESTS), "--reason", "benchmark")
    return str(_operator(env, "key", "create", _CUSTOMER)["key"])


def _operator(env: Mapping[str, str], *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "slovomat", *words, "--json"],
        env=env,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    if done.returncode != 0:
        raise CannotMeasureError(f"slovomat {' '.join(words[:2])} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _listens(process: subprocess.Popen[bytes], log: Path) -> int:
    """The port that the greeting names."""
    assert process.stdout is not None  # noqa: S101 - `running` opens it
    os.set_blocking(process.stdout.fileno(), False)
    said, deadline_s = b"", time.monotonic() + START_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(deadline_s - time.monotonic()):
            piece = process.stdout.read()
            said += piece or b""
            if found := re.search(rb"listens on http://[^\s/]*:(\d+)", said):
                return int(found[1])
            if piece == b"":
                break
    raise CannotMeasureError(f"the service did not start:\n{said.decode()}{log.read_text('utf-8')}")
