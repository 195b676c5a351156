"""The reference: nginx passing the same requests to the same upstream, without keys, limits or charges."""

import contextlib
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.native import CannotMeasureError
from benchmarks.processes import free_port, running

_START_S = 10
_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream mock {{
        server 127.0.0.1:{upstream};
        keepalive 1024;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://mock;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


def installed() -> str | None:
    """Where nginx is."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


@contextlib.contextmanager
def proxying(nginx: str, folder: Path, upstream_port: int, cores: set[int]) -> Iterator[tuple[int, int]]:
    """nginx with one worker: its process id and port."""
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.format(folder=folder, upstream=upstream_port, port=port), "utf-8")
    log = folder / "nginx.log"
    command: list[str | Path] = [nginx, "-p", folder, "-e", folder / "nginx-error.log", "-c", file]
    with running(command, cores, log) as process:
        _wait(port, log)
        yield process.pid, port


def _wait(port: int, log: Path) -> None:
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise CannotMeasureError(f"nginx did not start:\n{log.read_text('utf-8')}")
