"""A catalogue of one prompt mode, for what only asks which modes there are."""

from collections.abc import Mapping

from slovomat.domain.mode import ModeParameter, ModeRef, Prompt


class OneMode:
    """The mode `essay`; nothing is rendered."""

    def ids(self) -> tuple[str, ...]:
        """Its id alone."""
        return ("essay",)

    def title(self, mode_id: str, language: str) -> str:
        """The id and the language."""
        return f"{mode_id} ({language})"

    def ref(self, mode_id: str) -> ModeRef | None:
        """A first version, or None for any other mode."""
        return ModeRef("essay", 1, "digest") if mode_id == "essay" else None

    def parameters(self, mode_id: str) -> tuple[ModeParameter, ...]:
        """Nobody asks for them."""
        raise NotImplementedError

    def render(self, mode_id: str, text: str, given: Mapping[str, object] | None = None) -> Prompt:
        """Nobody asks for it."""
        raise NotImplementedError

    def system(self, mode_id: str) -> str:
        """One sentence."""
        return f"Write: {mode_id}."
