"""All dialects: every module of this package that has a `DIALECT`."""

import pkgutil
from functools import cache
from importlib import import_module

from slovomat import dialects
from slovomat.dialects.calls import Dialect


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """The dialects, by name; the one with the longest prefix answers for an unknown path."""
    found = []
    for module in pkgutil.iter_modules(dialects.__path__):
        dialect = getattr(import_module(f"{dialects.__name__}.{module.name}"), "DIALECT", None)
        if dialect is not None:
            found.append(dialect)
    return tuple(sorted(found, key=lambda dialect: dialect.name))
