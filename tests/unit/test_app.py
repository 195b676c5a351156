"""What the App knows of itself."""

from pathlib import Path
from typing import Any, cast

from slovomat.app import App
from slovomat.env import SystemEnv
from slovomat.seat import Seat
from slovomat.settings import load_settings
from slovomat.web.server import listen

NOBODY = cast("Any", None)


def test_requests_that_outlive_the_listener_know_the_address(tmp_path: Path) -> None:
    """While it stops, the last answers still name the site, though nobody listens there any more."""
    loaded = load_settings({"data": tmp_path}, environ={})
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app = App(loaded, SystemEnv(), NOBODY, NOBODY, secret=b"", listener=listener, seat=Seat())
    listener.close()
    assert app.site == f"http://127.0.0.1:{port}"
