"""When a peer is too slow, by the second."""

import asyncio

from slovomat.web.body_room import BodyRoom
from slovomat.web.patience import Inlet, Outlet, Pace


class _Transport(asyncio.Transport):
    """One with so much unsent."""

    def __init__(self) -> None:
        super().__init__()
        self.unsent_bytes = 0
        self.closing = self.paused = False

    def get_write_buffer_size(self) -> int:
        return self.unsent_bytes

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


def test_a_peer_is_stuck_while_nothing_leaves() -> None:
    """The time runs from the last byte that left, through the closing; new writing is no progress."""
    outlet, line = Outlet(), _Transport()
    line.unsent_bytes = 100_000
    assert outlet.stuck_s(line, False, 0) == 0
    assert [outlet.stuck_s(line, True, now_s) for now_s in (1, 2, 3)] == [0, 1, 2]
    line.unsent_bytes = 99_999
    assert outlet.stuck_s(line, True, 4) == 0
    line.unsent_bytes = 150_000
    assert outlet.stuck_s(line, True, 5) == 1
    line.closing = True
    assert outlet.stuck_s(line, False, 6) == 2
    line.closing = False
    assert [outlet.stuck_s(line, paused, 7) for paused in (False, True)] == [0, 0]


def test_a_pace_is_measured_in_windows() -> None:
    """Speed at the beginning is no credit for later, and a pause of ours is not the sender's."""
    pace = Pace()
    assert not any(pace.too_slow(now_s, 900_000) for now_s in range(5))
    assert pace.too_slow(5, 900_000)
    pace.restart()
    read_bytes = 0
    for now_s in range(100, 130):
        assert not pace.too_slow(now_s, read_bytes)
        read_bytes += 1_100
    pace.restart()
    assert not any(pace.too_slow(now_s, 1_000 * now_s) for now_s in range(200, 205))
    assert pace.too_slow(205, 205_000)


def test_room_is_taken_and_given_back() -> None:
    """Never more than there is."""
    room = BodyRoom(10)
    assert room.take(6)
    assert not room.take(5)
    assert room.take(4)
    room.give_back(10)
    assert room.take(10)


def test_reading_ahead_ends_at_its_bounds_and_begins_again() -> None:
    """16 requests or 64 KB; a reader of one of them does not open it before all are answered."""
    for requests, size_bytes in ((17, 1), (1, 65_537)):
        line = _Transport()
        inlet = Inlet(line)
        inlet.pause_reading()
        inlet.read_ahead(1, 0)
        assert not line.paused
        inlet.read_ahead(requests, size_bytes)
        assert line.paused
        inlet.read_ahead(1, 0)
        inlet.resume_reading()
        assert line.paused
        inlet.caught_up()
        assert not line.paused
