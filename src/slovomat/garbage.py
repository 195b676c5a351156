"""When Python looks for cycles: not while the service starts, and never again among what starting made."""

import gc

_YOUNG = 20_000
"""So many new objects before it looks: a request leaves no cycles behind, and hundreds are on their way."""


def hold_off() -> None:
    """Before the imports, nearly all of which stay: looking through them takes a tenth of the start."""
    gc.disable()


def begin() -> None:
    """Once the service is ready. What there is by now stays, and is no longer looked at.

    It is not looked through even once: that would take some 30 ms, and find next to nothing.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 100)
    gc.enable()
