"""The operator's command line. Modules stay light at import: what is heavy is imported by its command."""

import sys
from collections.abc import Sequence

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code (see slovomat.cli.exits)."""
    try:
        from slovomat.cli.app import run

        return run(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:  # before the command itself has begun
        return _INTERRUPTED
