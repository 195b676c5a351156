"""`slovomat serve --demo` as somebody starts it who has just cloned the project."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from slovomat.cli.exits import Exit
from slovomat.demo.people import CUSTOMER, OPERATOR, PASSWORD
from tests.wire.deadline import until
from tests.wire.service import Service

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class Demo(Service):
    """What the surroundings say of another instance is of no account to it."""

    def __init__(self, data: Path) -> None:
        super().__init__(data, "http://127.0.0.1:1/v1")  # where nobody listens
        self.program = (
            "-m",
            "slovomat",
            "serve",
            "--demo",
            "--port",
            "0",
            "--lang",
            "en",
            "--data",
            str(data),
        )


@contextmanager
def signed_in(url: str, path: str, email: str) -> Iterator[httpx2.Client]:
    """A browser of somebody who has signed in."""
    with httpx2.Client(base_url=url, headers=SAME_ORIGIN, timeout=20) as browser:
        answer = browser.post(path, data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield browser


def generations(browser: httpx2.Client) -> list[str]:
    """The customer's, as the file that one can download has them."""
    return browser.get("/history.csv").text.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's data."""
    return tmp_path_factory.mktemp("demo") / "data"


def test_one_command_shows_all_of_it_and_goes_on_after_a_stop(folder: Path) -> None:
    """Sign-in, a month of history, a key that works; the second start makes up nothing."""
    with Demo(folder) as first:
        assert "Nothing here is real" in first.greeting
        assert "a month of history" in first.greeting
        with signed_in(first.url, "/sign-in", CUSTOMER) as browser:
            assert browser.get("/account").status_code == 200
            before = generations(browser)
        with signed_in(first.url, "/admin/login", OPERATOR):
            pass
        asked = {"messages": [{"role": "user", "content": "Name three colours"}]}
        answer = httpx2.post(
            f"{first.url}/v1/chat/completions",
            json=asked,
            headers={"Authorization": f"Bearer {first.key}"},
            timeout=20,
        )
        assert "demo model" in answer.json()["choices"][0]["message"]["content"]
        until(lambda: not first.command("jobs", "list", "--state", "queued")["jobs"], 20, "the waiting jobs")
        assert first.stop() == 0
    with Demo(folder) as second:
        assert CUSTOMER in second.greeting
        assert "a month of history" not in second.greeting
        with signed_in(second.url, "/sign-in", CUSTOMER) as browser:
            assert len(generations(browser)) == len(before) + 1


@pytest.mark.parametrize("more", [("--host", "192.0.2.1"), ("--site", "https://words.example")])
def test_a_demo_stays_on_this_machine(tmp_path: Path, more: tuple[str, ...]) -> None:
    """Its passwords are printed for everybody to read."""
    assert _refused(tmp_path / "data", *more) == Exit.USAGE
    assert not (tmp_path / "data").exists()


def test_a_demo_is_never_laid_over_a_real_instance(tmp_path: Path) -> None:
    """Whatever is in the folder stays as it was."""
    (tmp_path / "slovomat.db").write_text("real", "ascii")
    assert _refused(tmp_path) == Exit.CONFIGURATION
    assert [file.name for file in tmp_path.iterdir()] == ["slovomat.db"]


def _refused(data: Path, *more: str) -> int:
    command = [sys.executable, "-m", "slovomat", "serve", "--demo", "--data", str(data), *more]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode
