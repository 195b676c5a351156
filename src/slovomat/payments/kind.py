"""What a provider's file says of itself."""

from collections.abc import Callable, Mapping

import msgspec

from slovomat.payments.http import ProviderHTTP
from slovomat.ports.payments import PaymentProvider


class Kind(msgspec.Struct, frozen=True):
    """A provider that can be set up. `options`: the settings that it is made of.

    `make` returns None where a secret among them is missing: then the provider does not exist.
    """

    name: str
    title_ru: str
    title_en: str
    options: tuple[str, ...]
    make: Callable[[Mapping[str, str], ProviderHTTP], PaymentProvider | None]
