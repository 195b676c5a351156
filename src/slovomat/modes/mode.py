"""One mode: its front matter, its blocks, and the prompt they make."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from slovomat.domain.mode import BadParameter, ModeRef, Prompt
from slovomat.modes.fence import fence_for
from slovomat.modes.header import Header, Value, accept
from slovomat.modes.language import LANGUAGE_NAMES, language_of

if TYPE_CHECKING:
    from jinja2 import Template


class Mode:
    """A mode whose front matter has been read; its blocks are compiled at the first use of them.

    From then on rendering it is a few string operations.
    """

    def __init__(self, path: Path, source: str, ref: ModeRef, header: Header, body: str) -> None:
        self.path = path
        self.source = source
        self.ref = ref
        self.header = header
        self._body = body
        self._defaults: dict[str, Value] = {one.name: one.default for one in header.parameters}

    @cached_property
    def blocks(self) -> "Mapping[str, Template]":
        """The compiled blocks; any fault of theirs is raised as BrokenMode."""
        from slovomat.modes.blocks import compile_blocks

        return compile_blocks(self.path, self._body, frozenset(self._defaults))

    @cached_property
    def _systems(self) -> dict[str, str]:
        """The system prompt does not depend on the text: with the defaults there is one for each language."""
        return {language: self._system(language, self._defaults) for language in LANGUAGE_NAMES}

    def system(self) -> str:
        """The system prompt alone, for a text not seen yet."""
        return self._systems[""]

    def render(self, text: str, given: Mapping[str, object] | None = None) -> Prompt:
        """The prompt for the user's text; a value outside its parameter's limits raises BadParameter."""
        language = language_of(text)
        if given:
            values = self._filled(given)
            system = self._system(language, values)
        else:
            values = self._defaults
            system = self._systems[language]
        user = self.blocks["user"].render(
            values,
            text=text,
            fence=fence_for(text),
            language=language,
            language_name=LANGUAGE_NAMES[language],
        )
        return Prompt(system, user, self.header.temperature, self.header.max_tokens)

    def _system(self, language: str, values: Mapping[str, Value]) -> str:
        rendered = self.blocks["system"].render(
            values, language=language, language_name=LANGUAGE_NAMES[language]
        )
        return rendered.strip()

    def _filled(self, given: Mapping[str, object]) -> dict[str, Value]:
        parameters = {one.name: one for one in self.header.parameters}
        for name in given:
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise BadParameter(f"mode `{self.ref.id}` has no parameter `{name}`; it has: {known}")
        return self._defaults | {name: accept(parameters[name], value) for name, value in given.items()}
