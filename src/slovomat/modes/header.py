"""The front matter of a mode file: its types, and what types cannot say."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from slovomat.domain.mode import BadParameter, ModeParameter

SMALL_TALK = (
    "конечно",
    "разумеется",
    "вот ",
    "хорошо,",
    "с удовольствием",
    "sure",
    "certainly",
    "of course",
    "here is",
    "here's",
    "here are",
)
"""Openers that no mode but a chat may begin with, in lower case."""

Filled = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Path = tuple[str | int, ...]
"""Keys and indexes from the root of the front matter to a value."""

Value = bool | int | str


class Titles(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages of the interface."""

    ru: Filled
    en: Filled


class _Parameter(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", kw_only=True):
    name: Name
    label: Titles


class IntegerParameter(_Parameter, frozen=True, tag="integer"):
    """A whole number within limits."""

    min: int
    max: int
    default: int


class ChoiceParameter(_Parameter, frozen=True, tag="choice"):
    """One of a few words."""

    choices: Annotated[tuple[Filled, ...], Meta(min_length=2, max_length=32)]
    default: str


class FlagParameter(_Parameter, frozen=True, tag="flag"):
    """Yes or no."""

    default: bool


class StringParameter(_Parameter, frozen=True, tag="string"):
    """Free words of a limited length; may be empty."""

    max_length: Annotated[int, Meta(ge=1, le=2000)]
    default: str = ""


Parameter = IntegerParameter | ChoiceParameter | FlagParameter | StringParameter


class Trial(Struct, frozen=True, forbid_unknown_fields=True):
    """One input and the cheap checks that a model's answer to it must pass."""

    input: Annotated[str, Meta(min_length=1, max_length=20_000)]
    min_chars: Annotated[int, Meta(ge=1)] = 1
    max_chars: Annotated[int, Meta(ge=1)] = 40_000
    require: tuple[Filled, ...] = ()
    forbid: tuple[Filled, ...] = ()
    forbid_openers: tuple[Filled, ...] = SMALL_TALK
    language: Literal["same", "any", "ru", "en"] = "same"


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """All that a mode file says before its blocks."""

    id: Name
    version: Annotated[int, Meta(ge=1)]
    titles: Titles
    temperature: Annotated[float, Meta(ge=0, le=2)]
    max_tokens: Annotated[int, Meta(ge=16, le=32_768)]
    tests: Annotated[tuple[Trial, ...], Meta(min_length=1)]
    parameters: Annotated[tuple[Parameter, ...], Meta(max_length=16)] = ()


def limits_of(parameter: Parameter) -> str:
    """What the parameter allows, for a person to read."""
    match parameter:
        case IntegerParameter():
            return f"a whole number from {parameter.min} to {parameter.max}"
        case ChoiceParameter():
            return f"one of {', '.join(parameter.choices)}"
        case FlagParameter():
            return "true or false"
        case StringParameter():
            return f"at most {parameter.max_length} characters"


def described(parameter: Parameter) -> ModeParameter:
    """The parameter as the rest of the program sees it."""
    labels = (parameter.label.ru, parameter.label.en)
    name, default = parameter.name, parameter.default
    match parameter:
        case IntegerParameter():
            return ModeParameter(
                name=name,
                labels=labels,
                kind="integer",
                default=default,
                least=parameter.min,
                most=parameter.max,
            )
        case ChoiceParameter():
            return ModeParameter(
                name=name, labels=labels, kind="choice", default=default, choices=parameter.choices
            )
        case FlagParameter():
            return ModeParameter(name=name, labels=labels, kind="flag", default=default)
        case StringParameter():
            return ModeParameter(
                name=name, labels=labels, kind="string", default=default, most=parameter.max_length
            )


def accept(parameter: Parameter, value: object) -> Value:
    """The value in the parameter's own type (the string "300" will do for 300), or BadParameter."""
    wrong = BadParameter(f"parameter `{parameter.name}` must be {limits_of(parameter)}, not {value!r}")
    try:
        typed: Value = msgspec.convert(value, type(parameter.default), strict=False)
    except msgspec.ValidationError as error:
        raise wrong from error
    if not _fits(parameter, typed):
        raise wrong
    return typed


def _fits(parameter: Parameter, value: Value) -> bool:
    match parameter:
        case IntegerParameter():
            return parameter.min <= int(value) <= parameter.max
        case ChoiceParameter():
            return value in parameter.choices
        case FlagParameter():
            return True
        case StringParameter():
            return len(str(value)) <= parameter.max_length


def faults_of(header: Header, stem: str, reserved: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """What is wrong in a front matter whose types are right: the place and the words for it."""
    if header.id != stem:
        yield ("id",), f"id is `{header.id}`, but the file is named `{stem}`"
    seen: set[str] = set()
    for index, parameter in enumerate(header.parameters):
        place = ("parameters", index)
        if parameter.name in reserved | seen:
            yield (*place, "name"), f"the name `{parameter.name}` is taken"
        seen.add(parameter.name)
        if not _fits(parameter, parameter.default):
            allowed = limits_of(parameter)
            yield (
                (*place, "default"),
                f"default {parameter.default!r} of `{parameter.name}` must be {allowed}",
            )
    for index, test in enumerate(header.tests):
        yield from _test_faults(test, ("tests", index))


def _test_faults(test: Trial, place: Path) -> Iterator[tuple[Path, str]]:
    if test.min_chars > test.max_chars:
        yield (*place, "min_chars"), f"min_chars {test.min_chars} is above max_chars {test.max_chars}"
    for field, patterns in (("require", test.require), ("forbid", test.forbid)):
        for index, pattern in enumerate(patterns):
            try:
                re.compile(pattern)
            except re.error as error:
                yield (*place, field, index), f"not a regular expression: {error}"
