"""Cutting texts and conversations to the model's size."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.text import Turn, blank, cut, plan_cut


def conversation(turns: list[Turn]) -> list[Turn]:
    """The turns, with a tool's answer only where a call or another answer is before it."""
    sound: list[Turn] = []
    for turn in turns:
        answers = turn.answers_call and not turn.pinned and bool(sound) and not sound[-1].pinned
        sound.append(Turn(turn.chars, turn.pinned, answers))
    return sound


TURN = st.builds(Turn, chars=st.integers(0, 30), pinned=st.booleans(), answers_call=st.booleans())
TURNS = st.lists(TURN, min_size=1, max_size=8).map(conversation)


@given(st.text(max_size=40), st.integers(0, 40))
def test_a_text_loses_its_end_and_nothing_else(text: str, limit: int) -> None:
    """What stays is a beginning within the limit, and what was cut is counted in code points."""
    kept, cut_chars = cut(text, limit)
    assert text.startswith(kept)
    assert len(kept) + cut_chars == len(text)
    assert cut_chars == (max(0, len(text) - limit) if limit else 0)


@given(TURNS, st.integers(0, 100))
def test_a_conversation_fits_and_every_lost_character_is_counted(turns: list[Turn], limit: int) -> None:
    """Within the limit; untouched where it fits already; 0 is no limit."""
    plan = plan_cut(turns, limit)
    total = sum(turn.chars for turn in turns)
    left = sum(chars or 0 for chars in plan.kept)
    assert left + plan.cut_chars == total
    if limit == 0 or total <= limit:
        assert plan.kept == tuple(turn.chars for turn in turns)
    else:
        assert left <= limit
    assert all(chars is None or chars <= turn.chars for chars, turn in zip(plan.kept, turns, strict=True))


@given(TURNS, st.integers(1, 100))
def test_the_oldest_go_first_and_pinned_and_last_stay(turns: list[Turn], limit: int) -> None:
    """Dropped turns are the first ones of those that may be dropped; a tool's answer never loses its call."""
    kept = plan_cut(turns, limit).kept
    assert kept[-1] is not None
    assert all(kept[index] is not None for index, turn in enumerate(turns) if turn.pinned)
    loose = [index for index, turn in enumerate(turns) if not turn.pinned]
    dropped = [index for index in loose if kept[index] is None]
    assert dropped == loose[: len(dropped)]
    for before, index in pairwise(loose):
        if turns[index].answers_call and kept[index] is not None:
            assert kept[before] is not None


@given(TURNS, st.integers(1, 100))
def test_no_more_turns_are_dropped_than_needed(turns: list[Turn], limit: int) -> None:
    """With the newest dropped turn, and the answers that hang on it, the rest would not have fitted."""
    kept = plan_cut(turns, limit).kept
    dropped = [index for index, chars in enumerate(kept) if chars is None]
    calls = [index for index in dropped if not turns[index].answers_call]
    if calls:
        back = sum(turns[index].chars for index in dropped if index >= calls[-1])
        stays = sum(turn.chars for turn, chars in zip(turns, kept, strict=True) if chars is not None)
        assert stays + back > limit


def test_a_long_last_message_loses_its_end() -> None:
    """The system's words are whole as long as they leave it room."""
    turns = [Turn(10, pinned=True), Turn(50, pinned=False), Turn(100, pinned=False)]
    assert plan_cut(turns, 60).kept == (10, None, 50)


def test_overlong_system_words_leave_half_to_the_last_message() -> None:
    """Neither drowns out the other."""
    assert plan_cut([Turn(100, pinned=True), Turn(80, pinned=False)], 60).kept == (30, 30)
    assert plan_cut([Turn(100, pinned=True), Turn(5, pinned=False)], 60).kept == (55, 5)
    assert plan_cut([Turn(100, pinned=True)], 60).kept == (60,)


def test_a_tools_answer_goes_with_its_call() -> None:
    """When the call is dropped, its answers are too, though they would have fitted."""
    call, answer = Turn(40, pinned=False), Turn(5, pinned=False, answers_call=True)
    assert plan_cut([call, answer, answer, Turn(30, pinned=False)], 50).kept == (None, None, None, 30)


def test_a_last_answer_of_a_tool_keeps_its_call() -> None:
    """The exchange that the model is asked about stays together; other ends are cut instead."""
    turns = [Turn(20, pinned=False), Turn(10, pinned=False), Turn(50, pinned=False, answers_call=True)]
    assert plan_cut(turns, 40).kept == (None, 10, 30)


def test_a_text_that_shows_nothing_is_blank() -> None:
    """Blanks of every kind, controls, zero-width characters; but a dash or an emoji is something."""
    assert all(blank(text) for text in ("", " \t\r\n", "\u00a0\u2003\u3000", "\u200b\ufeff\u2060", "\0\x1b"))
    assert not any(blank(text) for text in ("-", ".", "ы", "🙂", " \u200bа", "0"))
