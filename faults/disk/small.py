"""A small disk of its own for one folder, that can be filled up and written to again."""

import contextlib
import errno
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

Fill = Callable[[int], AbstractContextManager[None]]
"""Leaves the process of this id no room to write while the block runs."""


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Fill]:
    """A tmpfs on the folder where that is allowed; elsewhere a limit on the size of files stands for it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not mount(folder, f"size={megabytes}m,mode=0700"):
        yield lambda pid: _no_growth(pid, folder)
        return
    try:
        yield lambda _: _filled(folder / "filler")
    finally:
        subprocess.run([_program("umount"), "-l", str(folder)], check=True)


def mountable() -> bool:
    """Whether a disk of its own can be had at all."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = mount(Path(folder), "size=1m")
        if mounted:
            subprocess.run([_program("umount"), folder], check=True)
        return mounted


def mount(folder: Path, options: str) -> bool:
    """Mounts a tmpfs, or changes its options; whether it could."""
    program = shutil.which("mount")
    if program is None or os.geteuid() != 0:
        return False
    command = [program, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def remount(folder: Path, options: str) -> None:
    """Changes a mounted disk, which nobody may be writing to."""
    subprocess.run([_program("mount"), "-o", f"remount,{options}", str(folder)], check=True)


@contextlib.contextmanager
def _filled(filler: Path) -> Iterator[None]:
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def _no_growth(pid: int, folder: Path) -> Iterator[None]:
    largest = max(file.stat().st_size for file in folder.iterdir())
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return found
