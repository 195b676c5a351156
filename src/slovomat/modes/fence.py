"""The tag between which a prompt puts the user's text, so that the text cannot end it."""

import re

_PLAIN = re.compile(r"<[\s/]*text", re.IGNORECASE)
_NUMBERED = re.compile(r"text-(\d{1,9})")


def fence_for(text: str) -> str:
    """A tag name that does not occur in the text as a tag: `text`, else `text-<number>`."""
    if "<" not in text or not _PLAIN.search(text):
        return "text"
    lowered = text.lower()
    if "text-" not in lowered:
        return "text-1"
    taken = {int(number) for number in _NUMBERED.findall(lowered)}
    # One of these is free: more numbers are tried than are taken.
    free = next(number for number in range(1, len(taken) + 2) if number not in taken)
    return f"text-{free}"
