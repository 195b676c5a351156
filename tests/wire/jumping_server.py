"""`slovomat serve` whose wall clock is as far off as a file says, read anew at every look."""

import mmap
import os
import struct
import sys
from pathlib import Path

from slovomat.env import SystemEnv
from slovomat.main import serve
from slovomat.settings import load_settings

VARIABLE = "OFFSET_FILE"
FORMAT = "<q"
"""Milliseconds, 8 bytes."""


class JumpingEnv(SystemEnv):
    """The machine's clock that never jumps, and one that does."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._offset = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)

    def now_ms(self) -> int:
        """The machine's time, off by what the file says."""
        (offset_ms,) = struct.unpack(FORMAT, self._offset[:])
        return super().now_ms() + int(offset_ms)


if __name__ == "__main__":
    sys.exit(serve(load_settings(), JumpingEnv(Path(os.environ[VARIABLE]))))
