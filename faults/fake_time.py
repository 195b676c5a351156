"""The wall clock of a running process, set from outside: libfaketime and a file that tells how far."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

from faults.row import CannotRunError
from slovomat.env import SystemEnv


class FakeTime:
    """A clock for the processes that get its variables; the one that never jumps stays true."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._library = _library()
        self._set(0)

    @property
    def variables(self) -> dict[str, str]:
        """What makes a process read this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump_to(self, moment: datetime) -> None:
        """From now on it is this moment, and time goes on from there."""
        now = datetime.fromtimestamp(SystemEnv().now_ms() / 1000, UTC)
        self._set((moment - now).total_seconds())

    def _set(self, offset_s: float) -> None:
        """Whole or not at all: it is read at every look at the clock."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{offset_s:+.3f}", "ascii")
        draft.replace(self._file)


def _library() -> Path:
    found = importlib.util.find_spec("libfaketime")
    folder = Path(found.origin).parent if found and found.origin else Path()
    libraries = list(folder.glob("vendor/**/libfaketime.so.1"))
    if not libraries:
        raise CannotRunError("libfaketime is not installed")
    return libraries[0]
