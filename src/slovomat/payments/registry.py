"""All providers: every module of this package that has a `PROVIDER`."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from pydantic import SecretStr

from slovomat import payments
from slovomat.payments.http import ProviderHTTP
from slovomat.payments.kind import Kind
from slovomat.ports.payments import PaymentProvider


@cache
def all_kinds() -> tuple[Kind, ...]:
    """Whom one could sell through, by name."""
    found = []
    for module in pkgutil.iter_modules(payments.__path__):
        kind = getattr(import_module(f"{payments.__name__}.{module.name}"), "PROVIDER", None)
        if isinstance(kind, Kind):
            found.append(kind)
    return tuple(sorted(found, key=lambda kind: kind.name))


def open_providers(settings: Mapping[str, object], http: ProviderHTTP) -> dict[str, PaymentProvider]:
    """Those whose secrets are among the settings, by name."""
    made = {
        kind.name: kind.make({name: _text(settings[name]) for name in kind.options}, http)
        for kind in all_kinds()
    }
    return {name: provider for name, provider in made.items() if provider}


def _text(value: object) -> str:
    """A setting's value as an option: a switch is "1" or nothing, names stand between commas."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case bool():
            return "1" if value else ""
        case tuple():
            return ",".join(map(str, value))
    return str(value)
