"""A folder for each server, and a guard that ends servers and folders whatever becomes of the tests."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

PID_FILE = "pid"
"""Where a server's folder names its process while it runs."""
_GUARD = """
cat >/dev/null                      # ends when the tests' process does, by whatever signal
cd "$1" || exit 0
alive() { case $(readlink "/proc/$2/cwd") in "$1"/*) ;; *) false ;; esac; }
for file in */pid; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    alive "$1" "$pid" || continue
    kill -CONT "$pid"; kill -QUIT "$pid"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do alive "$1" "$pid" && sleep 0.1; done
    alive "$1" "$pid" && kill -KILL "$pid"
done
rm -rf "$1"
"""
_SHM, _ROOM_BYTES = "/dev/shm", 2 << 30  # noqa: S108 - what stands there has a name drawn by chance
_numbers = count(1)


@cache
def _root(base: str | None) -> Path:
    """This process's folder there (None: where temporary files go), watched over from its first use on."""
    root = Path(tempfile.mkdtemp(prefix="slovomat-servers-", dir=base))
    root.chmod(0o711)
    guard = subprocess.Popen(
        ["sh", "-c", _GUARD, "guard", str(root)], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
    )
    atexit.register(guard.communicate)
    return root


@cache
def _memory() -> str | None:
    """A file system in memory with room for servers, if there is one."""
    roomy = os.access(_SHM, os.W_OK) and shutil.disk_usage(_SHM).free > _ROOM_BYTES
    return _SHM if roomy else None


def new_folder(kind: str, *, in_memory: bool = False) -> Path:
    """Makes an empty folder with a short path, as sockets need it; gone with the tests at the latest.

    `in_memory`: need not outlive a failure of power, and should be quick.
    """
    folder = _root(_memory() if in_memory else None) / f"{kind}{next(_numbers)}"
    folder.mkdir(mode=0o755)
    return folder
