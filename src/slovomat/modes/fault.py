"""The one exception of this package: a mode file that cannot be used."""

from pathlib import Path


class BrokenMode(Exception):  # noqa: N818 - the name says it
    """A mode file is refused; the message reads `file:line: what is wrong` (line 0: the file as a whole)."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        self.path = path
        self.line = line
        self.what = what
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {what}")
