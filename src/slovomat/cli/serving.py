"""`slovomat serve`: flags into settings; the rest is slovomat.main's."""

import asyncio
from typing import Annotated

import typer

from slovomat.cli.command import command
from slovomat.cli.places import refuse_moved
from slovomat.cli.root import make_root
from slovomat.cli.session import Session

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
) -> int:
    """Run the service. With nothing configured: SQLite, a first key, the embedded model."""
    import slovomat.logs  # noqa: F401 - before whatever logs, see there
    from slovomat.main import serve as run_service

    loaded = session.load(host=host, port=port, site=site)
    asyncio.run(refuse_moved(loaded.settings.database))
    return run_service(loaded)
