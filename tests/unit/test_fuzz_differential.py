"""The fuzzers' targets on seeded inputs, and what each is there to find: a fault that was planted."""

import pytest
from faults.fuzzing.both_ways import BothWays, DifferenceError
from faults.fuzzing.seeded import played

from slovomat.web.direct_protocol import DirectProtocol
from slovomat.web.heads import Head, Heads

INPUTS = 1_000


def test_the_direct_path_sees_and_says_what_the_parser_does() -> None:
    """A thousand inputs of a few connections each."""
    played(BothWays(), INPUTS)


class _AnyLength(Heads[str]):
    """A memory that does not look how long the body is."""

    def find(self, data: bytes) -> tuple[Head[str], bytes] | None:
        head, _, body = data.partition(b"\r\n\r\n")
        for known, found in self._known.items():
            if head and known.startswith(head.partition(b"ontent-")[0]):
                return found, body
        return None


class _FirstLine(Heads[str]):
    """A memory that knows a head by its first line."""

    def find(self, data: bytes) -> tuple[Head[str], bytes] | None:
        exactly = super().find(data)
        line = data.partition(b"\r\n")[0]
        alike = [found for known, found in self._known.items() if known.startswith(line + b"\r\n")]
        return (alike[0], exactly[1]) if exactly and alike else exactly


class _InTheMiddle(DirectProtocol):
    """A protocol that takes a known head wherever it comes, in another request's body as well."""

    _between_requests = True


class _OutOfTurn(DirectProtocol):
    """A protocol that does not wait for the answers before."""

    @property
    def _between_requests(self) -> bool:
        return self._in_head and not (self._begun or self._deaf)


class _Forgetful(DirectProtocol):
    """A protocol that loses what came while it was busy."""

    def _read_ahead(self, data: bytes) -> None:
        self._ahead[:] = data


class _Tireless(DirectProtocol):
    """A protocol that answers whoever does not read."""

    def pause_writing(self) -> None:
        pass


@pytest.mark.parametrize("heads", [_AnyLength, _FirstLine])
def test_a_memory_that_takes_one_head_for_another_is_found(heads: type[Heads[str]]) -> None:
    """A request would get another's body, or another's key."""
    with pytest.raises(DifferenceError):
        played(BothWays(heads=heads), INPUTS)


@pytest.mark.parametrize("protocol", [_InTheMiddle, _OutOfTurn, _Forgetful, _Tireless])
def test_a_protocol_that_hurries_is_found(protocol: type[DirectProtocol]) -> None:
    """Requests out of bodies, answers out of order or lost, memory without bounds."""
    with pytest.raises(DifferenceError):
        played(BothWays(protocol=protocol), INPUTS)
