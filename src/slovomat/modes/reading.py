"""One mode of the text of its file."""

import hashlib
from pathlib import Path

from slovomat.domain.mode import ModeRef
from slovomat.modes.frontmatter import read_header, split
from slovomat.modes.mode import Mode
from slovomat.modes.variables import USER_VARIABLES


def read_mode(path: Path, content: bytes) -> Mode:
    """The mode, its front matter checked; a file that cannot be used raises BrokenMode."""
    front, body = split(path, content)
    header = read_header(path, front, USER_VARIABLES)
    ref = ModeRef(header.id, header.version, hashlib.sha256(content).hexdigest())
    return Mode(path, content.decode("utf-8-sig"), ref, header, body)
