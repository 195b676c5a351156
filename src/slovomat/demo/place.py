"""Where a demo is: a folder that never was a real instance's, and a port."""

import os
import socket
from pathlib import Path

from slovomat.demo.upstream import HOST
from slovomat.settings import Settings

DATABASE = "slovomat.db"
MARK = "this-is-a-demo.json"
USUAL_PORT = 8080


class NotADemoError(Exception):
    """The folder holds something else."""


def usual_folder() -> Path:
    """Beside the one of a real instance, not in it."""
    real: Path = Settings.model_fields["data"].default
    return real.with_name(f"{real.name}-demo")


def take(folder: Path) -> None:
    """The folder is a demo's, or becomes one."""
    mark = folder / MARK
    if mark.exists():
        return
    if folder.exists() and any(folder.iterdir()):
        raise NotADemoError
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text("{}\n", "ascii")


def free_port(wanted: int = USUAL_PORT) -> int:
    """The usual port if it is free, else another that is."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, wanted))
        except OSError:
            return free_port(0)
        found: int = one.getsockname()[1]
        return found


def quick_folder() -> str | None:
    """In memory where there is such a place: thousands of commits need not wait for a disk one by one."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    return str(memory) if os.access(memory, os.W_OK) else None
