"""What PostgreSQL cannot store: its text has no U+0000. On every engine the same stands in its place."""

NUL = "\0"
_IN_ITS_PLACE = "\ufffd"


def without_nul(text: str) -> str:
    """The text as it is stored."""
    return text.replace(NUL, _IN_ITS_PLACE)
