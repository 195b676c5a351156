"""Figures, languages and texts of the pages."""

import re
import string
from pathlib import Path

import pytest

import slovomat.web
from slovomat.domain.refusal import Code
from slovomat.web.pages.figures import NARROW, WIDE, counted, each, grouped, money
from slovomat.web.pages.samples import LANGUAGES, samples
from slovomat.web.pages.texts import CATALOGUE, PARTS, speak

REQUESTS = "запрос|запроса|запросов"
COMPOSED = re.compile(r"""f["']([a-z]+_(?:[a-z]+_)*)\{|["']([a-z]+_(?:[a-z]+_)*)["'] ~""")
"""The beginnings of names that are put together: in Python, and in templates."""


@pytest.mark.parametrize(
    ("kopecks", "language", "shown"),
    [
        (49_000, "ru", f"490{WIDE}₽"),
        (99, "ru", f"0,99{WIDE}₽"),
        (99, "en", f"0.99{WIDE}₽"),
        (5, "ru", f"0,05{WIDE}₽"),
        (129_900, "ru", f"1299{WIDE}₽"),
        (123_456_789, "ru", f"1{NARROW}234{NARROW}567,89{WIDE}₽"),
        (-250, "ru", f"−2,50{WIDE}₽"),
        ((1 << 53) * 100 + 1, "en", f"{grouped(1 << 53)}.01{WIDE}₽"),
    ],
)
def test_money_is_exact(kopecks: int, language: str, shown: str) -> None:
    """An amount is shown to the last kopeck, however large it is."""
    assert money(kopecks, "RUB", language) == shown


def test_unknown_currency_is_named() -> None:
    """A currency without a sign of its own is named by its code."""
    assert money(100, "XTS", "en") == f"1{WIDE}XTS"


@pytest.mark.parametrize(
    ("kopecks", "count", "one"), [(9_900, 100, 99), (39_900, 500, 80), (1, 2, 1), (0, 5, 0)]
)
def test_price_of_one_is_rounded_half_up(kopecks: int, count: int, one: int) -> None:
    """The price of one request of a pack is rounded to the kopeck."""
    assert each(kopecks, count) == one


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (0, "запросов"),
        (1, "запрос"),
        (2, "запроса"),
        (5, "запросов"),
        (11, "запросов"),
        (12, "запросов"),
        (21, "запрос"),
        (25, "запросов"),
        (101, "запрос"),
        (112, "запросов"),
    ],
)
def test_russian_plurals(number: int, word: str) -> None:
    """A number takes the form that Russian asks for."""
    assert counted(number, REQUESTS) == f"{number}{WIDE}{word}"


def test_english_plurals() -> None:
    """One is singular, all else plural."""
    assert [counted(n, "request|requests").split(WIDE)[1] for n in (0, 1, 2)] == [
        "requests",
        "request",
        "requests",
    ]


def test_every_text_is_there_in_both_languages() -> None:
    """No text is missing or blank, both languages name the same figures, and no name stands twice."""
    for name, text in CATALOGUE.items():
        russian, english = (
            {field for _, field, _, _ in string.Formatter().parse(one) if field} for one in text
        )
        assert all(one.strip() for one in text), name
        assert russian == english, name
        assert all(one.count("`") % 2 == 0 for one in text), name
    assert len(CATALOGUE) == sum(len(part) for part in PARTS)
    assert speak("ru").keys() == speak("en").keys()


def test_plurals_have_as_many_forms_as_their_language() -> None:
    """Russian has three forms, English two."""
    for name, text in CATALOGUE.items():
        if name.endswith("_forms"):
            assert [one.count("|") for one in text] == [2, 1], name


def test_every_refusal_has_its_sentence() -> None:
    """A new code cannot be forgotten in the documentation."""
    assert {f"when_{code}" for code in Code} <= CATALOGUE.keys()


def test_every_text_is_used() -> None:
    """No text lies in the catalogue that no page shows, by its name or by what begins it."""
    web = Path(slovomat.web.__file__).parent
    shown = [file for kind in ("html", "py") for file in web.rglob(f"*.{kind}") if "texts" not in file.parts]
    everything = "\n".join(file.read_text("utf-8") for file in shown)
    composed = {found[1] or found[2] for found in COMPOSED.finditer(everything)}
    ended = {f"{name}_{end}" for name in re.findall(r'"([a-z_]+)"', everything) for end in ("title", "lead")}
    unused = [name for name in CATALOGUE if name not in everything and not name.startswith(tuple(composed))]
    assert [name for name in unused if name not in ended] == []


def test_every_text_that_a_page_shows_is_there() -> None:
    """A template names no text that the catalogue does not have."""
    templates = Path(slovomat.web.__file__).parent / "templates"
    comment = re.compile(r"\{#.*?#\}", re.DOTALL)
    named = {
        name
        for file in templates.rglob("*.html")
        for name in re.findall(r"\bt\.([a-z_0-9]+)", comment.sub("", file.read_text("utf-8")))
    }
    assert named - CATALOGUE.keys() - {"get"} == set()


@pytest.mark.parametrize("dialect", ["textbot", "chatinfo", "openai"])
def test_samples_are_whole(dialect: str) -> None:
    """Each dialect has a program in each language, with the address in it and nothing left to fill in."""
    made = samples(dialect, "https://words.example", "gpt-4o", "Привет")
    assert [sample.id for sample in made] == [language for language, _ in LANGUAGES]
    for sample in made:
        assert "https://words.example/" in sample.code
        assert not any(hole in sample.code for hole in ("{site}", "{model}", "{prompt}"))
    python = next(sample for sample in made if sample.id == "python")
    compile(python.code, "sample.py", "exec")
