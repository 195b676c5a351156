"""A prompt mode as the rest of the program sees it."""

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


class ModeRef(msgspec.Struct, frozen=True):
    """Which text of which mode a generation was made with. `digest`: SHA-256 of the file, hex."""

    id: str
    version: int
    digest: str


class Prompt(msgspec.Struct, frozen=True):
    """A rendered mode: what goes to the model. `max_tokens` is the answer's budget."""

    system: str
    user: str
    temperature: float
    max_tokens: int
