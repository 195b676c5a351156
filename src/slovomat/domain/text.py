"""Cutting texts to the model's size. A character is a Unicode code point."""

import re
from collections.abc import Sequence

import msgspec

_SEEN = re.compile(
    r"[^\s\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""A character that leaves a mark: no blank, no control, none of Unicode's invisible ones."""


def blank(text: str) -> bool:
    """Whether a text shows nothing: empty, blanks of any kind, zero-width characters."""
    return _SEEN.search(text) is None


def cut(text: str, max_chars: int) -> tuple[str, int]:
    """The text within the limit (0 = none), and how many characters were cut off its end."""
    if max_chars <= 0 or len(text) <= max_chars:
        return text, 0
    return text[:max_chars], len(text) - max_chars


class Turn(msgspec.Struct, frozen=True):
    """A message of a conversation, as far as cutting asks. `pinned`: system or developer."""

    chars: int
    pinned: bool
    answers_call: bool = False
    """A tool's answer: it cannot stand without the call before it."""


class CutPlan(msgspec.Struct, frozen=True):
    """Which messages stay, and how many characters of each: `kept[i]` is None for a dropped one."""

    kept: tuple[int | None, ...]
    cut_chars: int


def plan_cut(turns: Sequence[Turn], max_chars: int) -> CutPlan:
    """Fits a conversation into `max_chars` (0 = no limit).

    The oldest turns that are not pinned go first, whole; the last message is never dropped, nor the
    call that it answers. If what must stay is still too long, the last one's end is cut; should the
    others alone fill the limit, the last keeps up to half of it and their end is cut as well.
    """
    total = sum(turn.chars for turn in turns)
    kept: list[int | None] = [turn.chars for turn in turns]
    if max_chars <= 0 or total <= max_chars:
        return CutPlan(tuple(kept), 0)
    left = _drop_oldest(turns, kept, total, max_chars)
    last = len(turns) - 1
    if left > max_chars and not turns[last].pinned:
        others = left - turns[last].chars
        room = max_chars - others if others < max_chars else max_chars // 2
        kept[last] = min(turns[last].chars, room)
        left = others + (kept[last] or 0)
    _cut_ends(kept, left - max_chars, spare=None if turns[last].pinned else last)
    return CutPlan(tuple(kept), total - sum(chars or 0 for chars in kept))


def _drop_oldest(turns: Sequence[Turn], kept: list[int | None], total: int, max_chars: int) -> int:
    """Drops whole turns from the oldest until the rest fits; returns the characters left."""
    left = total
    dropped = False
    for index, turn in enumerate(turns[: _last_exchange(turns)]):
        if turn.pinned:
            continue
        if left <= max_chars and not (dropped and turn.answers_call):
            break
        kept[index] = None
        left -= turn.chars
        dropped = True
    return left


def _last_exchange(turns: Sequence[Turn]) -> int:
    """Where the last message's exchange begins: a tool's answer needs the call before it, and the
    answers of the tools called together with it."""
    index = len(turns) - 1
    while index > 0 and turns[index].answers_call:
        index -= 1
    return index


def _cut_ends(kept: list[int | None], excess: int, spare: int | None) -> None:
    """Takes `excess` characters off the ends of the messages, the latest first, but one."""
    for index in range(len(kept) - 1, -1, -1):
        chars = kept[index]
        if excess <= 0:
            return
        if chars is None or index == spare:
            continue
        taken = min(excess, chars)
        kept[index] = chars - taken
        excess -= taken
