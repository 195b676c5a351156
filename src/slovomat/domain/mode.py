"""A prompt mode as the rest of the program sees it."""

import msgspec


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
