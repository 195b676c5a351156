"""An exchange straight over a connection, for requests that came whole."""

from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from slovomat.dialects.calls import Answer
from slovomat.usecases.departure import Departure
from slovomat.web.body_room import BodyRoom
from slovomat.web.exchange import BodyTooLargeError, Exchange
from slovomat.web.heads import Head


class Connection(Protocol):
    """What an exchange asks of its connection."""

    @property
    def address(self) -> str:
        """The peer's."""

    @property
    def full(self) -> bool:
        """Whether the peer is slow to read."""

    def common_block(self) -> bytes:
        """The headers of every answer now."""

    def send(self, data: bytes) -> None:
        """Sends, while there is somebody to send to."""

    def answered(self, *, whole: bool) -> None:
        """The exchange has ended; if its answer is not whole, the connection must end as well."""


class DirectExchange(Exchange):
    """Writes each piece in one go; the connection says when the client has left, or reads again."""

    __slots__ = ("_body", "_connection", "_ended", "_head")

    def __init__(
        self, connection: Connection, head: Head[Any], body: bytes, request_id: str, client: Departure
    ) -> None:
        super().__init__("POST", head.path, head.headers, request_id, client)
        self._connection = connection
        self._head = head
        self._body = body
        self._ended = False

    @property
    def full(self) -> bool:
        """Whether the client is slow to read."""
        return self._connection.full

    @property
    def bearer(self) -> str:
        """The key, found once for all requests under this head."""
        return self._head.bearer

    async def body(self, max_bytes: int, room: BodyRoom) -> bytes:  # noqa: ARG002 - it is here, and takes no room
        """The whole body."""
        if len(self._body) > max_bytes:
            raise BodyTooLargeError
        body, self._body = self._body, b""
        return body

    def answer(self, answer: Answer, block: bytes) -> None:
        """Sends a whole answer."""
        self.status, self.started = answer.status, True
        connection = self._connection
        connection.send(
            b"%b%bcontent-type: %b\r\ncontent-length: %d\r\n%b\r\n%b"
            % (
                STATUS_LINE[answer.status],
                connection.common_block(),
                answer.content_type,
                len(answer.body),
                block,
                answer.body,
            )
        )
        self._end()

    def start(self, status: int, block: bytes) -> None:
        """Begins an answer in chunks."""
        self.status, self.started = status, True
        common = self._connection.common_block()
        self._connection.send(
            b"%b%b%btransfer-encoding: chunked\r\n\r\n" % (STATUS_LINE[status], common, block)
        )

    def write(self, data: bytes) -> None:
        """Sends a chunk."""
        self._connection.send(b"%x\r\n%b\r\n" % (len(data), data))

    def end(self) -> None:
        """Sends the last chunk."""
        self._connection.send(b"0\r\n\r\n")
        self._end()

    def let_go(self) -> None:
        """What was not answered to its end is broken off."""
        if not self._ended:
            self._ended = True
            self._connection.answered(whole=False)

    def _end(self) -> None:
        self._ended = True
        self._connection.answered(whole=True)
