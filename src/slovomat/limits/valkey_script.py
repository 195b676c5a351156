"""The scripts that Valkey runs: each takes any number of keys, and counts for each of them by itself."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

import msgspec

Call = tuple[str, tuple[str | int, ...]]
"""A key, and what the script is told of it."""


class GarbledAnswerError(Exception):
    """What answers is no Valkey, or one that has lost its mind."""


class Script(msgspec.Struct, frozen=True):
    """A script that answers each key by as many whole numbers as `figures`, all in one text."""

    text: str
    sha: str
    figures: int

    def read(self, answer: object, calls: Sequence[Call]) -> list[tuple[int, ...]]:
        """What it said, key by key."""
        if not isinstance(answer, bytes):
            raise GarbledAnswerError(f"a script answered {type(answer).__name__}")
        try:
            found = [int(word) for word in answer.split()]
        except ValueError:
            raise GarbledAnswerError("a script answered something else than numbers") from None
        if len(found) != self.figures * len(calls):
            raise GarbledAnswerError(f"a script answered {len(found)} numbers for {len(calls)} keys")
        return list(zip(*[iter(found)] * self.figures, strict=True))


def script_of(text: str, figures: int) -> Script:
    """The script with the name that Valkey knows it by."""
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(), figures)


def _packaged(name: str) -> str:
    return (files("slovomat.limits") / "scripts" / name).read_text("utf-8")


HIT = script_of(_packaged("hit.lua"), 3)
"""Told a limit, and 1 to count or 0 to look; answers: passed (1 or 0), how many count, the wait in ms."""
SLOT = script_of(_packaged("slot.lua"), 1)
"""Told a verb (enter, keep, leave), a token and a limit; answers whether it was done."""
