"""One loaded mode: its front matter, its compiled blocks, and the prompt they make."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Template

from slovomat.domain.mode import ModeRef, Prompt
from slovomat.modes.fence import fence_for
from slovomat.modes.header import BadParameter, Header, Value, accept
from slovomat.modes.language import LANGUAGE_NAMES, language_of


class Mode:
    """A mode that has passed every check at load; rendering it is a few string operations."""

    def __init__(
        self, path: Path, source: str, ref: ModeRef, header: Header, blocks: Mapping[str, Template]
    ) -> None:
        self.path = path
        self.source = source
        self.ref = ref
        self.header = header
        self._blocks = blocks
        self._defaults: dict[str, Value] = {one.name: one.default for one in header.parameters}
        # The system prompt does not depend on the text, so with the defaults there is one for each language.
        self._systems = {language: self._system(language, self._defaults) for language in LANGUAGE_NAMES}

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
        user = self._blocks["user"].render(
            values,
            text=text,
            fence=fence_for(text),
            language=language,
            language_name=LANGUAGE_NAMES[language],
        )
        return Prompt(system, user, self.header.temperature, self.header.max_tokens)

    def _system(self, language: str, values: Mapping[str, Value]) -> str:
        rendered = self._blocks["system"].render(
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
