"""Upstreams that fail before a word of HTTP is said: nobody there, and every way in which TLS goes wrong."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
"""A fatal handshake_failure."""
_HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
_CERTIFICATE = (
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
)
_NAMES = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
Meet = Callable[[socket.socket], None]


def _plainly(line: socket.socket) -> None:
    line.recv(1)
    line.sendall(_HTTP)


def _with_alert(line: socket.socket) -> None:
    line.recv(1)
    line.sendall(_ALERT)


def _with_silence(line: socket.socket) -> None:
    while line.recv(1 << 16):
        pass


def _by_closing(line: socket.socket) -> None:
    line.recv(1)


def _untrusted(folder: Path) -> Meet | None:
    """With a certificate that nobody has signed; None where there is no `openssl` to make one."""
    program = shutil.which("openssl")
    if program is None:
        return None
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([program, *_CERTIFICATE, *_NAMES, *files], capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def meet(line: socket.socket) -> None:
        context.wrap_socket(line, server_side=True).close()

    return meet


@contextlib.contextmanager
def bad_lines(folder: Path) -> Iterator[dict[str, str]]:
    """The base URLs, by what happens there."""
    meetings: dict[str, Meet | None] = {
        "tls-plain": _plainly,
        "tls-alert": _with_alert,
        "tls-silent": _with_silence,
        "tls-closed": _by_closing,
        "tls-untrusted": _untrusted(folder),
    }
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        urls = {"refused": f"http://127.0.0.1:{taken.getsockname()[1]}/v1"}
        for kind, meet in meetings.items():
            if meet is not None:
                urls[kind] = f"https://127.0.0.1:{stack.enter_context(_listening(meet))}/v1"
        yield urls


@contextlib.contextmanager
def _listening(meet: Meet) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, meet), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, meet: Meet) -> None:
    with contextlib.suppress(OSError):  # the server was closed
        while True:
            line, _ = server.accept()
            threading.Thread(target=_meet, args=(line, meet), daemon=True).start()


def _meet(line: socket.socket, meet: Meet) -> None:
    with line, contextlib.suppress(OSError):
        meet(line)
