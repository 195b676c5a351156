"""What all servers of the tests have: a folder, a port, a process, and an end."""

import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers.folders import PID_FILE, new_folder
from tests.servers.ports import free_port
from tests.servers.processes import send

START_S, STOP_S = 60, 60


class Server(ABC):
    """A process of the test's own on 127.0.0.1, with a folder and a port that it keeps over restarts."""

    def __init__(self, kind: str, *, in_memory: bool = False) -> None:
        self.folder = new_folder(kind, in_memory=in_memory)
        self.log = self.folder / "log"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Its (first) process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has been started, and has not ended since."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it, and returns when it takes connections."""
        assert not self.running
        self._launch()
        (self.folder / PID_FILE).write_text(str(self.pid), "ascii")
        end = time.monotonic() + START_S
        while self.running and time.monotonic() < end:
            if self._answers():
                return
            time.sleep(0.01)
        self.kill()
        raise RuntimeError(f"{self.folder.name} did not start:\n{self.log.read_text('utf-8')[-3000:]}")

    def kill(self) -> None:
        """Kills it by SIGKILL."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stops it where it is: connections stay open and nothing answers."""
        send(signal.SIGSTOP, self.pid)

    def thaw(self) -> None:
        """Lets it go on."""
        send(signal.SIGCONT, self.pid)

    def close(self) -> None:
        """Ends it for good, and removes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def _launch(self) -> None:
        """Runs its program by `_run`."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it takes connections."""

    def _run(
        self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None, **account: Any
    ) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
                **account,
            )

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            if self.running:
                send(number, self.pid)
            self._process.wait(STOP_S)
            (self.folder / PID_FILE).unlink(missing_ok=True)
