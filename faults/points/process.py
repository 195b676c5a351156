"""The server with points, started and started again quickly: forked from a process that has it loaded."""

import multiprocessing
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

from faults.points import server
from faults.points.points import Points

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["faults.points.server"])
_START_S = 30


class PointedServer:
    """One that dies again and again."""

    def __init__(self, folder: Path, environment: dict[str, str], port: int) -> None:
        self.log = folder / "server.log"
        self._file = folder / "points"
        self._environment = environment
        self._port = port
        self._process: multiprocessing.process.BaseProcess | None = None
        self.points = Points(self._file)
        self.starts = 0

    def start(self) -> None:
        """Starts it, and returns when it answers or has died at a point of its start."""
        arguments = (self._environment, self._file, self.log)
        self._process = _CONTEXT.Process(target=server.serve, args=arguments, daemon=True)
        self._process.start()
        self.starts += 1
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self.alive:
            with suppress(OSError):
                urlopen(f"http://127.0.0.1:{self._port}/health", timeout=_START_S).close()
                return
            time.sleep(0.005)
        if not self.points.reached:
            raise AssertionError("the server did not start:\n" + self.log.read_text("utf-8")[-3000:])

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.is_alive()

    def died(self, within_s: float) -> bool:
        """Whether it ends within this time."""
        assert self._process is not None
        self._process.join(within_s)
        return not self.alive

    def kill(self) -> None:
        """Kills what is left of it."""
        if self._process is not None:
            self._process.kill()
            self._process.join(30)
