"""Runs the operator's commands inside a test, on one data folder."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from slovomat.cli.app import app

_NEUTRAL = {name: None for name in os.environ if name.startswith("SLOVOMAT_")} | {"LC_ALL": "C", "LANG": "C"}
_NO_ENV: Mapping[str, str] = {}


class Operator:
    """Runs commands on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.err = ""

    def run(self, *words: str, code: int = 0, stdin: str = "", env: Mapping[str, str] = _NO_ENV) -> str:
        """The standard output of a command that ends with this code."""
        result = CliRunner().invoke(
            app, [*words, "--data", str(self.data)], env={**_NEUTRAL, **env}, input=stdin
        )
        self.err = result.stderr
        assert result.exit_code == code, f"{words}: {result.exit_code}: {result.output}"
        assert "Traceback" not in result.output
        return result.stdout

    def json(self, *words: str, code: int = 0, stdin: str = "", env: Mapping[str, str] = _NO_ENV) -> Any:
        """The JSON of a command."""
        return json.loads(self.run(*words, "--json", code=code, stdin=stdin, env=env))

    def fault(self, *words: str, code: int, stdin: str = "") -> str:
        """The one line that a command refuses with, and nothing else."""
        assert self.run(*words, code=code, stdin=stdin) == ""
        assert self.err.startswith("slovomat: ")
        assert self.err.count("\n") == 1
        return self.err
