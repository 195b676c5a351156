"""A shop that hears notifications, keeps them, and answers as it is told."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

Answer = tuple[int, bytes]


class ListeningShop:
    """`heard`: headers by lower-case name, and the body. `answer`: what each is told in turn, by provider."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.answers: dict[str, Answer] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def notify_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/pay/{{provider}}/notify"

    def json(self) -> Any:
        """What was heard last, read."""
        return json.loads(self.heard[-1][1])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                shop.paths.append(self.path)
                status, answer = shop.answers.get(self.path.split("/")[2], (200, b"OK"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Keeps quiet."""

        return Handler

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
