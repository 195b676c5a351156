"""`slovomat model …`: the embedded models' files."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from slovomat.cli.command import command, group
from slovomat.cli.output import Output
from slovomat.cli.session import Session, make_data_folder

app = group("model", "The embedded models: what is there, fetch, remove.")
_MIB = 1 << 20


@command(app, "list")
def list_all(session: Session) -> None:
    """Every model that the embedded engine can run, and what of it is there."""
    from slovomat.cli.calling import model_folder, model_wanted
    from slovomat.upstreams import weights

    chosen = model_wanted(session.settings).name
    states = weights.list_models(model_folder(session.settings))
    shapes: list[dict[str, Any]] = [
        {
            "name": state.name,
            "ready": state.ready,
            "chosen": state.name == chosen,
            "have_bytes": state.have_bytes,
            "size_bytes": state.size_bytes,
            "path": str(state.path),
        }
        for state in states
    ]
    session.out.result(
        {"models": shapes},
        lambda: session.out.table(
            ("name", "ready", "chosen", "MiB", "of", "path"),
            (
                (
                    one["name"],
                    one["ready"],
                    one["chosen"],
                    one["have_bytes"] // _MIB,
                    one["size_bytes"] // _MIB,
                    one["path"],
                )
                for one in shapes
            ),
        ),
    )


@command(app, "pull")
def pull(
    session: Session,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="default: what this machine's memory and disk carry"),
    ] = None,
) -> None:
    """Fetch a model's file, go on where an earlier fetch was interrupted, compare its SHA-256."""
    from slovomat.cli.calling import model_folder, model_wanted
    from slovomat.upstreams import weights

    name = name or model_wanted(session.settings).name
    make_data_folder(session.settings.data)
    path = _pull_shown(
        session.out, name, lambda report: weights.pull(name, model_folder(session.settings), report)
    )
    document = {"model": name, "path": str(path), "ready": True}
    if session.out.as_json:
        session.out.document(document, compact=True)
    else:
        session.out.line(session.out.say(f"✓ {name}: {path}", f"✓ {name}: {path}"))


@command(app, "rm")
def remove(
    session: Session, name: Annotated[str, typer.Argument(metavar="NAME", help="the model's name")]
) -> None:
    """Delete a model's file and what was left of a download."""
    from slovomat.cli.calling import model_folder
    from slovomat.upstreams import weights

    removed = weights.remove(name, model_folder(session.settings))
    there = ("removed", "удалена") if removed else ("was not there", "и не было")
    session.out.done({"model": name, "removed": removed}, f"{name}: {there[0]}", f"{name}: {there[1]}")


def _pull_shown(out: Output, name: str, pull: Callable[[Callable[[int, int], None]], Path]) -> Path:
    """Runs the fetch with a bar on a terminal, else a line for each tenth."""
    if out.as_json or not sys.stderr.isatty():
        return pull(_TenthsReporter(out, name).report)
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        return pull(lambda done, total: bar.update(task, completed=done, total=total))


class _TenthsReporter:
    """Tells of a download ten times, not at every block."""

    def __init__(self, out: Output, name: str) -> None:
        self._out = out
        self._name = name
        self._told = -1

    def report(self, done_bytes: int, total_bytes: int) -> None:
        """Called by the fetch, often."""
        tenth = 10 * done_bytes // max(total_bytes, 1)
        if tenth <= self._told:
            return
        self._told = tenth
        if self._out.as_json:
            progress = {"model": self._name, "done_bytes": done_bytes, "total_bytes": total_bytes}
            self._out.document(progress, compact=True)
        else:
            self._out.note(f"{self._name}: {tenth * 10} %")
