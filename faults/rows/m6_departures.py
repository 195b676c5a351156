"""M6: clients that leave, never read, send half."""

import json
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.customers import Customer, Office, office_of
from tests.wire.deadline import until

from faults.row import Order, Outcome, Row
from faults.stand import stand

_AT_ONCE = 12
_LET_GO_S = 2.0
_STALL_S = 1.0
_DAILY = 100
_SETTINGS = {"client_stall_s": _STALL_S, "body_timeout_s": 1.5, "header_timeout_s": 1.5}
_FREE, _PAID = 0, 2


class _Peer:
    """A raw connection. `hard`: it ends by a reset. `deaf`: its system takes next to nothing."""

    def __init__(self, customer: Customer, hard: bool = False, deaf: bool = False) -> None:
        self._hard = hard
        self._line = socket.socket()
        if deaf:
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._line.settimeout(20)
        host, port = customer.url.removeprefix("http://").split(":")
        self._line.connect((host, int(port)))

    def send(self, data: bytes) -> None:
        self._line.sendall(data)

    def read_until(self, mark: bytes) -> None:
        read = b""
        while mark not in read:
            piece = self._line.recv(65_536)
            assert piece, f"the connection ended before {mark!r}: {read[-300:]!r}"
            read += piece

    def ended(self) -> bytes:
        """All that comes before the service closes the connection."""
        read = b""
        while piece := self._line.recv(65_536):
            read += piece
        return read

    def leave(self) -> None:
        if self._hard:
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._line.close()


@dataclass
class _Visit:
    """One client with an account of its own."""

    customer: Customer
    chaos: ChaosUpstream
    name: str
    hard: bool

    def chat(self, marker: str, stream: bool) -> bytes:
        """A chat call."""
        messages = [{"role": "user", "content": f"[[id:{self.name}]] {marker}"}]
        body = json.dumps({"messages": messages, "stream": stream}).encode()
        head = f"Authorization: Bearer {self.customer.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{head}".encode() + body

    def peer(self, deaf: bool = False) -> _Peer:
        """Its connection."""
        return _Peer(self.customer, self.hard, deaf)

    def let_go(self, within_s: float = _LET_GO_S) -> None:
        """The upstream must not work for nobody."""
        seen = self.chaos.call(self.name).left.wait(within_s)
        assert seen, f"the upstream's connection was open for more than {within_s} s"


def _before_anything(visit: _Visit, marker: str, stream: bool) -> int:
    peer = visit.peer()
    peer.send(visit.chat(marker, stream))
    visit.chaos.call(visit.name)
    peer.leave()
    visit.let_go()
    return _FREE


def _after_a_piece(visit: _Visit, marker: str) -> int:
    peer = visit.peer()
    peer.send(visit.chat(marker, True))
    peer.read_until(b"data: ")
    peer.leave()
    visit.let_go()
    return _PAID


def _never_reads(visit: _Visit) -> int:
    peer = visit.peer(deaf=True)
    peer.send(visit.chat("[[fault:huge mb=200 events=4000]]", True))
    visit.let_go(_STALL_S + 8)
    peer.leave()
    return _PAID


def _half(visit: _Visit, share: float) -> int:
    peer, whole = visit.peer(), visit.chat("half", False)
    peer.send(whole[: int(len(whole) * share)])
    time.sleep(0.05)
    peer.leave()
    return _FREE


def _half_and_waits(visit: _Visit, share: float) -> int:
    peer, whole = visit.peer(), visit.chat("half", False)
    peer.send(whole[: int(len(whole) * share)])
    told = peer.ended()
    assert told == b"" or told.startswith(b"HTTP/1.1 408 "), told[:100]
    peer.leave()
    return _FREE


def _reads_all(visit: _Visit, stream: bool) -> int:
    peer = visit.peer()
    peer.send(visit.chat("", stream))
    peer.read_until(b"[DONE]" if stream else b'"usage"')
    peer.leave()
    return _PAID


def _job(visit: _Visit) -> int:
    """The id is read, and nobody waits for the text."""
    job = visit.customer.job(f"[[id:{visit.name}]]")
    assert visit.customer.ended(job)["status"] == "completed"
    return _PAID


_KINDS: dict[str, Callable[[_Visit], int]] = {
    "leaves before a plain answer": partial(_before_anything, marker="[[fault:hang-headers]]", stream=False),
    "leaves before a stream": partial(_before_anything, marker="[[fault:hang-headers]]", stream=True),
    "leaves before the first piece": partial(_before_anything, marker="[[fault:hang-first]]", stream=True),
    "leaves half a plain answer": partial(_before_anything, marker="[[fault:hang-middle]]", stream=False),
    "leaves after the first piece": partial(_after_a_piece, marker="[[fault:hang-middle]]"),
    "leaves a running stream": partial(_after_a_piece, marker="[[fault:endless gap=0.01]]"),
    "never reads": _never_reads,
    "sends half the head": partial(_half, share=0.2),
    "sends half the body": partial(_half, share=0.9),
    "sends half the head, and waits": partial(_half_and_waits, share=0.2),
    "sends half the body, and waits": partial(_half_and_waits, share=0.9),
    "reads all": partial(_reads_all, stream=False),
    "reads a whole stream": partial(_reads_all, stream=True),
    "has a job": _job,
}


def run(order: Order) -> Outcome:
    """As many visits as the volume, a dozen at once."""
    outcome, chance, played = Outcome(0), random.Random(order.seed), Counter[str]()
    with (
        chaos_upstream() as chaos,
        stand(order.set_up, order.folder, chaos.port, None, **_SETTINGS) as built,
    ):
        built.start()
        with office_of(built.nodes[0]) as office, ThreadPoolExecutor(_AT_ONCE) as pool:

            def visited(number: int, kind: str, hard: bool) -> str | None:
                if not order.in_time:
                    return None
                return _play(office, _Visit(office.customer(), chaos, f"visit-{number}", hard), kind)

            kinds = list(_KINDS)
            drawn = [(kinds[number % len(kinds)], chance.random() < 0.5) for number in range(order.volume)]
            ends = pool.map(visited, range(order.volume), *zip(*drawn, strict=True))
            for (kind, _), wrong in zip(drawn, ends, strict=True):
                if wrong is not None:
                    outcome.volume += 1
                    played[kind] += 1
                    outcome.check(not wrong, wrong)
        audit = built.settled(15)
        outcome.check(audit["ok"] and audit["held"] == 0, f"the audit: {audit}")
    outcome.notes.append(f"{len(played)} kinds")
    return outcome


def _play(office: Office, visit: _Visit, kind: str) -> str:
    """What was wrong with one visit."""
    try:
        price = _KINDS[kind](visit)
        until(lambda: _closed(office, visit.customer), 10, "the closing of the hold")
        spent = _DAILY - visit.customer.balance()
    except (AssertionError, OSError) as error:
        return f"{kind}, {visit.name}, {visit.hard=}: {error!r}"
    return "" if spent == price else f"{kind}, {visit.hard=}: {spent} spent, not {price}"


def _closed(office: Office, customer: Customer) -> bool:
    kinds = Counter(kind for kind, _, _ in office.entries(customer))
    return kinds["hold"] == kinds["settle"] + kinds["release"] + kinds["expire"]


ROWS = [
    Row(
        name="M6",
        fault="clients that leave, never read, send half",
        passes="nothing delivered: released; the client left after the first piece: charged; the upstream's"
        " connection closed within 2 s",
        unit="clients",
        c=182,
        r=10_000,
        step=700,
        run=run,
    )
]
