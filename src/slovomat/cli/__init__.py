"""The operator's command line. Modules stay light at import: what is heavy is imported by its command."""

import sys
from collections.abc import Sequence

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code (see slovomat.cli.exits)."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if given[:1] == ["serve"]:  # starts without the other commands, which would take a part of its time
            from slovomat import garbage

            garbage.hold_off()
            from slovomat.cli.serving import app
        else:
            from slovomat.cli.app import app
        from slovomat.cli.root import run

        return run(app, given)
    except KeyboardInterrupt:  # before the command itself has begun
        return _INTERRUPTED
