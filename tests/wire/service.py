"""A real server on loopback in a process of its own, for the wire tests."""

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

START_S = 30
_WAY = os.environ.get("SLOVOMAT_TEST_DIRECT", "true")
"""Whatever is tested here runs over ASGI alone with `SLOVOMAT_TEST_DIRECT=false ./dev test tests/wire`."""


class Service:
    """`slovomat serve` on a data folder. `settings` become SLOVOMAT_* variables."""

    program: tuple[str, ...] = ("-m", "slovomat", "serve")

    def __init__(self, data: Path, upstream_url: str, **settings: object) -> None:
        self.data = data
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SLOVOMAT_")},
            "SLOVOMAT_DATA": str(data),
            "SLOVOMAT_PORT": "0",
            "SLOVOMAT_UPSTREAM_URL": upstream_url,
            "SLOVOMAT_DIRECT": _WAY,
            **{f"SLOVOMAT_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self.greeting = ""
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has logged so far, over all starts."""
        return (self.data.parent / "server.log").read_text("utf-8")

    @property
    def key(self) -> str:
        """The first key."""
        return (self.data / "first-key.txt").read_text("ascii").strip()

    def start(self) -> None:
        """Starts, and returns when it listens."""
        with (self.data.parent / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program],
                env=self._env,
                cwd=self.data.parent,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.greeting = self._read_greeting(self._process)
        found = re.search(r"listens on (http://\S+)", self.greeting)
        if found is None:
            self.kill()
            raise AssertionError(f"the server did not start:\n{self.greeting}\n{self.log}")
        self.url = found[1]

    def _read_greeting(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        read = b""
        deadline = time.monotonic() + START_S
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"/chat/completions" not in read and selector.select(deadline - time.monotonic()):
                piece = process.stdout.read()
                if piece == b"":
                    break
                read += piece or b""
        return read.decode()

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """SIGKILL: nothing is finished, nothing handed back."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        process.send_signal(number)
        code = process.wait(timeout=60)
        assert process.stdout is not None
        process.stdout.close()
        self._process = None
        return code

    def command(self, *words: str) -> Any:
        """Runs an operator's command on the same data; its JSON. A failure is an AssertionError."""
        done = subprocess.run(
            [sys.executable, "-m", "slovomat", *words, "--json"],
            env=self._env,
            cwd=self.data.parent,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        return msgspec.json.decode(done.stdout)

    def account(self, email: str, plan: str = "Престиж", requests: int = 0) -> str:
        """A new account with a key and a pack; the key."""
        self.command("user", "add", email, "--plan", plan)
        if requests:
            self.command("credit", email, str(requests), "--reason", "test")
        return str(self.command("key", "create", email)["key"])
