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

    @property
    def model(self) -> str:
        """A model's name that clients may ask for."""
        return next(iter(self.settings.models), self.settings.upstream_model)

    def opens(self, dialect: str) -> tuple[str, ...]:
        """The names of the plans with this dialect."""
        return tuple(plan.name for plan in self.plans if dialect in plan.dialects)

    def closes(self, dialect: str) -> tuple[str, ...]:
        """The names of the plans without it."""
        return tuple(plan.name for plan in self.plans if dialect not in plan.dialects)
