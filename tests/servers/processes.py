"""Signals to processes, and waiting for their end."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The processes that it has started and that still run."""
    with suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return []


def send(number: signal.Signals, *pids: int) -> None:
    """Sends the signal to those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_gone(pids: Iterable[int], limit_s: float) -> None:
    """Returns when none of them runs any more, zombies not counted."""
    end = time.monotonic() + limit_s
    for pid in pids:
        while _runs(pid):
            assert time.monotonic() < end, f"process {pid} does not end"
            time.sleep(0.005)


def _runs(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] not in "ZX"
    return False
