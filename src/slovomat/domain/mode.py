"""A prompt mode as the rest of the program sees it."""

from typing import Literal

import msgspec

MODE_IDS = (
    "chat",
    "shorter",
    "continue",
    "names",
    "task",
    "text",
    "poems",
    "books_list",
    "song_text",
    "summary",
    "paper",
    "report",
    "originality",
    "rewrite",
    "essay",
    "plan",
    "post",
    "code",
    "synopsis",
    "story",
    "article",
    "answer",
)
"""Every mode that there is, in the order of the contract."""


class BadParameter(ValueError):  # noqa: N818 - the name says it
    """A caller's value for a parameter is outside its limits; the message names both."""


class ModeRef(msgspec.Struct, frozen=True):
    """Which text of which mode a generation was made with. `digest`: SHA-256 of the file, hex."""

    id: str
    version: int
    digest: str


class ModeParameter(msgspec.Struct, frozen=True, kw_only=True):
    """What a mode lets people choose: `integer` within bounds, one of `choices`, a `flag`, or a `string`.

    `labels`: Russian, English. `most` bounds an integer's value and a string's length.
    """

    name: str
    labels: tuple[str, str]
    kind: Literal["integer", "choice", "flag", "string"]
    default: bool | int | str
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()


class Prompt(msgspec.Struct, frozen=True):
    """A rendered mode: what goes to the model. `max_tokens` is the answer's budget."""

    system: str
    user: str
    temperature: float
    max_tokens: int
