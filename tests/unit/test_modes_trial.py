"""The cheap checks of a model's answer, the guess of a language, and the fence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.mode import MODE_IDS
from slovomat.modes import Modes, load_modes
from slovomat.modes.fence import fence_for
from slovomat.modes.header import Trial
from slovomat.modes.language import language_of
from slovomat.modes.trial import check_answer

RUSSIAN_ANSWER = "Осень приходит в город тихо, как старый друг, и остаётся надолго."
PROBE = Trial(
    input="Напиши про осень", min_chars=20, max_chars=200, require=("[Оо]сень",), forbid=("зим[аы]",)
)


@pytest.fixture(scope="module")
def modes() -> Modes:
    """The packaged modes alone."""
    return load_modes()


def test_a_good_answer_has_no_faults(modes: Modes) -> None:
    """An answer within all limits passes."""
    assert check_answer(modes.mode("text"), PROBE, RUSSIAN_ANSWER) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("  \n", "empty"),
        ("Осень.", "at least 20"),
        (RUSSIAN_ANSWER * 4, "at most 200"),
        ("Лето в городе тянется долго и лениво.", "nothing matches"),
        (RUSSIAN_ANSWER + " А там и зима.", "must not match"),
        ("Конечно! " + RUSSIAN_ANSWER, "begins with"),
        ("**Вот ваш текст:** " + RUSSIAN_ANSWER, "begins with"),
        ("Autumn (осень, Осень) comes to the city like an old friend and stays for long.", "is in `en`"),
        ("<text>" + RUSSIAN_ANSWER + "</text>", "tags"),
    ],
)
def test_each_fault_is_named(modes: Modes, answer: str, words: str) -> None:
    """A fault is told in words that say what was expected."""
    faults = check_answer(modes.mode("text"), PROBE, answer)
    assert any(words in fault for fault in faults), faults


def test_an_answer_that_parrots_the_input_is_a_fault(modes: Modes) -> None:
    """A rewrite that changes nothing is none."""
    probe = Trial(input="Осень приходит в город.")
    assert check_answer(modes.mode("rewrite"), probe, " Осень приходит в город. ") == [
        "the answer is the input"
    ]


def test_the_language_check_can_be_turned(modes: Modes) -> None:
    """A test may ask for a language by name, or for none."""
    english = "The train leaves at seven in the morning."
    wants_russian = Trial(input="Translate this", language="ru")
    assert check_answer(modes.mode("chat"), wants_russian, english) == ["the answer is in `en`, not in `ru`"]
    assert check_answer(modes.mode("chat"), Trial(input="Переведи это", language="any"), english) == []


@pytest.mark.parametrize("mode_id", MODE_IDS)
def test_every_packaged_mode_is_tried_in_both_languages(modes: Modes, mode_id: str) -> None:
    """Each file brings a Russian and an English input, and an echo of the input passes none of them."""
    mode = modes.mode(mode_id)
    assert {language_of(test.input) for test in mode.header.tests} >= {"ru"}
    assert len(mode.header.tests) >= 2
    for test in mode.header.tests:
        assert check_answer(mode, test, test.input) or mode_id == "chat"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Напиши сочинение об осени", "ru"),
        ("Ёж", "ru"),
        ("Исправь функцию: def add(a, b): return a - b", "ru"),
        ("Чому взимку дні коротші, ніж улітку?", "uk"),
        ("How does the word «ёж» translate into English, and why is it so short?", "en"),
        ("Why the sky is blue", "en"),
        ("Pourquoi le ciel est bleu", ""),
        ("天空为什么是蓝色的", ""),
        ("", ""),
        ("12345 !!!", ""),
    ],
)
def test_the_language_is_guessed_from_the_letters(text: str, language: str) -> None:
    """Russian, Ukrainian and English are told apart; what is unclear stays unnamed."""
    assert language_of(text) == language


@given(st.text(alphabet=st.sampled_from("<>/ text-12\nTEXT")))
def test_the_fence_never_occurs_in_the_text(text: str) -> None:
    """No text, however built, holds the tags that are put around it."""
    fence = fence_for(text)
    assert f"<{fence}>" not in text.lower()
    assert f"</{fence}>" not in text.lower()


def test_a_text_of_blanks_after_a_bracket_costs_no_time() -> None:
    """The search for tags is linear: a megabyte of blanks is looked through at once."""
    assert fence_for("<" + " " * 1_000_000) == "text"
    assert fence_for("</ " * 300_000) == "text"
