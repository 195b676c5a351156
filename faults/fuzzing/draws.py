"""Choices drawn from a fuzzer's bytes: atheris' own FuzzedDataProvider, or this where atheris is not."""

import itertools
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Draws(Protocol):
    """The part of FuzzedDataProvider that the targets use, under its names."""

    def ConsumeIntInRange(self, least: int, most: int) -> int:  # noqa: N802
        """A whole number, both ends among them; the least when nothing is left."""

    def ConsumeBytes(self, count: int) -> bytes:  # noqa: N802
        """So many bytes, or what is left."""


class SeededDraws:
    """The same from any bytes, front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def ConsumeIntInRange(self, least: int, most: int) -> int:  # noqa: N802
        """A whole number."""
        size = ((most - least).bit_length() + 7) // 8
        return least + int.from_bytes(self.ConsumeBytes(size), "big") % (most - least + 1)

    def ConsumeBytes(self, count: int) -> bytes:  # noqa: N802
        """So many bytes."""
        piece = self._data[self._at : self._at + count]
        self._at += count
        return piece


def pick(draws: Draws, values: Sequence[T]) -> T:
    """One of them."""
    return values[draws.ConsumeIntInRange(0, len(values) - 1)]


def seldom(draws: Draws, one_in: int) -> bool:
    """Whether this is the one."""
    return draws.ConsumeIntInRange(1, one_in) == one_in


def cut(draws: Draws, data: bytes) -> list[bytes]:
    """The same bytes in chunks: in one, in steps, or at places of chance."""
    match draws.ConsumeIntInRange(0, 3):
        case 0 | 1:
            size = len(data)
        case 2:
            size = draws.ConsumeIntInRange(1, 64)
        case _:
            places = sorted(
                draws.ConsumeIntInRange(0, len(data)) for _ in range(draws.ConsumeIntInRange(1, 4))
            )
            ends = [0, *places, len(data)]
            return [data[begin:end] for begin, end in itertools.pairwise(ends) if end > begin]
    size = max(1, size, len(data) // 200)
    return [data[at : at + size] for at in range(0, len(data), size)]
