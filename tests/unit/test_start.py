"""What the start of `slovomat serve` need not wait for."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slovomat.cli.app import app
from slovomat.cli.serving import app as serve_alone
from slovomat.domain.mode import MODE_IDS
from slovomat.modes import load_mode, load_modes

HEAVY = ("aiohttp", "asyncpg", "httpx2", "jinja2", "rich", "starlette", "valkey", "xllamacpp")
LOOK = f"""
import sys
import asyncio
from slovomat.cli import places, serving
import slovomat.logs, slovomat.main, slovomat.upstreams.openai_http
from slovomat.modes import load_modes
from slovomat.storage.open import make_store
from pathlib import Path
load_modes()
asyncio.run(places.refuse_moved(Path(sys.argv[1])))
make_store(Path(sys.argv[1]))
print(*sorted(sys.modules.keys() & set({HEAVY})))
"""


def test_nothing_heavy_is_imported_that_this_start_does_not_use(tmp_path: Path) -> None:
    """An existing SQLite database, an HTTP upstream, the packaged modes, and no page asked for yet."""
    database = tmp_path / "slovomat.db"
    sqlite3.connect(database).close()
    looked = subprocess.run(
        [sys.executable, "-c", LOOK, str(database)], capture_output=True, text=True, check=True
    )
    assert looked.stdout.split() == []


def test_serve_without_the_other_commands_is_the_same_command() -> None:
    """Its help is what the whole tree's is."""
    alone, whole = (CliRunner().invoke(tree, ["serve", "--help"]) for tree in (serve_alone, app))
    assert "--port" in alone.stdout
    assert alone.stdout == whole.stdout


@pytest.mark.parametrize("mode_id", MODE_IDS)
def test_a_packaged_mode_which_the_start_only_reads_stands_every_check(mode_id: str) -> None:
    """It is compiled and rehearsed here as an operator's own would be at the start."""
    path = load_modes().mode(mode_id).path
    assert load_mode(path).ref == load_modes().ref(mode_id)
