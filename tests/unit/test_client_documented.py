"""The documented clients, which stand for all foreign ones, against the documented service."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.wire.documented_clients.played_service import BAD_KEY, KEY, PlayedService, playing

FOLDER = Path(__file__).parents[1] / "wire" / "documented_clients"


def run(script: str, service: PlayedService, key: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one client."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), service.url, key, "о лете", "essay"],
        env={"POLL_PAUSE_S": "0", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("script", ["textbot_client.py", "chatinfo_client.py"])
def test_the_documented_clients_are_served(script: str) -> None:
    """They print the result or the refusal, and say nothing of content types or idempotency."""
    with playing() as service:
        assert run(script, service, KEY) == (0, "essay: о лете\n", "")
        assert run(script, service, "bad") == (1, "", BAD_KEY + "\n")
    assert not any({"content-type", "idempotency-key"} & call.headers.keys() for call in service.heard)
