"""A mode's text that is not in force yet: checked as a file is, and tried."""

from collections.abc import Mapping
from pathlib import Path

from slovomat.domain.mode import ModeParameter, ModeRef, Prompt
from slovomat.modes.fault import BrokenMode
from slovomat.modes.frontmatter import MAX_FILE_BYTES
from slovomat.modes.header import described
from slovomat.modes.mode import Mode
from slovomat.modes.reading import read_mode
from slovomat.ports.modes import ModeFault


class Draft:
    """A mode that passed all checks of a file."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode

    @property
    def ref(self) -> ModeRef:
        """What a generation made with it would be marked with."""
        return self.mode.ref

    @property
    def trials(self) -> tuple[str, ...]:
        """The inputs of its own tests."""
        return tuple(test.input for test in self.mode.header.tests)

    @property
    def parameters(self) -> tuple[ModeParameter, ...]:
        """What it lets people choose."""
        return tuple(described(one) for one in self.mode.header.parameters)

    def render(self, text: str, given: Mapping[str, object] | None = None) -> Prompt:
        """The prompt for a text; a value outside its parameter's limits is a ValueError."""
        return self.mode.render(text, given)

    def faults(self, trial: int, answer: str) -> list[str]:
        """What is wrong with a model's answer to the trial of that number, from 0."""
        from slovomat.modes.trial import check_answer

        return check_answer(self.mode, self.mode.header.tests[trial], answer)


def draft_of(mode_id: str, text: str) -> Draft | ModeFault:
    """The text, read, compiled and rehearsed, or what is wrong with it and where."""
    from slovomat.modes.rehearsal import rehearse

    path, content = Path(f"{mode_id}.md"), text.replace("\r\n", "\n").encode()
    if len(content) > MAX_FILE_BYTES:
        return ModeFault(0, f"larger than {MAX_FILE_BYTES} bytes")
    try:
        mode = read_mode(path, content)
        rehearse(mode)
    except BrokenMode as error:
        return ModeFault(error.line, error.what)
    return Draft(mode)
