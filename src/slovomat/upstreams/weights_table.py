"""Which models the embedded engine can run, and which of them suits this machine."""

import functools
import os
import shutil
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a model's file, as a member of a wheel. `wheel` is pip's requirement."""

    wheel: str
    sha256: str
    member: str
    size_bytes: int


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model, pinned by the SHA-256 and size of its publisher's own file."""

    name: str
    sha256: str
    size_bytes: int
    url: str = ""
    """The publisher's file; empty where none is known."""
    needs_memory_bytes: int
    needs_disk_bytes: int
    parts: tuple[Part, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: tuple[Model, ...]


@functools.cache
def models() -> dict[str, Model]:
    """Every model by its name, the best first."""
    text = resources.files("slovomat.upstreams").joinpath("weights.toml").read_text(encoding="utf-8")
    return {model.name: model for model in msgspec.convert(tomllib.loads(text), _Table).model}


DEFAULTS = ("qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b")
"""What a machine may be given unasked, the best first; the last is taken where nothing suits."""


def choose(memory_bytes: int, disk_bytes: int, have: Iterable[str] = ()) -> Model:
    """The best default model for this much free memory and disk; one that is there needs no more disk."""
    there = set(have)
    for name in DEFAULTS:
        model = models()[name]
        roomy = name in there or disk_bytes >= model.needs_disk_bytes
        if roomy and memory_bytes >= model.needs_memory_bytes:
            return model
    return models()[DEFAULTS[-1]]


def free_disk_bytes(folder: Path) -> int:
    """Free space where the folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def free_memory_bytes() -> int:
    """Memory that could be used without swapping: the machine's, or the container's where that is less."""
    return min(_machine_memory_bytes(), _container_memory_bytes())


def _machine_memory_bytes() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2  # no /proc: assume half is free


def _container_memory_bytes() -> int:
    """What cgroup v2 leaves of the container's limit; no limit is a great deal."""
    group = Path("/sys/fs/cgroup")
    try:
        most = int((group / "memory.max").read_text(encoding="ascii"))
        return most - int((group / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 1 << 62
