"""Makes a function of a Session into a command with the four options that every command has."""

import asyncio
import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from slovomat.cli.exits import Exit, fault_of
from slovomat.cli.output import Output
from slovomat.cli.session import Session, language_of_environment

F = TypeVar("F", bound=Callable[..., Any])


class Language(StrEnum):
    """The languages of the messages."""

    RU = "ru"
    EN = "en"


_PANEL = "On every command"
_COMMON: dict[str, tuple[Any, object]] = {
    "data": (
        Annotated[
            Path | None,
            typer.Option("--data", metavar="DIR", help="data folder", rich_help_panel=_PANEL),
        ],
        None,
    ),
    "config": (
        Annotated[
            Path | None,
            typer.Option("--config", metavar="FILE", help="file of settings", rich_help_panel=_PANEL),
        ],
        None,
    ),
    "as_json": (
        Annotated[bool, typer.Option("--json", help="print JSON", rich_help_panel=_PANEL)],
        False,
    ),
    "lang": (
        Annotated[
            Language | None,
            typer.Option("--lang", help="language of messages; default: LANG's", rich_help_panel=_PANEL),
        ],
        None,
    ),
}


def group(name: str, about: str) -> typer.Typer:
    """A group of commands, such as `user`."""
    return typer.Typer(name=name, help=about, no_args_is_help=True, rich_markup_mode=None)


def command(app: typer.Typer, name: str, **options: Any) -> Callable[[F], F]:
    """Registers `function(session, ...)`, plain or async, which may return its exit code."""

    def register(function: F) -> F:
        def call(**values: Any) -> None:
            common = {option: values.pop(option) for option in _COMMON}
            language = common["lang"] or language_of_environment()
            output = Output(str(language), common["as_json"])
            session = Session(common["data"], common["config"], output)
            raise typer.Exit(_outcome(session, function, values))

        call.__doc__ = function.__doc__
        vars(call)["__signature__"] = _signature(function)
        app.command(name, **options)(call)
        return function

    return register


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """The function's own parameters but the session, then the common ones."""
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    common = [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (annotation, default) in _COMMON.items()
    ]
    return inspect.Signature([*(one.replace(kind=keyword) for one in own), *common])


def _outcome(session: Session, function: Callable[..., Any], values: dict[str, Any]) -> int:
    try:
        returned = function(session, **values)
        if inspect.iscoroutine(returned):
            returned = asyncio.run(returned)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        session.out.fault(fault)
        return fault.exit_code
    return Exit.OK if returned is None else int(returned)
