"""The commands as other programs run them: a process of their own, before, beside and without the service."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.wire.service import Service


class _Words(BaseHTTPRequestHandler):
    """An OpenAI-compatible service that has one thing to say."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = {
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Слово"}}
            ],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Says nothing: a test's output is its own."""


@pytest.fixture(scope="module")
def upstream_url() -> Iterator[str]:
    """The base URL of that service."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Words) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, upstream_url: str) -> Iterator[Service]:
    """A running service."""
    with Service(tmp_path_factory.mktemp("instance") / "data", upstream_url) as running:
        yield running


def slovomat(data: Path, *words: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """A command as a shell runs it."""
    return subprocess.run(
        [sys.executable, "-m", "slovomat", *words],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SLOVOMAT_DATA": str(data), **env},
        cwd=data.parent,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_documented_commands_work_before_the_service_ever_ran(tmp_path: Path) -> None:
    """Their words, exit codes and JSON are a contract."""
    data = tmp_path / "data"
    for words in (
        ["user", "add", "a@b.c", "--plan", "Престиж"],
        ["credit", "a@b.c", "100", "--reason", "bought"],
        ["plan", "set", "Fast", "--daily", "5", "--rpm", "0", "--dialects", "textbot,openai"],
        ["user", "set-plan", "a@b.c", "Fast"],
        ["audit"],
    ):
        done = slovomat(data, *words)
        assert (done.returncode, done.stderr) == (0, ""), words
    made = slovomat(data, "key", "create", "a@b.c", "--name", "first", "--json")
    assert json.loads(made.stdout)["key"].startswith("slv_")
    audit = json.loads(slovomat(data, "audit", "--json").stdout)
    assert (audit["ok"], audit["granted"]) == (True, 100)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["credit", "a@b.c", "many", "--reason", "x"], 2, "REQUESTS"),
        (["credit", "a@b.c", "5"], 2, "--reason"),
        (["plan", "set", "X", "--daily", "-1"], 2, "--daily"),
        (["user", "remove", "a@b.c"], 2, "No such command"),
        (["user", "show", "nobody@b.c"], 4, "no account nobody@b.c"),
        (["audit", "--config", "nowhere.toml"], 3, "nowhere.toml"),
    ],
)
def test_wrong_input_is_one_line_on_the_standard_error(
    tmp_path: Path, words: list[str], code: int, says: str
) -> None:
    """No traceback, no box of characters."""
    done = slovomat(tmp_path / "data", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("slovomat: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_first_commands_at_once_agree_on_one_database(tmp_path: Path) -> None:
    """Eight processes make it together, and every account is there."""
    data = tmp_path / "data"
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: slovomat(data, "user", "add", f"u{n}@b.c"), range(8)))
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 8
    assert len(json.loads(slovomat(data, "user", "list", "--json").stdout)["users"]) == 8
    assert len(json.loads(slovomat(data, "plan", "list", "--json").stdout)["plans"]) == 2


def test_a_text_is_asked_for_through_the_running_service(service: Service) -> None:
    """The words of the upstream come out, and the books stay true."""
    key = service.account("ask@b.c", requests=10)
    asked = slovomat(service.data, "ask", "-", "--mode", "names", "--url", service.url, "--json",
                     stdin="Кофейня", SLOVOMAT_KEY=key)  # fmt: skip
    assert asked.stderr == ""
    answer = json.loads(asked.stdout)
    assert answer["result"] == "Слово"
    shown = service.command("jobs", "show", str(answer["id"]), "--texts")
    assert (shown["state"], shown["hold"], shown["text"]) == ("completed", "settled", "Кофейня")
    assert (shown["prompt_tokens"], shown["completion_tokens"]) == (3, 2)
    assert service.command("jobs", "list", "--state", "completed")["jobs"][0]["id"] == answer["id"]
    assert service.command("audit")["ok"] is True


def test_a_revoked_key_is_refused_by_the_running_service_within_a_second(service: Service) -> None:
    """The command's change reaches the service's cache."""
    service.command("user", "add", "revoked@b.c", "--plan", "Престиж")
    made = service.command("key", "create", "revoked@b.c")
    words = ("ask", "hello", "--url", service.url)
    assert slovomat(service.data, *words, SLOVOMAT_KEY=made["key"]).returncode == 0
    service.command("key", "revoke", str(made["id"]))
    revoked_s = time.perf_counter()
    refused = False
    while not refused:
        asked_s = time.perf_counter()
        refused = slovomat(service.data, *words, SLOVOMAT_KEY=made["key"]).returncode == 3
        assert refused or asked_s - revoked_s < 1


def test_a_backup_is_taken_while_the_service_runs(service: Service, tmp_path: Path) -> None:
    """The copy's own audit is part of the answer."""
    report = service.command("backup", str(tmp_path / "copy.db"))
    assert report["audit"]["ok"] is True


def test_the_upstream_and_the_modes_are_tried_for_real(service: Service) -> None:
    """One call each; the mode's own checks find what the answer lacks."""
    tested = service.command("upstream", "test")
    assert (tested["ok"], tested["text"], tested["prompt_tokens"]) == (True, "Слово", 3)
    tried = service.command("modes", "try", "essay", "Осень")
    assert tried["text"] == "Слово"
    assert any("at least" in fault for fault in tried["faults"])
    checks = {check["name"]: check["state"] for check in service.command("doctor")["checks"]}
    assert checks["upstream"] == "ok"


def test_an_upstream_that_is_not_there_is_told_from_a_broken_command(tmp_path: Path) -> None:
    """Exit code 6, and the fault in one line."""
    done = slovomat(tmp_path / "data", "upstream", "test", SLOVOMAT_UPSTREAM_URL="http://127.0.0.1:9/v1")
    assert (done.returncode, done.stdout) == (6, "")
    assert done.stderr.count("\n") == 1
