"""A first start that is killed: the next one makes what is missing, once."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer
from tests.wire.deadline import until
from tests.wire.service import Service


def killed_when(service: Service, path: Path) -> None:
    """Starts the service and kills it as soon as the file is there."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLOVOMAT_")},
        "SLOVOMAT_DATA": str(service.data),
        "SLOVOMAT_PORT": "0",
        "SLOVOMAT_UPSTREAM_URL": "http://127.0.0.1:9/v1",
    }
    command = [sys.executable, *service.program]
    with subprocess.Popen(command, env=environ, cwd=path.parent.parent, stdout=subprocess.DEVNULL) as process:
        try:
            until(path.exists, 30, f"{path.name}")
        finally:
            process.kill()


@pytest.mark.parametrize(
    "file", ["slovomat.db.lock", "secret.key", "slovomat.db", "slovomat.db-wal", "first-key.txt"]
)
def test_a_first_start_that_was_killed_is_done_again(tmp_path: Path, chaos: ChaosUpstream, file: str) -> None:
    """Whenever it died: the key that the next start writes down works, and there is one account."""
    service = Service(tmp_path / "data", chaos.url)
    killed_when(service, service.data / file)
    with service:
        first = Customer(service.url, "", service.key)
        assert first.balance() == 100
        assert first.chat("hello").status_code == 200
        assert [user["email"] for user in service.command("user", "list")["users"]] == ["operator@localhost"]
        assert service.command("audit")["ok"]
    with service:
        assert Customer(service.url, "", first.key).balance() == 98


def test_a_key_that_was_shown_outlives_every_kill(tmp_path: Path, chaos: ChaosUpstream) -> None:
    """Later starts make no other key, and the file keeps the first."""
    service = Service(tmp_path / "data", chaos.url)
    service.start()
    key = service.key
    until(lambda: "first_key_shown" in instance_facts(service), 10, "the end of the first start")
    for _ in range(2):
        service.kill()
        service.start()
    assert service.key == key
    assert Customer(service.url, "", key).balance() == 100
    service.stop()


def instance_facts(service: Service) -> str:
    """What the instance remembers of itself."""
    with closing(sqlite3.connect(f"file:{service.data}/slovomat.db?mode=ro", uri=True)) as connection:
        return str(connection.execute("SELECT name FROM instance").fetchall())
