"""The reading of upstreams' answers: any bytes in any pieces end in a result, the same for the same bytes.

An input is one response, a way for its connection to end, and two ways to cut it. Both end alike; a `[DONE]`
is one that stood in a sound body by itself; what is kept of it is bounded; and the next call on the same pool
gets its own answer and nothing of this one.
"""

import re
from typing import Any, NamedTuple, cast

from faults.fuzzing.answers import PLAIN, Answered, answered, honest
from faults.fuzzing.both_ways import DifferenceError
from faults.fuzzing.draws import Draws, cut, pick, seldom
from faults.fuzzing.line import Line
from faults.fuzzing.still_loop import StillLoop
from slovomat.domain.events import Completion, Done, Failure
from slovomat.ports.env import Env
from slovomat.upstreams.http_link import HTTPLink
from slovomat.upstreams.http_plain import PlainCall, WholeCall
from slovomat.upstreams.http_pool import HTTPPool
from slovomat.upstreams.http_request import Target
from slovomat.upstreams.http_stream import StreamCall
from slovomat.upstreams.upstream_config import UpstreamConfig

MAX_BYTES, _ERROR_BYTES = 4_000, 65_536
_CONFIG = UpstreamConfig(
    name="fuzz",
    base_url="http://192.0.2.9/v1",
    key="sk-secret",
    model="m",
    connect_timeout_s=5,
    first_byte_timeout_s=20,
    gap_timeout_s=10,
    total_timeout_s=60,
    max_response_bytes=MAX_BYTES,
    concurrency=0,
)
_TARGET = Target("http", "192.0.2.9", 80, "/v1/chat/completions")
_REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: 192.0.2.9\r\nContent-Length: 2\r\n\r\n{}"
_END_OF_EVENT = re.compile(rb"(?<=\n\n)|(?<=\r\n\r\n)")
_TOO_LONG_S = 70
_ENDS = ("closes", "closes", "resets", "is silent")
_MARK = re.compile(rb"(?:^|[\r\n]|\xef\xbb\xbf)data: ?\[DONE\][ \t]*[\r\n]")
_CODED = re.compile(rb"content-encoding", re.IGNORECASE)
_VERBATIM = re.compile(rb"^(?!.*(?:chunked|-encoding))", re.IGNORECASE | re.DOTALL)
_FINISHED = re.compile(rb'"finish_reason"\s*:\s*"')
Result = Completion | Done | Failure | None


class _Env:
    def now_ms(self) -> int:
        return 1_800_000_000_000


class _Pool(HTTPPool):
    """Connections that lead nowhere."""

    def __init__(self, loop: StillLoop, link: type[HTTPLink]) -> None:
        super().__init__(_CONFIG, _TARGET, cast("Env", _Env()))
        self._still, self._kind = loop, link
        self.lines: list[Line] = []

    async def connect(self) -> HTTPLink:
        link = self._kind(self)
        self.lines.append(Line(self._still))
        self.lines[-1].join(link)
        return link


class Ended(NamedTuple):
    """How a call ended, and what it delivered before."""

    result: Result
    delivered: bytes
    next_result: Result


class Script(NamedTuple):
    """One call. `pause_at`: the reader stops for a second before this piece; `leave_at`: it leaves.
    `stale`: the connection that was kept is closed when the next call wants it."""

    streamed: bool
    pieces: list[bytes]
    end: str
    pause_at: int
    leave_at: int
    stale: bool = False


class UpstreamSide:
    """The target. Given other links, or other streamed calls, it finds their faults."""

    def __init__(self, link: type[HTTPLink] = HTTPLink, stream: type[StreamCall] = StreamCall) -> None:
        self._link, self._stream = link, stream

    def __call__(self, draws: Draws) -> None:
        """One input; raises DifferenceError."""
        streamed = bool(draws.ConsumeIntInRange(0, 1))
        given = answered(draws, streamed)
        end, pause_at = pick(draws, _ENDS), draws.ConsumeIntInRange(-5, 5)
        leave_at = draws.ConsumeIntInRange(0, 5) if seldom(draws, 8) else -1
        pieces = _events(given.data) if seldom(draws, 4) else cut(draws, given.data)
        script = Script(streamed, pieces, end, pause_at, leave_at, stale=seldom(draws, 4))
        one = self.play(script)
        _hold_result(script, given, one)
        if leave_at < 0:
            _same(script, given, one, self.play(Script(streamed, [given.data], end, -1, -1)))

    def play(self, script: Script) -> Ended:
        """The call, and one after it on the same pool."""
        loop = StillLoop()
        with loop.running():
            pool = _Pool(loop, self._link)
            delivered: list[bytes] = []
            call: WholeCall[Any] = (
                self._stream(pool, _REQUEST, delivered.extend)
                if script.streamed
                else PlainCall(pool, _REQUEST)
            )
            loop.settle()
            _feed(loop, pool.lines[0], call, script)
            _end(loop, pool.lines[0], script.end)
            for _ in range(_TOO_LONG_S):
                if not call.done():
                    loop.wait(1)
            _hold(call.done(), script, "the call has no end")
            result = call.result()
            next_result = _next(loop, pool, script)
            pool.close()
            loop.settle()
            faults = [*loop.faults, *(fault for line in pool.lines for fault in line.faults)]
            _hold(not faults, script, f"{faults}")
        return Ended(result, b"\n".join(delivered), next_result)


def _events(data: bytes) -> list[bytes]:
    """As a server writes them: the head, then event by event."""
    return [piece for piece in _END_OF_EVENT.split(data) if piece]


def _feed(loop: StillLoop, line: Line, call: WholeCall[Any], script: Script) -> None:
    for at, piece in enumerate(script.pieces):
        if at == script.pause_at:
            call.pause()
            loop.wait(1)
            call.resume()
        if at == script.leave_at and not call.done():
            call.abandon()
            _hold(line.closing, script, "an abandoned call keeps its connection")
        if line.closing:
            return
        _hold(not line.paused, script, "reading is paused for ever")
        line.protocol.data_received(piece)
        loop.turn()
        kept, most = _kept(call), MAX_BYTES if call._status in {0, 200} else _ERROR_BYTES
        _hold(kept <= 2 * most, script, f"{kept} bytes are kept")


def _kept(call: WholeCall[Any]) -> int:
    pieces = sum(map(len, call._pieces))
    return pieces + (len(call._decoder._buffer) if isinstance(call, StreamCall) and call._decoder else 0)


def _end(loop: StillLoop, line: Line, end: str) -> None:
    if line.closing or end == "is silent":
        return
    if end == "closes":
        line.protocol.eof_received()
        loop.turn()
        line.lose(None)
    else:
        line.lose(ConnectionResetError(104, "reset"))
    loop.settle()


def _next(loop: StillLoop, pool: _Pool, script: Script) -> Result:
    """An honest answer to the next call, on whatever connection it takes."""
    call = PlainCall(pool, _REQUEST)
    loop.settle()
    if script.stale and not pool.lines[0].closing:
        pool.lines[0].protocol.eof_received()
        loop.settle()
    line = next((line for line in reversed(pool.lines) if not line.closing), None)
    _hold(line is not None, script, "the next call has no connection")
    if line is not None:
        line.protocol.data_received(honest(PLAIN, b"application/json"))
    loop.settle()
    _hold(call.done(), script, "the next call has no end")
    return call.result()


def _hold_result(script: Script, given: Answered, ended: Ended) -> None:
    result = ended.result
    if not (isinstance(ended.next_result, Completion) and ended.next_result.body == PLAIN):
        raise DifferenceError(f"the next call got {ended.next_result}\n{script}")
    if script.leave_at >= 0 and result is None:
        return
    if not isinstance(result, Done if script.streamed else Completion | Failure) and not isinstance(
        result, Failure
    ):
        raise DifferenceError(f"ended with {result!r}\n{script}")
    _hold(b"[DONE]" not in ended.delivered.split(b"\n"), script, "a mark is delivered as a piece")
    if given.body is None:
        trace = not _VERBATIM.match(given.data) or b"[DONE]" in given.data or _FINISHED.search(given.data)
        _hold(not isinstance(result, Done) or bool(trace), script, "done out of nothing")
        return
    if isinstance(result, Completion):
        _hold(result.body == given.body, script, "another body")
    if isinstance(result, Done):
        sound = _MARK.search(given.body) or _FINISHED.search(given.body)
        _hold(bool(sound) and bool(ended.delivered), script, "done without a sound end")


def _same(script: Script, given: Answered, one: Ended, other: Ended) -> None:
    """However it was cut. What breaks in one read, a bound or a compressed body, may have ended before it in
    several, and may have delivered more."""
    if len(given.body or given.data) > MAX_BYTES or (given.body is None and _CODED.search(given.data)):
        return
    alike = one.delivered == other.delivered or (
        isinstance(one.result, Failure) and one.delivered.startswith(other.delivered)
    )
    if one.result != other.result or not alike:
        raise DifferenceError(f"{one}\nand not {other}\n{script}")


def _hold(holds: bool, script: Script, what: str) -> None:
    if not holds:
        raise DifferenceError(f"{what}\n{script}")
