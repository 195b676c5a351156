"""Read the packaged mode files and the operator's own, once, and refuse what is broken."""

import hashlib
from pathlib import Path

from slovomat.domain.mode import MODE_IDS, ModeRef
from slovomat.modes.blocks import USER_VARIABLES, compile_blocks, line_of_failure
from slovomat.modes.catalogue import Modes
from slovomat.modes.fault import BrokenMode
from slovomat.modes.frontmatter import read_header, read_source, split
from slovomat.modes.mode import Mode
from slovomat.modes.rehearsal import rehearse

PACKAGED = Path(__file__).parent / "prompts"
SUFFIX = ".md"


def load_modes(overrides: Path | None = None) -> Modes:
    """All modes, the operator's files first; a file that cannot be used raises BrokenMode."""
    paths = {mode_id: PACKAGED / f"{mode_id}{SUFFIX}" for mode_id in MODE_IDS}
    if overrides is not None:
        paths |= _own_files(overrides)
    return Modes({mode_id: load_mode(path) for mode_id, path in paths.items()})


def load_mode(path: Path) -> Mode:
    """One mode file, read, checked, compiled and rehearsed."""
    content = read_source(path)
    front, body = split(path, content)
    header = read_header(path, front, USER_VARIABLES)
    blocks = compile_blocks(path, body, frozenset(one.name for one in header.parameters))
    ref = ModeRef(header.id, header.version, hashlib.sha256(content).hexdigest())
    try:
        mode = Mode(path, content.decode("utf-8-sig"), ref, header, blocks)
    except Exception as error:  # the system prompt is rendered here, and an operator's may raise anything
        raise BrokenMode(path, line_of_failure(error, path), f"cannot be rendered: {error}") from error
    rehearse(mode)
    return mode


def _own_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise BrokenMode(folder, 0, "no such folder of modes")
    found = {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}")) if not path.name.startswith(".")}
    for stem, path in found.items():
        if stem not in MODE_IDS:
            raise BrokenMode(
                path, 0, f"there is no mode `{stem}`; a file is named after one of: {', '.join(MODE_IDS)}"
            )
    return found
