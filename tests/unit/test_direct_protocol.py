"""One connection and its direct exchanges, without a network."""

import asyncio

import pytest
from tests.direct_stand import HOT, Line, PlayedDoor, connect, lines

from slovomat.dialects.calls import Answer
from slovomat.web.direct import Connection, DirectExchange
from slovomat.web.heads import Head

pytestmark = pytest.mark.anyio


def request(body: bytes = b"{}") -> bytes:
    """A request for the hot path."""
    return b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (HOT.encode(), len(body), body)


class Scene:
    """A connection on which the hot path's head is known."""

    def __init__(self) -> None:
        self.door = PlayedDoor()
        self.line: Line = connect(lines(self.door), asyncio.get_running_loop())
        self.line.data_received(request())
        self.line.answer_all()
        self.line.asked = []

    @property
    def written(self) -> bytes:
        """All that was sent."""
        data: bytes = self.line.transport.written  # type: ignore[attr-defined]
        return data

    @property
    def bodies(self) -> list[bytes]:
        """Of the requests that were taken."""
        return [body for _, body in self.door.taken]

    @property
    def exchange(self) -> DirectExchange:
        """The one under way."""
        assert self.line._exchange is not None
        return self.line._exchange

    def answer(self, body: bytes = b"ok") -> None:
        """Answers what is under way."""
        self.exchange.answer(Answer(200, body, b"text/plain"), b"x-own: 1\r\n")


@pytest.fixture
async def scene() -> Scene:
    """A new one."""
    return Scene()


async def test_a_known_head_goes_direct_and_is_answered_in_one_piece(scene: Scene) -> None:
    """Nothing of it is parsed; the answer is a whole HTTP message, and the connection stays."""
    scene.line.data_received(request(b"[1]"))
    assert (scene.bodies, scene.line.asked) == ([b"[1]"], [])
    scene.answer()
    head, _, body = scene.written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert {b"content-type: text/plain", b"content-length: 2", b"x-own: 1"} <= set(head.split(b"\r\n"))
    assert body == b"ok"
    assert not scene.line.transport.is_closing()


async def test_a_begun_answer_comes_in_chunks(scene: Scene) -> None:
    """Each piece in one, and the end."""
    scene.line.data_received(request())
    exchange = scene.exchange
    exchange.start(200, b"content-type: text/event-stream\r\n")
    for piece in (b"a" * 17, b"b"):
        exchange.write(piece)
    exchange.end()
    head, _, body = scene.written.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head.split(b"\r\n")
    assert body == b"11\r\n" + b"a" * 17 + b"\r\n1\r\nb\r\n0\r\n\r\n"


async def test_what_comes_meanwhile_waits_for_its_turn(scene: Scene) -> None:
    """A known one goes direct when the one before it is answered, and not within its answer."""
    scene.line.data_received(request(b"1"))
    for byte in request(b"2"):
        scene.line.data_received(bytes([byte]))
    assert scene.bodies == [b"1"]
    scene.answer()
    assert scene.bodies == [b"1"]
    await asyncio.sleep(0)
    assert scene.bodies == [b"1", b"2"]


async def test_several_behind_one_are_parsed_in_order(scene: Scene) -> None:
    """What came between an answer and its successor's turn stays behind what came before."""
    scene.line.data_received(request(b"1"))
    scene.line.data_received(request(b"2"))
    scene.answer()
    scene.line.data_received(request(b"3"))
    assert scene.bodies == [b"1"]
    await asyncio.sleep(0)
    [second] = scene.line.asked
    assert bytes(second.body) == b"2"
    assert [bytes(cycle.body) for cycle, _ in scene.line.pipeline] == [b"3"]
    scene.line.data_received(request(b"4"))
    assert scene.bodies == [b"1"]


async def test_reading_stops_where_too_much_is_ahead(scene: Scene) -> None:
    """And goes on with the next request's turn."""
    scene.line.data_received(request())
    scene.line.data_received(b"x" * 65_536)
    assert not scene.line.flow.read_paused
    scene.line.data_received(b"x")
    assert scene.line.flow.read_paused
    scene.answer()
    await asyncio.sleep(0)
    assert not scene.line.flow.read_paused


async def test_a_peer_that_leaves_is_told_to_its_exchange(scene: Scene) -> None:
    """And what it had sent ahead is dropped; an answer for nobody breaks nothing."""
    scene.line.data_received(request(b"1"))
    scene.line.data_received(request(b"2"))
    exchange = scene.exchange
    scene.line.transport.close()
    scene.line.connection_lost(None)
    assert exchange.client.left
    exchange.answer(Answer(200, b"ok", b"text/plain"), b"")
    await asyncio.sleep(0)
    assert (scene.bodies, scene.written) == ([b"1"], b"")


async def test_a_peer_that_leaves_between_requests_departs_from_nothing(scene: Scene) -> None:
    """What was answered is not told of it."""
    scene.line.data_received(request())
    client = scene.exchange.client
    scene.answer()
    scene.line.connection_lost(None)
    assert not client.left


async def test_what_is_let_go_unfinished_breaks_the_connection(scene: Scene) -> None:
    """Nobody could tell where the next answer begins; what was ended whole may be let go again."""
    scene.line.data_received(request())
    exchange = scene.exchange
    scene.answer()
    exchange.let_go()
    assert not scene.line.transport.is_closing()
    scene.line.data_received(request())
    scene.exchange.start(200, b"")
    scene.exchange.let_go()
    assert scene.line.transport.is_closing()


@pytest.mark.parametrize("begun", [False, True])
async def test_a_server_that_stops_lets_what_is_under_way_end(scene: Scene, begun: bool) -> None:
    """With the word that the connection closes, where it can still be said; nothing ahead is begun."""
    scene.line.data_received(request(b"1"))
    scene.line.data_received(request(b"2"))
    if begun:
        scene.exchange.start(200, b"")
    scene.line.shutdown()
    assert not scene.line.transport.is_closing()
    if begun:
        scene.exchange.end()
    else:
        scene.answer()
    assert (b"connection: close\r\n" in scene.written) is not begun
    assert scene.line.transport.is_closing()
    await asyncio.sleep(0)
    assert scene.bodies == [b"1"]


async def test_a_server_that_stops_closes_a_connection_between_requests(scene: Scene) -> None:
    """At once."""
    scene.line.data_received(request())
    scene.answer()
    scene.line.shutdown()
    assert scene.line.transport.is_closing()


async def test_idleness_is_counted_from_the_last_answer(scene: Scene) -> None:
    """While a request is under way, or being read, the connection is not idle."""
    line, now_s = scene.line, asyncio.get_running_loop().time()
    line.timeout_keep_alive = 5
    line.data_received(request())
    line.check_slowness(now_s + 3600)
    assert not line.transport.is_closing()
    scene.answer()
    line.check_slowness(now_s + 4)
    assert not line.transport.is_closing()
    line.data_received(request()[:10])
    line.check_slowness(now_s + 9)
    assert not line.transport.is_closing()
    line.data_received(request()[10:])
    line.answer_all()
    line.data_received(request())
    scene.answer()
    line.check_slowness(now_s + 6)
    assert line.transport.is_closing()


async def test_a_slow_reader_is_seen_and_its_return_told(scene: Scene) -> None:
    """`full` while the transport is, and `on_room` when it is no more."""
    scene.line.data_received(request())
    exchange, told = scene.exchange, list[str]()
    exchange.on_room = lambda: told.append("room")
    assert not exchange.full
    scene.line.pause_writing()
    assert exchange.full
    scene.line.resume_writing()
    assert (exchange.full, told) == (False, ["room"])


class BrokenDoor(PlayedDoor):
    """Takes nothing."""

    def take(self, connection: Connection, head: Head[str], body: bytes) -> DirectExchange:  # noqa: ARG002 - the port's
        """A bug."""
        raise ZeroDivisionError


async def test_a_door_that_breaks_closes_the_connection() -> None:
    """Nobody would ever answer what it was given."""
    line = connect(lines(BrokenDoor()), asyncio.get_running_loop())
    line.data_received(request())
    line.answer_all()
    with pytest.raises(ZeroDivisionError):
        line.data_received(request())
    assert line.transport.is_closing()
