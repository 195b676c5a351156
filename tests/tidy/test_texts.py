"""What people read is there in both languages."""

import re
import string

import pytest

from slovomat.dialects.texts import TEXTS
from slovomat.domain.refusal import Code

RUSSIAN = re.compile(r"[а-яё]", re.IGNORECASE)


def places(text: str) -> set[str]:
    """The names that are filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_has_its_text() -> None:
    """A refusal without words would be a bug at the worst moment."""
    assert TEXTS.keys() == set(Code)


@pytest.mark.parametrize("code", list(TEXTS), ids=str)
def test_both_languages_say_the_same(code: Code) -> None:
    """The one in Cyrillic, the other without, with the same figures in both."""
    russian, english = TEXTS[code]
    assert not RUSSIAN.search(english)
    assert RUSSIAN.search(russian) or not russian.strip("{}abcdefghijklmnopqrstuvwxyz_")
    assert {name.removesuffix("_ru") for name in places(russian)} == places(english)
