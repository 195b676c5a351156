"""Render a mode at load in every way its parameters allow, so that it cannot fail on a customer."""

from collections.abc import Iterator

from slovomat.modes.blocks import line_of_failure
from slovomat.modes.fault import BrokenMode
from slovomat.modes.header import (
    ChoiceParameter,
    FlagParameter,
    IntegerParameter,
    Parameter,
    StringParameter,
    Value,
)
from slovomat.modes.mode import Mode

PROBES = (
    "Проба <b>№1</b> & {{ text }} {% endblock %}",
    "The probe <text>of</text> the “mode”",
    "Xyz",
)
"""One text for each language a template may tell apart; a filter would change them."""


def rehearse(mode: Mode) -> None:
    """Raise BrokenMode where a block fails or does not hold the user's text as it was given."""
    mode.blocks  # noqa: B018 - a fault of the blocks themselves is raised as it is
    for probe in PROBES:
        for given in _settings(mode.header.parameters):
            try:
                prompt = mode.render(probe, given)
            except Exception as error:  # an operator's template may raise anything
                raise _broken(mode, error) from error
            if probe not in prompt.user:
                line = _line_of(mode, "block user")
                raise BrokenMode(mode.path, line, "the block `user` must hold {{ text }} unchanged")
            if not prompt.system:
                raise BrokenMode(mode.path, _line_of(mode, "block system"), "the block `system` is empty")


def _settings(parameters: tuple[Parameter, ...]) -> Iterator[dict[str, object]]:
    """The defaults, then each parameter alone at every choice or at both of its limits."""
    yield {}
    for parameter in parameters:
        for value in _extremes(parameter):
            yield {parameter.name: value}


def _extremes(parameter: Parameter) -> tuple[Value, ...]:
    match parameter:
        case IntegerParameter():
            return (parameter.min, parameter.max)
        case ChoiceParameter():
            return parameter.choices
        case FlagParameter():
            return (False, True)
        case StringParameter():
            return ("", "x" * parameter.max_length)


def _broken(mode: Mode, error: Exception) -> BrokenMode:
    return BrokenMode(
        mode.path, line_of_failure(error, mode.path), f"cannot be rendered: {error or type(error).__name__}"
    )


def _line_of(mode: Mode, words: str) -> int:
    lines = mode.source.splitlines()
    return next((number for number, line in enumerate(lines, 1) if words in line), 1)
