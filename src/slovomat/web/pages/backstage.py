"""What stands behind the pages."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from slovomat.ports.env import Env
from slovomat.ports.identity import IdentityIssuer
from slovomat.ports.limits import Limits
from slovomat.ports.modes import ModeWorkshop
from slovomat.ports.payments import PaymentProvider
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.usecases.checkout import CheckoutDesk
from slovomat.usecases.payments import Cashier
from slovomat.web.services import Services


class Till(Protocol):
    """What takes orders and money; nothing of it is loaded before it is asked for."""

    @property
    def providers(self) -> Mapping[str, PaymentProvider]:
        """Those whose secrets are there, by name."""

    @property
    def desk(self) -> CheckoutDesk:
        """Takes orders."""

    @property
    def cashier(self) -> Cashier:
        """Takes money, and gives it back."""

    def title(self, provider: str, language: str) -> str:
        """What buyers know a provider as."""


class Backstage(msgspec.Struct, frozen=True, kw_only=True):
    """Ports and use cases of one instance. `site`: its public URL, known for good only once it listens.

    `services`: those of the API, for pages that generate; None where nothing is generated.
    `origins`: where each setting came from, as LoadedSettings says.
    `till`: None where nothing is sold: then its pages do not exist.
    """

    site: Callable[[], str]
    settings: Settings
    env: Env
    store: Store
    modes: ModeWorkshop
    limits: Limits
    secret: bytes
    identity: IdentityIssuer | None = None
    services: Services | None = None
    origins: Mapping[str, str] = {}
    till: Till | None = None
