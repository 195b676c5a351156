"""A disk of a few megabytes that can be filled to the last byte: a tmpfs, which takes root to mount."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from faults.row import CannotRunError

_PIECE = b"\0" * 65_536


class SmallDisk:
    """One that is mounted on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leaves no byte free."""
        with self._filler.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(_PIECE):
                pass

    def free(self) -> None:
        """All that `fill` took is there again."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mounts it; gone when the block ends. Raises CannotRunError where this may not be done."""
    if os.geteuid() != 0:
        raise CannotRunError("only root can mount a small disk")
    folder.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRunError(f"{' '.join(words[:3])}: {done.stderr.strip()}")
