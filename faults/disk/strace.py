"""strace on a running process: its system calls made to fail, or written down."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from faults.row import CannotRunError

_ATTACH_S = 20
_DETACH_S = 20


def required() -> str:
    """The program; CannotRunError where it is missing or not allowed to trace."""
    program = shutil.which("strace")
    if program is None:
        raise CannotRunError("strace is not installed")
    tried = subprocess.run([program, "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise CannotRunError(f"strace may not trace here: {tried.stderr.strip()}")
    return program


@contextlib.contextmanager
def failing(pids: int | Sequence[int], calls: str, error: str, *paths: Path) -> Iterator[None]:
    """Makes these system calls of processes fail, all of them or those on the paths, while the block runs."""
    watched = [word for path in paths for word in ("-P", str(path))]
    wanted = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}", "-o", os.devnull, *watched]
    with _attached([pids] if isinstance(pids, int) else pids, wanted):
        yield


@contextlib.contextmanager
def recording(pid: int, calls: str, file: Path) -> Iterator[None]:
    """Writes these calls down, whole and in hexadecimal, with the paths of their descriptors."""
    with _attached([pid], ["-y", "-xx", "-s", "2000000", "-e", f"trace={calls}", "-o", str(file)]):
        yield


@contextlib.contextmanager
def _attached(pids: Sequence[int], words: Sequence[str]) -> Iterator[None]:
    """strace on the processes and their children; it lets go at the block's end, or ends with the last."""
    command = [required(), "-f", *words, *(word for pid in pids for word in ("-p", str(pid)))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracer:
        said: list[str] = []
        attached = threading.Event()
        reader = threading.Thread(target=_listen, args=(tracer, said, attached))
        reader.start()
        try:
            if not attached.wait(_ATTACH_S) or not any(" attached" in line for line in said):
                raise CannotRunError(f"strace could not attach: {' '.join(said)}")
            yield
        finally:
            if tracer.poll() is None:
                tracer.send_signal(signal.SIGTERM)
            tracer.wait(_DETACH_S)
            reader.join()


def _listen(tracer: subprocess.Popen[str], said: list[str], attached: threading.Event) -> None:
    assert tracer.stderr is not None
    for line in tracer.stderr:
        said.append(line.strip())
        attached.set()
    attached.set()
