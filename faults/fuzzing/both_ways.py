"""The direct path against the parser: the same bytes give the same requests, answers and ends.

An input is some connections, one after another; each is messages in chunks, with more or fewer turns of the
loop between them, and a way to end. Both protocols get it; what the application saw and what the peer got
are compared byte for byte. After the first request that cannot be read, how far the answers were by then
decides whether it is still answered: from there on nothing is compared.
"""

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import uvicorn
from uvicorn.server import ServerState

from faults.fuzzing.corpus import KNOWN, message
from faults.fuzzing.draws import Draws, cut, pick, seldom
from faults.fuzzing.line import HIGH_WATER_BYTES, Journal, Line
from faults.fuzzing.still_loop import StillLoop
from faults.fuzzing.witness import HOT, MANNERS, Seen, Witness
from slovomat.web.direct_protocol import DirectProtocol
from slovomat.web.heads import Heads
from slovomat.web.protocol import GuardedProtocol, HTTPLimits

LIMITS = HTTPLimits(
    headers_max=12,
    headers_max_bytes=1_200,
    message_max_bytes=8_000_000,
    header_timeout_s=10,
    body_timeout_s=15,
    client_stall_s=20,
    connections_max=10,
)
_IDLE_S = 18
_AHEAD_BYTES, _CHUNK_BYTES = 65_536, 120_000
_ANSWER_BYTES = 5_000
_TOO_LONG_S, _PATIENCE_S = 1_000, 3
_INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
_SETTLE = 9
_ENDS = ("stays", "stays", "stays", "half closes", "leaves", "server stops")
_EARLY = frozenset({"leaves", "server stops"})
Protocol = type[GuardedProtocol]


@dataclass(frozen=True)
class Script:
    """What a peer does on one connection. `turns`: after each chunk; `reads`: toggled before it."""

    chunks: list[bytes]
    turns: list[int]
    toggles: list[bool]
    manners: list[str]
    delay_s: int
    end: str
    end_at: int


class Played(NamedTuple):
    """What came of it."""

    seen: list[Seen]
    sent: bytes
    ended: bool


class DifferenceError(AssertionError):
    """A fuzzer's find."""


def scripts(draws: Draws) -> list[Script]:
    """The connections of an input."""
    return [_script(draws) for _ in range(draws.ConsumeIntInRange(1, 3))]


def _script(draws: Draws) -> Script:
    messages = [message(draws) for _ in range(draws.ConsumeIntInRange(1, 6))]
    if seldom(draws, 5):
        messages[-1] = messages[-1][: draws.ConsumeIntInRange(0, len(messages[-1]))]
    if seldom(draws, 6):
        messages = messages[:2] * draws.ConsumeIntInRange(2, 12)
    apart = draws.ConsumeIntInRange(0, 3)
    chunks = messages if apart else [b"".join(messages)]
    if apart == 1:
        chunks = [piece for chunk in messages for piece in cut(draws, chunk)]
    elif not apart:
        chunks = cut(draws, chunks[0])
    chunks = [piece for chunk in chunks for piece in _reads(chunk)]
    return Script(
        chunks=chunks,
        turns=[pick(draws, (0, 0, 1, 2, 3, 7, _SETTLE, _SETTLE)) for _ in chunks[:20]] or [0],
        toggles=_toggles(draws, len(chunks)),
        manners=[pick(draws, MANNERS[: draws.ConsumeIntInRange(1, len(MANNERS))]) for _ in range(4)],
        delay_s=draws.ConsumeIntInRange(0, 3),
        end=pick(draws, _ENDS),
        end_at=draws.ConsumeIntInRange(0, len(chunks)),
    )


def _reads(chunk: bytes) -> list[bytes]:
    """As a transport hands them over: never empty, never without end."""
    return [chunk[at : at + _CHUNK_BYTES] for at in range(0, len(chunk), _CHUNK_BYTES)]


def _toggles(draws: Draws, chunks: int) -> list[bool]:
    """Whether the peer begins or stops to read before this chunk: mostly never, or once for good."""
    match draws.ConsumeIntInRange(0, 5):
        case 0:
            return [at == 0 for at in range(max(1, chunks))]
        case 1:
            return [seldom(draws, 3) for _ in range(max(1, min(chunks, 20)))]
        case _:
            return [False]


class Run:
    """One protocol, and the connections that an input makes to it; without a memory of heads, the parser."""

    def __init__(self, heads: Heads[Any] | None, protocol: type[DirectProtocol] = DirectProtocol) -> None:
        made: dict[str, Any] = {"limits": LIMITS}
        if heads is None:
            self._kind: Protocol = type("Guarded", (GuardedProtocol,), made)
        else:
            self._kind = type("Direct", (protocol,), {**made, "heads": heads, "door": None})

    def play(self, script: Script) -> Played:
        """One connection, from its beginning to its end."""
        loop = StillLoop()
        with loop.running():
            return _Connection(loop, script, self._kind).played()


class _Connection:
    def __init__(self, loop: StillLoop, script: Script, kind: Protocol) -> None:
        self._loop, self._script = loop, script
        self._witness = Witness(script.manners, script.delay_s)
        state = ServerState()
        state.default_headers = [(b"date", b"now")]
        self._protocol = kind(config=_config(), server_state=state, app_state={}, _loop=loop)
        self._protocol.app = self._witness
        if isinstance(self._protocol, DirectProtocol):
            type(self._protocol).door = self._witness
        self._journal = self._protocol.logger = Journal()  # type: ignore[assignment]
        self._line = Line(loop)
        self._line.join(self._protocol)

    def played(self) -> Played:
        script = self._script
        for at, chunk in enumerate(script.chunks):
            if script.end_at == at and script.end in _EARLY:
                self._end_early()
                break
            if script.toggles[at % len(script.toggles)]:
                self._line.read(not self._line.peer_reads)
            self._deliver(chunk)
            turns = script.turns[at % len(script.turns)]
            self._settle() if turns == _SETTLE else self._loop.turn(turns)
        self._line.read(True)
        self._settle()
        ended = self._line.ended
        if script.end == "half closes" and not self._line.closing:
            self._protocol.eof_received()
            self._line.close()
        sent = bytes(self._line.sent)
        self._to_the_end()
        return Played(self._witness.seen, sent, ended)

    def _deliver(self, chunk: bytes) -> None:
        line = self._line
        if line.paused and not line.closing:
            self._settle()
            if line.paused and not line.closing:
                line.read(True)
                self._settle()
            self._hold(not line.paused or line.closing, "reading is paused for ever")
        if not line.closing:
            self._protocol.data_received(chunk)
            self._within_bounds()

    def _settle(self) -> None:
        """Until the application has answered all it can, or waits for the peer."""
        self._loop.settle()
        for _ in range(_TOO_LONG_S):
            rest_s = self._loop.next_due_s - self._loop.now_s
            if not self._witness.waiting or rest_s > _PATIENCE_S:
                break
            self._loop.wait(rest_s)

    def _end_early(self) -> None:
        if self._script.end == "leaves":
            self._line.lose(None)
        else:
            self._protocol.shutdown()

    def _to_the_end(self) -> None:
        """The peer does nothing more: whatever it left open is closed in time, and nothing has gone wrong."""
        for _ in range(_TOO_LONG_S):
            if self._line.lost and not self._witness.waiting:
                break
            self._loop.wait(1)
            self._protocol.check_slowness(self._loop.now_s)
        self._hold(self._line.lost, "the connection stays open for ever")
        self._hold(not self._witness.waiting, "a request is never let go")
        faults = self._loop.faults + self._line.faults
        if "broken off" not in self._script.manners:
            faults += self._journal.lines
        self._hold(not faults, f"{faults}")

    def _within_bounds(self) -> None:
        protocol, line = self._protocol, self._line
        ahead = len(getattr(protocol, "_ahead", b""))
        self._hold(ahead <= _AHEAD_BYTES + _CHUNK_BYTES, f"{ahead} bytes are kept for later")
        kept = sum(len(cycle.body) for cycle, _ in protocol.pipeline)
        self._hold(kept <= _AHEAD_BYTES + 2 * _CHUNK_BYTES, f"{kept} bytes wait in bodies")
        most = HIGH_WATER_BYTES + _ANSWER_BYTES
        self._hold(line.most_unsent_bytes <= most, f"{line.most_unsent_bytes} bytes wait for a slow peer")

    def _hold(self, holds: bool, what: str) -> None:
        if not holds:
            raise DifferenceError(f"{type(self._protocol).__name__}: {what}")


class BothWays:
    """The target. Given another memory of heads, or another protocol, it finds their faults."""

    def __init__(
        self,
        heads: Callable[[Callable[[str], Any]], Heads[Any]] = Heads,
        protocol: type[DirectProtocol] = DirectProtocol,
    ) -> None:
        self._heads, self._protocol = heads, protocol
        warm = self._memory()
        run = Run(warm, protocol)
        for known in KNOWN:
            run.play(Script([known], [_SETTLE], [False], [MANNERS[0]], 0, "half closes", 1))
        self._warm = dict(warm._known)

    def __call__(self, draws: Draws) -> None:
        """One input; raises DifferenceError."""
        memory = self._memory()
        memory._known.update(self._warm)
        direct, parser = Run(memory, self._protocol), Run(None)
        for script in scripts(draws):
            early = script.end in _EARLY and script.end_at < len(script.chunks)
            mine = direct.play(script)
            if early:
                _compare_beginning(script, mine, parser.play(_patient(script)))
            else:
                _compare(script, mine, parser.play(script))

    def _memory(self) -> Heads[Any]:
        return self._heads(HOT.get)


def _patient(script: Script) -> Script:
    """The same bytes as far as they went, from one who waits for every answer."""
    whole = script.chunks[: script.end_at]
    return replace(script, chunks=whole, turns=[_SETTLE], toggles=[False], end="half closes")


def _compare(script: Script, direct: Played, parser: Played) -> None:
    """Until the first request that could not be read on either way."""
    for mine, due in itertools.zip_longest(direct.seen, parser.seen):
        if mine == due:
            continue
        if "fault" in {seen.end for seen in (mine, due) if seen is not None}:
            return
        raise DifferenceError(f"the application saw {mine} and not {due}\n{script}")
    if {"fault", "unread"} & {seen.end for seen in parser.seen}:
        return
    sent, due_sent = direct.sent.replace(_INTERIM, b""), parser.sent.replace(_INTERIM, b"")
    if sent != due_sent:
        raise DifferenceError(f"sent {sent!r} and not {due_sent!r}\n{script}")
    if direct.ended != parser.ended:
        raise DifferenceError(f"ended: {direct.ended} and not {parser.ended}\n{script}")


def _compare_beginning(script: Script, direct: Played, parser: Played) -> None:
    """Of a connection that ended early: nothing was seen that was not there, in whole."""
    for mine, due in zip(direct.seen, parser.seen, strict=False):
        if mine != due and mine.end == "whole":
            raise DifferenceError(f"the application saw {mine} and not {due}\n{script}")
    if len(direct.seen) > len(parser.seen) and direct.seen[len(parser.seen)].end == "whole":
        raise DifferenceError(f"the application saw {direct.seen[len(parser.seen)]}\n{script}")


@functools.cache
def _config() -> uvicorn.Config:
    made = uvicorn.Config(
        _nowhere,
        interface="asgi3",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE_S,
    )
    made.load()
    return made


async def _nowhere(_scope: Any, _receive: Any, _send: Any) -> None:
    raise AssertionError("each connection has an application of its own")
