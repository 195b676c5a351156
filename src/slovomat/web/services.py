"""Everything that the handlers call, put together once by main.py."""

import msgspec

from slovomat.dialects.calls import Dialect, Terms
from slovomat.ports.env import Env
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Store
from slovomat.ports.upstream import Upstream
from slovomat.settings import Settings
from slovomat.usecases.admit import Admission
from slovomat.usecases.callers import Callers
from slovomat.usecases.generate import Generator
from slovomat.web.gate import Gate
from slovomat.web.metrics import Metrics
from slovomat.worker import Worker


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The use cases and ports behind the API."""

    settings: Settings
    env: Env
    store: Store
    modes: ModeCatalogue
    callers: Callers
    admission: Admission
    generator: Generator
    upstream: Upstream
    worker: Worker
    gate: Gate
    metrics: Metrics


def terms_of(dialect: Dialect, settings: Settings) -> Terms:
    """What the settings say of a dialect; one without settings of its own has the common price."""
    return Terms(
        price_requests=getattr(settings, f"{dialect.name}_price_requests", 2),
        max_chars=getattr(settings, f"{dialect.name}_max_chars", 10_000),
        json_max_depth=settings.json_max_depth,
        requests_per_unit=settings.chatinfo_requests_per_unit,
        models=settings.models,
        models_strict=settings.models_strict,
        hide_model=settings.hide_model,
    )
