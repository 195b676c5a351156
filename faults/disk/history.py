"""A recorded stretch of a service: what it wrote to its database, and what it told its clients."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faults.disk.platter import File, Write

CALLS = "pwrite64,ftruncate,fsync,fdatasync,write,writev,sendto,sendmsg"
_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<args>.*)", re.DOTALL)
_ON = re.compile(r"\d+<(?P<path>[^>]*)>(?:, (?P<more>.*))?", re.DOTALL)
_RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>")
_BYTES = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_RESULT = re.compile(r"= (-?\d+)")


@dataclass(frozen=True)
class Wrote:
    """A write to a database file has begun."""

    file: str
    write: Write


@dataclass(frozen=True)
class SyncBegan:
    """What was written to the file up to here is being synced by this thread."""

    file: str
    thread: str


@dataclass(frozen=True)
class Synced:
    """It is."""

    file: str
    thread: str


@dataclass(frozen=True)
class Told:
    """These bytes went out to somebody."""

    data: bytes


Step = Wrote | SyncBegan | Synced | Told


def read_steps(trace: Path, folder: Path) -> list[Step]:
    """The steps of a trace, as far as they concern the folder's files and sockets, in their order."""
    steps: list[Step] = []
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found:
                steps += _read(found["thread"], found["rest"], begun, folder)
    return steps


def _read(thread: str, rest: str, begun: dict[str, str], folder: Path) -> Iterator[Step]:
    if resumed := _RESUMED.match(rest):
        file = begun.pop(thread, None)
        if file is not None and _succeeded(rest) and resumed["name"] in {"fsync", "fdatasync"}:
            yield Synced(file, thread)
        return
    call = _CALL.match(rest)
    on = _ON.match(call["args"]) if call else None
    if call is None or on is None:
        return
    path = _text(on["path"])
    if path.startswith("socket:"):
        yield Told(b"".join(map(_bytes, _BYTES.findall(on["more"] or ""))))
    elif path.startswith(f"{folder}/"):
        yield from _of_file(thread, call["name"], path.rpartition("/")[2], rest, begun)


def _of_file(thread: str, name: str, file: str, rest: str, begun: dict[str, str]) -> Iterator[Step]:
    unfinished = "<unfinished" in rest
    if name in {"fsync", "fdatasync"}:
        yield SyncBegan(file, thread)
        if unfinished:
            begun[thread] = file
        elif _succeeded(rest):
            yield Synced(file, thread)
    elif name == "pwrite64":
        data, offset = _BYTES.search(rest), re.search(r", (\d+)\)? ?(?:= |<unfinished)", rest)
        assert data is not None, rest[:200]
        assert offset is not None, rest[-200:]
        yield Wrote(file, Write(int(offset[1]), _bytes(data[1])))
    elif name == "ftruncate":
        length = re.search(r">, (\d+)", rest)
        assert length is not None, rest
        yield Wrote(file, Write(int(length[1]), None))


def _succeeded(rest: str) -> bool:
    result = _RESULT.search(rest.rpartition(")")[2])
    return result is not None and int(result[1]) >= 0


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _text(shown: str) -> str:
    """A path as strace shows it: in hexadecimal, or plain."""
    return _bytes(shown).decode() if shown.startswith("\\x") else shown


class Disk:
    """The files of a folder as they are step by step."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = {name: File(bytearray(content)) for name, content in files.items()}
        self._syncing: dict[tuple[str, str], int] = {}

    def take(self, step: Step) -> None:
        """One step further."""
        if isinstance(step, Wrote):
            self._file(step.file).since.append(step.write)
        elif isinstance(step, SyncBegan):
            self._syncing[step.thread, step.file] = len(self._file(step.file).since)
        elif isinstance(step, Synced):
            self._file(step.file).sync(self._syncing.pop((step.thread, step.file)))

    def _file(self, name: str) -> File:
        return self.files.setdefault(name, File(bytearray()))
