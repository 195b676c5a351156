"""Read the packaged mode files and the operator's own, once, and refuse what is broken.

The operator's own are compiled and rehearsed here. The packaged ones, which are a part of the program
and whose every check its tests do, are only read: compiling all of them took a fifth of the start.
"""

from pathlib import Path

from slovomat.domain.mode import MODE_IDS
from slovomat.modes.catalogue import Modes
from slovomat.modes.fault import BrokenMode
from slovomat.modes.frontmatter import read_source
from slovomat.modes.mode import Mode
from slovomat.modes.packaged import PACKAGED, SUFFIX
from slovomat.modes.reading import read_mode


def load_modes(overrides: Path | None = None) -> Modes:
    """All modes, the operator's files first; a file that cannot be used raises BrokenMode."""
    own = _own_files(overrides) if overrides is not None else {}
    return Modes(
        {
            mode_id: load_mode(own[mode_id]) if mode_id in own else _read(PACKAGED / f"{mode_id}{SUFFIX}")
            for mode_id in MODE_IDS
        }
    )


def load_mode(path: Path) -> Mode:
    """One mode file, read, checked, compiled and rehearsed."""
    from slovomat.modes.rehearsal import rehearse

    mode = _read(path)
    rehearse(mode)
    return mode


def _read(path: Path) -> Mode:
    """One mode file, its front matter checked."""
    return read_mode(path, read_source(path))


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
