"""`slovomat serve`: flags into settings; the rest is slovomat.main's."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slovomat.cli.command import command
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.places import refuse_moved
from slovomat.cli.root import make_root
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.settings import Settings

app = make_root()
"""The tree with this one command."""


@command(app, "serve")
def serve(
    session: Session,
    *,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="address to listen on")] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="PORT", min=0, max=65_535, help="0 takes a free one")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", metavar="URL", help="the public address")] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", metavar="N", min=1, help="on one port; needs PostgreSQL")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="made-up people and payments, in a folder of its own")
    ] = False,
) -> int:
    """Run the service. With nothing configured: SQLite, a first key, the embedded model."""
    import slovomat.logs  # noqa: F401 - before whatever logs, see there

    if demo:
        _refuse_settings(session, host, site, processes)
        return _serve_demo(session, port)
    from slovomat.main import serve as run_service

    loaded = session.load(host=host, port=port, site=site, processes=processes)
    _refuse_processes(loaded.settings)
    asyncio.run(refuse_moved(loaded.settings.database))
    return run_service(loaded)


def _serve_demo(session: Session, port: int | None) -> int:
    from slovomat.demo import place
    from slovomat.demo.run import run_demo

    folder = session.data or place.usual_folder()
    try:
        return run_demo(folder, port, session.out.say)
    except place.NotADemoError:
        raise FaultError(
            Exit.CONFIGURATION,
            f"{folder} holds something else, and a demo is never laid over it. Name another: --data DIR",
            f"в папке {folder} лежит что-то другое, демо поверх него не кладётся. Укажите другую: --data DIR",
        ) from None


def _refuse_settings(session: Session, *others: object) -> None:
    """Raises FaultError: what is shown to everybody with its passwords stays on this machine."""
    if session.config or any(one is not None for one in others):
        raise FaultError(
            Exit.USAGE,
            "--demo takes no settings but --data and --port: it listens on this machine alone",
            "--demo не принимает настроек, кроме --data и --port: оно слушает только эту машину",
        )


def _refuse_processes(settings: "Settings") -> None:
    """Raises FaultError where more than one process would do harm."""
    count = settings.processes
    if count > 1 and isinstance(settings.database, Path):
        raise FaultError(
            Exit.CONFIGURATION,
            f"processes is {count}, but SQLite has one writer, and one process serves a file. Leave it at 1,"
            " or move to PostgreSQL: slovomat migrate --to postgresql://…",
            f"processes = {count}, но в SQLite пишет кто-то один, и файл обслуживает один процесс. Оставьте 1"
            " или перейдите на PostgreSQL: slovomat migrate --to postgresql://…",
        )
    if count > 1 and not settings.upstream_url:
        raise FaultError(
            Exit.CONFIGURATION,
            f"processes is {count}, but there is no upstream_url, and each would load the embedded model for"
            " itself. Leave it at 1, or name an upstream",
            f"processes = {count}, но upstream_url не указан, и каждый процесс загрузил бы встроенную модель"
            " для себя. Оставьте 1 или укажите upstream_url",
        )
