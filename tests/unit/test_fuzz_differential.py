"""The fuzzers' targets on seeded inputs, and what each is there to find: a fault that was planted."""

import contextlib
import json
from types import SimpleNamespace
from typing import Any

import pytest
from faults.fuzzing.both_ways import BothWays, DifferenceError
from faults.fuzzing.json_ways import JSONWays
from faults.fuzzing.seeded import played
from faults.fuzzing.upstream_side import UpstreamSide

from slovomat.dialects.calls import Terms
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.events import Done, Failure, Usage
from slovomat.ports.modes import ModeCatalogue
from slovomat.upstreams.http_link import HTTPLink
from slovomat.upstreams.http_stream import StreamCall
from slovomat.web.direct_protocol import DirectProtocol
from slovomat.web.heads import Head, Heads

INPUTS = 600


def test_the_direct_path_sees_and_says_what_the_parser_does() -> None:
    """Some hundreds of inputs, of a few connections each."""
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


def test_upstreams_answers_end_alike_however_they_are_cut() -> None:
    """Answers by the thousand, sound and spoiled, in two cuts each, and a call after each."""
    played(UpstreamSide(), 3 * INPUTS)


class _Patient(HTTPLink):
    """A connection that keeps for the next call what came after the answer to this."""

    def on_message_begin(self) -> None:
        pass

    def data_received(self, data: bytes) -> None:
        if self._call is not None:
            super().data_received(data)


class _Optimist(StreamCall):
    """A stream that is whole wherever it ends."""

    def _end(self) -> None:
        self.resolve(Done(Usage()))

    def _break(self, failure: Failure) -> None:
        del failure
        self._end()


class _Piecemeal(StreamCall):
    """A stream whose events are looked for in each read alone."""

    def _take(self, data: bytes) -> None:
        if self._decoder is not None:
            self._decoder._buffer.clear()
        super()._take(data)


@pytest.mark.parametrize(
    "target", [UpstreamSide(link=_Patient), UpstreamSide(stream=_Optimist), UpstreamSide(stream=_Piecemeal)]
)
def test_a_careless_reading_of_answers_is_found(target: UpstreamSide) -> None:
    """One call's answer in the next one's, an answer without an end, an event lost between two reads."""
    with pytest.raises(DifferenceError):
        played(target, 3 * INPUTS)


def test_quick_readings_of_json_differ_from_the_careful_ones_in_nothing() -> None:
    """Bodies by the thousand for every dialect, and chunks."""
    played(JSONWays(), 6 * INPUTS)


def _last_wins(body: bytes, terms: Terms, modes: ModeCatalogue) -> Any:
    """Reads a chat without a look for names that stand twice."""
    with contextlib.suppress(ValueError):
        body = json.dumps(json.loads(body)).encode()
    return DIALECT.parse_carefully(body, terms, modes)


def test_a_hasty_reading_of_json_is_found() -> None:
    """What another reader takes for another call is refused, quickly or not."""
    with pytest.raises(DifferenceError):
        played(JSONWays(SimpleNamespace(parse_chat=_last_wins)), 3 * INPUTS)
