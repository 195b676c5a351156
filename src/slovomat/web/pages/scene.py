"""What the examples of the documentation depend on."""

from collections.abc import Sequence

import msgspec

from slovomat.dialects.calls import Terms, Voice
from slovomat.domain.caller import Plan
from slovomat.ports.modes import ModeCatalogue
from slovomat.settings import Settings


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The instance, its plans and the reader's language. `said`: what the model answers here."""

    voice: Voice
    terms: Terms
    settings: Settings
    modes: ModeCatalogue
    plans: Sequence[Plan]
    said: str


def terms_of(settings: Settings, dialect: str) -> Terms:
    """What the settings say of a dialect."""
    return Terms(
        price_requests=getattr(settings, f"{dialect}_price_requests"),
        max_chars=getattr(settings, f"{dialect}_max_chars"),
        json_max_depth=settings.json_max_depth,
        requests_per_unit=settings.chatinfo_requests_per_unit,
        models=settings.models,
        models_strict=settings.models_strict,
        hide_model=settings.hide_model,
    )
