"""How many connections the process has file descriptors for."""

import contextlib

_OWN = 64
"""Database, logs, listeners, commands that read beside the service."""
_EACH = 2
"""A direct call's own, and the one to the upstream."""


def room_for(connections: int) -> int:
    """So many of the connections, after the process has taken all descriptors that it may have.

    Whoever comes when they are used up is closed on without a word, so there must be some left to say
    no with.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        if most != resource.RLIM_INFINITY:
            return max(1, min(connections, (most - _OWN) // _EACH))
    return connections
