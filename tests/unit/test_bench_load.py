"""The load tool tells right answers from wrong ones, and the mock upstream drips as it is asked to."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.loads import Load, chat, dripping
from benchmarks.native import build
from benchmarks.processes import first_line, running

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
CHUNKS = 3
PLAIN = Load("chat", [chat("key"), chat("another key")])
STREAM = Load("stream", [chat("key", stream=True)], CHUNKS + 2)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    """The mock upstream's, which streams three chunks, then the usage and [DONE]."""
    log = tmp_path / "log"
    with running([build("mock_upstream"), str(CHUNKS)], os.sched_getaffinity(0), log) as mock:
        yield first_line(mock)


def told(port: str, folder: Path, load: Load, *words: str) -> dict[str, Any]:
    """What the tool says of 0.2 seconds on two connections."""
    file = folder / "requests"
    file.write_bytes(load.text())
    command = [build("load"), *words, "-e", load.events, port, 2, 0.2, file]
    done = subprocess.run([str(word) for word in command], capture_output=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_right_answers_are_counted_right(port: str, tmp_path: Path) -> None:
    """Whole answers and streams, in a closed loop and in an open one."""
    for load in (PLAIN, STREAM):
        for words in ([], ["-r", "100"]):
            figures = told(port, tmp_path, load, *words)
            assert figures["requests"] > 0
            assert (figures["wrong"], figures["broken"]) == (0, 0)


def test_an_answer_that_is_not_as_expected_is_wrong(port: str, tmp_path: Path) -> None:
    """A whole answer where a stream was due, and a stream with an event too few."""
    for load in (PLAIN._replace(events=5), STREAM._replace(events=CHUNKS + 3)):
        figures = told(port, tmp_path, load)
        assert figures["wrong"] == figures["requests"] > 0


def test_an_open_loop_keeps_its_rate(port: str, tmp_path: Path) -> None:
    """No more calls are made than are due, however quick the answers."""
    assert 0 < told(port, tmp_path, PLAIN, "-r", "100")["requests"] <= 20


def test_streams_drip(port: str, tmp_path: Path) -> None:
    """Five events, twenty milliseconds from one to the next, each stream whole."""
    figures = told(port, tmp_path, dripping("key", 5, 20))
    assert figures["wrong"] == 0
    assert figures["requests"] >= 2
    assert figures["p50_ms"] >= 95
