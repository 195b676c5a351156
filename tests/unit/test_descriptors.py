"""How many connections the limit on open files leaves room for."""

import resource
import subprocess
import sys

import pytest

from slovomat.web.descriptors import room_for

_ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (40, {most}))
from slovomat.web.descriptors import room_for
print(room_for(1000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("most", "room"), [(50, 1), (164, 50), (3_000, 1_000)])
def test_the_limit_on_open_files_bounds_the_connections(most: int, room: int) -> None:
    """Two descriptors for each of them, some for the service itself; all that may be had are taken."""
    most = min(most, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    told = subprocess.check_output([sys.executable, "-c", _ASK.format(most=most)], text=True)
    assert told.split() == [str(room), str(most)]


def test_what_was_asked_for_is_not_exceeded() -> None:
    """Where there is room for all of them, the setting decides."""
    assert room_for(3) == 3
