"""Every refusal has its words in both languages, and a stranger's words in them stay words."""

import string

import pytest

from slovomat.dialects.calls import Terms, Voice
from slovomat.dialects.registry import all_dialects
from slovomat.dialects.texts import STATUS, TEXTS, message
from slovomat.domain.refusal import Code, Refusal

SITE = "https://slovo.example"
NAMES: dict[str, str | int] = dict.fromkeys(
    (
        "what",
        "detail",
        "fields",
        "field",
        "modes",
        "model",
        "methods",
        "limit",
        "encoding",
        "remedy",
        "detail_ru",
        "remedy_ru",
        "plan",
        "plans",
    ),
    "«value»",
)
NAMES["allowed"] = "string"
TERMS = Terms(price_requests=2, max_chars=10, json_max_depth=64)


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("dialect", all_dialects(), ids=lambda dialect: dialect.name)
def test_every_refusal_can_be_said(dialect: object, code: Code, language: str) -> None:
    """Each code has a status and a sentence in each dialect and language, with no hole left in it."""
    speaker = next(known for known in all_dialects() if known is dialect)
    refusal = Refusal(code=code, names=NAMES, balance_requests=1, retry_after_ms=1500)
    answer = speaker.refuse(refusal, None, Voice(language, SITE), TERMS)
    assert 400 <= answer.status < 600
    assert b"{site}" not in answer.body
    words = message(refusal, Voice(language, SITE), {}, 2)
    assert words
    assert "{" not in words
    assert STATUS[code] >= 400


@pytest.mark.parametrize("code", Code)
def test_russian_is_russian_and_english_is_english(code: Code) -> None:
    """No language borrows from the other, and both name the same values."""
    russian, english = TEXTS[code]
    letters = {char for char in russian.lower() if "а" <= char <= "я" or char == "ё"}
    assert letters
    assert english.isascii()
    fields = [
        {name.removesuffix("_ru") for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (russian, english)
    ]
    assert fields[0] == fields[1]


HOSTILE = [
    "{site}",
    "{0}",
    "{names.__class__}",
    "%s",
    "{",
    "}",
    "{{}}",
    "\x00",
    "</script>",
    "{balance.__init__}",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_strangers_words_are_no_template(words: str) -> None:
    """What a client sent is put in as it is, once."""
    for code in (Code.MODEL_UNKNOWN, Code.FIELDS_MISSING, Code.KEY_FORBIDS, Code.NOT_JSON):
        names = dict.fromkeys(NAMES, words)
        assert words in message(Refusal(code=code, names={**names}), Voice("en", SITE), {}, 2)
