"""A folder for each server, and a guard that ends servers and folders whatever becomes of the tests."""

import atexit
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
_numbers = count(1)


@cache
def _root() -> Path:
    """This process's folder, watched over from its first use on."""
    root = Path(tempfile.mkdtemp(prefix="slovomat-servers-"))
    root.chmod(0o711)
    guard = subprocess.Popen(
        ["sh", "-c", _GUARD, "guard", str(root)], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
    )
    atexit.register(guard.communicate)
    return root


def new_folder(kind: str) -> Path:
    """Makes an empty folder with a short path, as sockets need it; gone with the tests at the latest."""
    folder = _root() / f"{kind}{next(_numbers)}"
    folder.mkdir(mode=0o755)
    return folder
