"""Everything that the handlers call, put together once by main.py."""

from typing import Protocol

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
from slovomat.usecases.pulse import Pulse
from slovomat.usecases.settle import Settler
from slovomat.web.gate import Gate
from slovomat.web.metrics import Metrics


class JobQueue(Protocol):
    """What the API asks of whoever runs the jobs."""

    @property
    def full(self) -> bool:
        """Whether no more jobs are taken."""

    def added(self) -> None:
        """A job was queued."""


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The use cases and ports behind the API."""

    settings: Settings
    env: Env
    store: Store
    modes: ModeCatalogue
    callers: Callers
    admission: Admission
    generator: Generator
    settler: Settler
    upstream: Upstream
    queue: JobQueue
    gate: Gate
    pulse: Pulse
    metrics: Metrics


def terms_of(dialect: Dialect, settings: Settings) -> Terms:
    """What the settings say of a dialect; one without settings of its own has the common price."""
    return Terms(
        price_requests=getattr(settings, f"{dialect.name}_price_requests", 2),
        max_chars=getattr(settings, f"{dialect.name}_max_chars", 10_000),
        json_max_depth=settings.json_max_depth,
        json_max_values=settings.json_max_values,
        requests_per_unit=settings.chatinfo_requests_per_unit,
        models=settings.models,
        models_strict=settings.models_strict,
        hide_model=settings.hide_model,
    )
