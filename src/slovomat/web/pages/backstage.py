"""What stands behind the pages."""

from collections.abc import Callable, Mapping

import msgspec

from slovomat.ports.env import Env
from slovomat.ports.identity import IdentityIssuer
from slovomat.ports.limits import Limits
from slovomat.ports.modes import ModeWorkshop
from slovomat.ports.store import Store
from slovomat.settings import Settings
from slovomat.web.services import Services


class Backstage(msgspec.Struct, frozen=True, kw_only=True):
    """Ports and use cases of one instance. `site`: its public URL, known for good only once it listens.

    `services`: those of the API, for pages that generate; None where nothing is generated.
    `origins`: where each setting came from, as LoadedSettings says.
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
