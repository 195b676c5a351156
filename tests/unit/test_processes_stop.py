"""A parent that is told to stop before all that it was to start have been started."""

from slovomat.env import SystemEnv
from slovomat.processes import Parent
from slovomat.seat import Seat


def never(_seat: Seat) -> int:
    """No process is started."""
    raise AssertionError("started")


def test_a_stop_during_the_start_starts_no_others() -> None:
    """The first one's word that it is ready may come after the signal: then nobody follows."""
    parent = Parent(3, never, SystemEnv())
    parent._stop()
    parent._note_ready(b"\x00")
    assert [one.due_s for one in parent._processes] == [None] * 3


def test_the_first_that_is_ready_is_followed() -> None:
    """The same word without a stop: all others are due at once."""
    parent = Parent(3, never, SystemEnv())
    parent._processes[0].pid = 1
    parent._note_ready(b"\x00")
    assert [one.due_s for one in parent._processes] == [None, 0, 0]
