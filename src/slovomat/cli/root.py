"""The root of the tree of commands, and the one place that runs it."""

import contextlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.main import get_command

from slovomat import __version__
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.output import Output
from slovomat.cli.session import language_of_environment


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"slovomat {__version__}\n")
        raise typer.Exit(Exit.OK)


def make_root() -> typer.Typer:
    """A tree without commands."""
    app = typer.Typer(
        name="slovomat",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    return app


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """A vending machine for words: a self-hosted service that sells text generation by the request."""


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Runs one command line; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    tree: Any = get_command(app)
    try:
        return int(tree.main(args=arguments, prog_name="slovomat", standalone_mode=False) or Exit.OK)
    except typer.TyperException as error:
        _print_misuse(error.format_message(), as_json="--json" in arguments)
        return error.exit_code
    except typer.Abort:
        return Exit.INTERRUPTED


def _print_misuse(message: str, as_json: bool) -> None:
    """What typer found wrong, in one line; or the help of a group that was called without a command."""
    if message.startswith("Usage:"):
        sys.stderr.write(f"{message}\n")
        return
    sentence = " ".join(message.split())
    Output(language_of_environment(), as_json).fault(FaultError(Exit.USAGE, sentence, sentence))
