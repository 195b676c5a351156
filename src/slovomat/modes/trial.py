"""Cheap checks of a model's answer: does it look like what the mode promises?"""

import re

from slovomat.modes.header import Trial
from slovomat.modes.language import language_of
from slovomat.modes.mode import Mode

_FENCE_TAG = re.compile(r"</?text(-\d+)?>")
_OPENING_MARKS = "*_#>\"'«“ \n\t"


def check_answer(mode: Mode, test: Trial, answer: str) -> list[str]:
    """What is wrong with the answer, in words for the operator; an empty list when nothing is."""
    if not answer.strip():
        return ["the answer is empty"]
    faults = [*_length_faults(test, answer), *_pattern_faults(test, answer)]
    faults += _opener_faults(test, answer)
    faults += _language_faults(test, answer)
    if _FENCE_TAG.search(answer) and not _FENCE_TAG.search(test.input):
        faults.append("the answer repeats the tags around the text")
    if answer.strip() == test.input.strip() and mode.ref.id != "chat":
        faults.append("the answer is the input")
    return faults


def _length_faults(test: Trial, answer: str) -> list[str]:
    count = len(answer)
    if count < test.min_chars:
        return [f"{count} characters, at least {test.min_chars} are expected"]
    if count > test.max_chars:
        return [f"{count} characters, at most {test.max_chars} are expected"]
    return []


def _pattern_faults(test: Trial, answer: str) -> list[str]:
    missing = [f"nothing matches {pattern!r}" for pattern in test.require if not re.search(pattern, answer)]
    present = [f"{pattern!r} must not match" for pattern in test.forbid if re.search(pattern, answer)]
    return missing + present


def _opener_faults(test: Trial, answer: str) -> list[str]:
    beginning = answer.lstrip(_OPENING_MARKS).lower()
    return [
        f"begins with {opener!r}" for opener in test.forbid_openers if beginning.startswith(opener.lower())
    ]


def _language_faults(test: Trial, answer: str) -> list[str]:
    """An answer whose language cannot be told (a list of names, say) is given the benefit of the doubt."""
    if test.language == "any":
        return []
    wanted = language_of(test.input) if test.language == "same" else test.language
    got = language_of(answer)
    if not wanted or not got or got == wanted:
        return []
    return [f"the answer is in `{got}`, not in `{wanted}`"]
