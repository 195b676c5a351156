"""Processes under measurement: started on chosen cores, their cost read from /proc, always ended."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

_TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_END_S = 10


class Cores:
    """The program under test has the first core for itself; everything else shares the others."""

    def __init__(self) -> None:
        allowed = sorted(os.sched_getaffinity(0))
        self.pinned = len(allowed) > 1
        self.tested = set(allowed[:1])
        self.others = set(allowed[1:]) or self.tested


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    cores: set[int],
    log: Path,
    env: Mapping[str, str] | None = None,
    *,
    quiet: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, on these cores from its first thread on; killed at the end, its books being nobody's.

    What it prints goes to a pipe for whoever reads it, or (`quiet`) to the log.
    """
    with log.open("ab") as errors:
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cores)
        try:
            words, printed = [str(word) for word in command], errors if quiet else subprocess.PIPE
            process = subprocess.Popen(words, env=env, stdout=printed, stderr=errors)
        finally:
            os.sched_setaffinity(0, own)
    try:
        yield process
    finally:
        for pid in tree(process.pid):  # parents first: one that lives on could start another
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        process.wait(_END_S)
        if process.stdout is not None:
            process.stdout.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def first_line(process: subprocess.Popen[bytes]) -> str:
    """What the process says first; empty when it ended without a word."""
    return _stdout(process).readline().decode().strip()


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None  # noqa: S101 - `running` opens it
    return process.stdout


def tree(root: int) -> list[int]:
    """The process and all that came of it, parents first."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (fields := _stat(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_us(root: int) -> float:
    """User and system time that the tree has taken so far, ended children included."""
    return sum(
        sum(map(int, fields[11:15])) * _TICK_US for pid in tree(root) if (fields := _stat(pid)) is not None
    )


def resident_bytes(root: int) -> int:
    """Memory of the tree; pages that its processes share count once for each."""
    pages = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * _PAGE_BYTES


def _stat(pid: int) -> list[str] | None:
    """/proc/PID/stat from its third field (the state) on: a name may hold spaces and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
