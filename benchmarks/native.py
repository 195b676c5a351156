"""The two C programs, built once for each version of their source."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import platformdirs

_SOURCES = Path(__file__).parent
_FLAGS = ("-O2", "-Wall")


class CannotMeasureError(Exception):
    """Something that a measurement needs is missing; the message says what to do."""


def build(name: str) -> Path:
    """The program made of `benchmarks/NAME.c`, kept in the user's cache folder."""
    source = _SOURCES / f"{name}.c"
    version = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    program = Path(platformdirs.user_cache_dir("slovomat")) / "bench" / f"{name}-{version}"
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        draft = program.with_name(f"{program.name}.{os.getpid()}")
        _compile(source, draft)
        draft.rename(program)
    return program


def _compile(source: Path, program: Path) -> None:
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise CannotMeasureError("the load tools need a C compiler (Debian: apt-get install gcc libc6-dev)")
    done = subprocess.run(
        [compiler, *_FLAGS, "-o", str(program), str(source)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CannotMeasureError(f"{source.name} does not compile:\n{done.stderr}")
