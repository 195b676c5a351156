"""One text of the pages in both languages; a text in one language alone cannot be written down."""

from typing import NamedTuple


class Text(NamedTuple):
    """A text in Russian and in English. `{names}` are filled in by the page, `ticks` become code."""

    ru: str
    en: str
