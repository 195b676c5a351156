"""The operations of a life, counted, and the death or failure at one of them; shared by two processes."""

import mmap
import os
import signal
import struct
from pathlib import Path

from slovomat.ports.store import StoreUnavailableError

_FORMAT = "<qqqq"
_SIZE = struct.calcsize(_FORMAT)
BEFORE, AFTER, FAIL = range(3)
"""Death before an operation, death after it; or it is not done, and a store's caller is told so."""
WAYS = ("death before", "death after", "failure of")
NEVER = 0


class Points:
    """The same file in the server and in whoever arms it. Operations count from 1 while it is armed."""

    def __init__(self, file: Path) -> None:
        self._names = file.with_suffix(".names")
        if not file.exists():
            file.write_bytes(bytes(_SIZE))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SIZE)

    def arm(self, at: int = NEVER, way: int = BEFORE) -> None:
        """From now on operations are counted, and the `at`-th is the last (NEVER: none is)."""
        self._names.write_bytes(b"")
        self._write(1, at, way, 0)

    def disarm(self) -> None:
        """Counts no more."""
        self._write(0, 0, 0, 0)

    @property
    def names(self) -> list[str]:
        """The operations since `arm`."""
        return self._names.read_text("ascii").split()

    @property
    def reached(self) -> bool:
        """Whether the armed operation was begun."""
        _, at, _, count = self._read()
        return at != NEVER and count >= at

    def begin(self, name: str) -> int:
        """The server is about to do an operation; its number (0: nobody counts)."""
        armed, at, way, count = self._read()
        if not armed:
            return 0
        count += 1
        self._write(armed, at, way, count)
        with self._names.open("ab") as names:
            names.write(name.encode("ascii") + b"\n")
        if count == at:
            _strike(way, (BEFORE, FAIL), name)
        return count

    def end(self, number: int, name: str) -> None:
        """It has done it."""
        armed, at, way, _ = self._read()
        if armed and number == at != NEVER:
            _strike(way, (AFTER,), name)

    def _read(self) -> tuple[int, int, int, int]:
        armed, at, way, count = struct.unpack(_FORMAT, self._shared[:])
        return armed, at, way, count

    def _write(self, armed: int, at: int, way: int, count: int) -> None:
        self._shared[:] = struct.pack(_FORMAT, armed, at, way, count)


def _strike(way: int, due: tuple[int, ...], name: str) -> None:
    if way in due and way != FAIL:
        os.kill(os.getpid(), signal.SIGKILL)
    if way in due and name.startswith("store."):
        raise StoreUnavailableError(f"played: {name}")
